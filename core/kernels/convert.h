#pragma once

#include <span>
#include <vector>

#include "core/tensor/matrix.h"
#include "core/tensor/tensor_view.h"

namespace salient {

/// Stored elements (F64, F32, F16, BF16, or what the tensor's form reads) as floats; vectorized, over all threads, at memory speed.
/// F64 is rounded to the nearest even float, the others are exact. Throws Error{Unsupported} for integer types, Error{ShapeMismatch} when
/// shape and byte count disagree, Error{Io} when a mapped file has changed meanwhile.
[[nodiscard]] std::vector<float> toFloats(const TensorView& tensor);

/// The definition, one element after the other, of tensors without a form of their own (those are defined where they are read). Sizes are
/// taken on trust.
[[nodiscard]] std::vector<float> toFloatsPlain(const TensorView& tensor);

/// A 2-D tensor [rows, cols] as a matrix. Same errors; also Error{ShapeMismatch} when it is not 2-D.
[[nodiscard]] Matrix toMatrix(const TensorView& tensor);

/// Rows [first, first + count) of a 2-D tensor, reading only their bytes. Same errors; also Error{ShapeMismatch} when it has no such rows.
[[nodiscard]] Matrix toMatrixRows(const TensorView& tensor, Index first, Index count);

/// Floats as stored elements of type F32, F16 or BF16 (nearest even), little-endian; vectorized, over all threads.
/// Throws Error{Unsupported} for any other type.
[[nodiscard]] std::vector<std::byte> fromFloats(std::span<const float> values, DType type);
/// The definition, one element after the other.
[[nodiscard]] std::vector<std::byte> fromFloatsPlain(std::span<const float> values, DType type);

/// Value rounded to the stored type and back: what a loader will see. F32, and any type but F16 and BF16, returns the value itself.
[[nodiscard]] float roundToStored(float value, DType type) noexcept;

/// Position of the first NaN or infinity, or -1. On the calling thread, vectorized.
[[nodiscard]] Index firstNonFinite(std::span<const float> values) noexcept;
/// The definition, one value after the other.
[[nodiscard]] Index firstNonFinitePlain(std::span<const float> values) noexcept;

}  // namespace salient
