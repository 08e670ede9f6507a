#pragma once

#include "core/tensor/matrix.h"

namespace salient {

/// X = S·R⁻¹ for upper-triangular R, in place. Tiles are transposed, [columns, rows]: tile [n, rows] holds Sᵀ and receives Xᵀ.
/// factor [n, n]. On the calling thread; n²/2 multiply-adds per row, rows in the lanes of a vector.
void solveUpperTile(MatrixView factor, MatrixSpan tile);

}  // namespace salient
