#pragma once

#include <span>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

/// W·diag(s): each column times its scale. weight [out, in], scales [in].
[[nodiscard]] Matrix scaledColumns(MatrixView weight, std::span<const float> scales);
/// W·diag(s)⁻¹: each column divided by its scale.
[[nodiscard]] Matrix unscaledColumns(MatrixView weight, std::span<const float> scales);
/// diag(t)·W: each row times its scale. weight [out, in], scales [out].
[[nodiscard]] Matrix scaledRows(MatrixView weight, std::span<const float> scales);
/// diag(t)⁻¹·W: each row divided by its scale.
[[nodiscard]] Matrix unscaledRows(MatrixView weight, std::span<const float> scales);
/// diag(1/s)·H·diag(1/s): the Hessian of the input x / s.
[[nodiscard]] Matrix scaledHessian(MatrixView hessian, std::span<const float> scales);

/// Divides each value by its scale: a norm's gain or bias, a layer's bias, of which there is one per scale or none at all.
void divide(std::vector<float>& values, std::span<const float> scales);

}  // namespace salient
