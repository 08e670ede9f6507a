#pragma once

#include "core/tensor/matrix.h"

namespace salient {

/// Upper-triangular R with H = R·Rᵀ: the Cholesky factor of the row- and column-reversed H, reversed back. R = U⁻¹ where
/// H⁻¹ = UᵀU is the factor that the GPTQ paper uses (arXiv:2210.17323, §3.3, step 3). In place: hessian [n, n] holds H, of which the
/// upper triangle counts, and receives R there. All below the diagonal stays as it is (it must be finite), so that with both triangles of
/// H given, mirrorLower() undoes a try but for the diagonal.
/// Blocked, multithreaded, n³/6 multiply-adds in float32; same bits for any thread count. ‖R·Rᵀ − H‖ is of the order of √n·ε·‖H‖ (Higham,
/// Accuracy and Stability of Numerical Algorithms, theorem 10.3, with sums that err like a random walk).
/// Returns false when a pivot is not positive (the matrix is not numerically positive definite) or not finite; R is then incomplete.
[[nodiscard]] bool factorReversed(MatrixSpan hessian);

/// The definition, entry by entry from the last column to the first, sums in double precision:
///     R_jj = √(H_jj − Σ_{k>j} R_jk²),     R_ij = (H_ij − Σ_{k>j} R_ik R_jk) / R_jj for i < j.
/// Golub & Van Loan, Matrix Computations, §4.2, with rows and columns counted from the end.
[[nodiscard]] bool factorReversedPlain(MatrixSpan hessian);

/// U = R⁻¹ for upper-triangular R [n, n] without zeros on its diagonal, whose upper triangle is read: H⁻¹ = UᵀU. For views that show the
/// paper's form; the solver does not need it. Blocked, multithreaded, n³/6 multiply-adds; same bits for any thread count.
[[nodiscard]] Matrix invertUpper(MatrixView r);

/// The definition, column by column from its diagonal upwards, in double precision:
///     U_jj = 1 / R_jj,     U_ij = −Σ_{i<k≤j} R_ik U_kj / R_ii for i < j.
[[nodiscard]] Matrix invertUpperPlain(MatrixView r);

}  // namespace salient
