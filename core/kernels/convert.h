#pragma once

#include <span>
#include <vector>

#include "core/tensor/matrix.h"
#include "core/tensor/tensor_view.h"

namespace salient {

/// Stored elements (F64, F32, F16, BF16, or what the tensor's form reads) as floats; vectorized, at memory speed.
/// Throws Error{Unsupported} for integer types, Error{ShapeMismatch} when shape and byte count disagree.
[[nodiscard]] std::vector<float> toFloats(const TensorView& tensor);

/// A 2-D tensor [rows, cols] as a matrix. Same errors; also Error{ShapeMismatch} when it is not 2-D.
[[nodiscard]] Matrix toMatrix(const TensorView& tensor);

/// Rows [first, first + count) of a 2-D tensor, reading only their bytes.
[[nodiscard]] Matrix toMatrixRows(const TensorView& tensor, Index first, Index count);

/// Floats as stored elements of type F32, F16 or BF16 (nearest even), little-endian.
[[nodiscard]] std::vector<std::byte> fromFloats(std::span<const float> values, DType type);

/// Value rounded to the stored type and back: what a loader will see. F32 returns the value itself.
[[nodiscard]] float roundToStored(float value, DType type) noexcept;

/// Position of the first NaN or infinity, or -1.
[[nodiscard]] Index firstNonFinite(std::span<const float> values) noexcept;

}  // namespace salient
