#pragma once

#include "core/tensor/matrix.h"

namespace salient {

/// X = S·R⁻¹ for upper-triangular R, in place. Tiles are transposed, [columns, rows]: tile [n, rows] holds Sᵀ and receives Xᵀ.
/// factor [n, n], without zeros on its diagonal; its upper triangle is read. Shapes are taken on trust.
/// On the calling thread, sums in float32; n²/2 multiply-adds per row, rows in the lanes of a vector. A row's result does not depend on
/// its place in the tile.
void solveUpperTile(MatrixView factor, MatrixSpan tile);

/// The definition, row after row, sums in double precision: x_j = (s_j − Σ_{i<j} x_i R_ij) / R_jj, j from the first column to the last.
/// Golub & Van Loan, Matrix Computations, §3.1 (forward substitution, since it is x·R that is solved).
void solveUpperTilePlain(MatrixView factor, MatrixSpan tile);

}  // namespace salient
