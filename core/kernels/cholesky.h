#pragma once

#include "core/tensor/matrix.h"

namespace salient {

/// Upper-triangular R with H = R·Rᵀ: the Cholesky factor of the row- and column-reversed H, reversed back. R = U⁻¹ where
/// H⁻¹ = UᵀU is the factor that the GPTQ paper uses. hessian [n, n], symmetric (both triangles are read as equal).
/// Blocked, multithreaded, n³/3 multiply-adds; same bits for any thread count.
/// Returns a matrix of size 0 when a pivot is not positive (the matrix is not numerically positive definite).
[[nodiscard]] Matrix reversedCholesky(MatrixView hessian);

/// U = R⁻¹ for upper-triangular R: H⁻¹ = UᵀU. For views that show the paper's form; the solver does not need it.
[[nodiscard]] Matrix invertUpper(MatrixView r);

}  // namespace salient
