#pragma once

#include "core/tensor/matrix.h"

namespace salient {

/// Upper-triangular R with H = R·Rᵀ: the Cholesky factor of the row- and column-reversed H, reversed back. R = U⁻¹ where
/// H⁻¹ = UᵀU is the factor that the GPTQ paper uses. In place: hessian [n, n] holds H, both triangles, and receives R on and above its
/// diagonal, while all below stays as it is, so that mirrorLower() undoes a try but for the diagonal.
/// Blocked, multithreaded, n³/3 multiply-adds; same bits for any thread count.
/// Returns false when a pivot is not positive (the matrix is not numerically positive definite).
[[nodiscard]] bool factorReversed(MatrixSpan hessian);

/// U = R⁻¹ for upper-triangular R: H⁻¹ = UᵀU. For views that show the paper's form; the solver does not need it.
[[nodiscard]] Matrix invertUpper(MatrixView r);

}  // namespace salient
