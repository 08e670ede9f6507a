#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/tensor/tensor_view.h"

namespace salient {

/// Floats as elements of a stored type.
struct StoredFloats {
    std::vector<std::byte> bytes;
    std::int64_t n_flushed = 0;  ///< values that were not zero and are now
    /// Others that lie below the type's smallest normal number and lose digits to that: they moved by more than half the last place that
    /// normal numbers have, 2^-11 of themselves for F16.
    std::int64_t n_subnormal = 0;
};

/// Throws Error{NonFinite} naming tensor, position and value of the first float that the type cannot hold (beyond 65504 for F16).
[[nodiscard]] StoredFloats storeFloats(const std::string& tensor, std::span<const float> values, DType type);

/// Throws what storeFloats() would for a tensor of a checkpoint; converts nothing.
void checkRange(const TensorView& tensor, DType type);

}  // namespace salient
