#pragma once

#include <cstdint>

#include "core/tensor/float16.h"

namespace salient {

/// The factor of a block as it is stored.
struct BlockFactor {
    std::uint16_t bits = 0;  ///< of a float16
    bool is_raised = false;  ///< to the float16 above the nearest
};

/// For a block that holds magnitudes up to `largest` as whole multiples, at most `limit`, of its factor. Small numbers have few digits in
/// float16: where the nearest one is so far below that `largest` would be cut off, the next larger one is taken. Infinity beyond float16.
[[nodiscard]] inline BlockFactor blockFactor(float largest, float limit) noexcept {
    const std::uint16_t nearest = toFloat16(largest / limit);
    if (fromFloat16(nearest) * (limit + 0.5F) >= largest) return {nearest};
    return {static_cast<std::uint16_t>(nearest + 1), true};
}

}  // namespace salient
