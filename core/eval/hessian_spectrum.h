#pragma once

#include <vector>

#include "core/job.h"
#include "core/tensor/matrix.h"

namespace salient {

/// The widest Hessian whose spectrum is computed: beyond it the wait is minutes, for a picture.
inline constexpr Index kWidestSpectrum = 4096;

/// In how many directions a layer's input really varies. GPTQ divides by these numbers, after damping has been added to each.
struct HessianSpectrum {
    std::vector<double> eigenvalues;  ///< of the channels that are not dead, largest first; rounding may leave the least a little below 0
    double damping = 0.0;       ///< what factorizeGptq() adds first to the diagonal: fraction · mean diagonal, a dead channel counting 1
    Index n_dead = 0;           ///< channels with a zero diagonal: no token ever reached them
    Index n_below_damping = 0;  ///< eigenvalues smaller than the damping: what happens there is damping's choice, not the data's
    Index n_singular = 0;       ///< eigenvalues that are 0 to the precision of a float32 Hessian (at most in · 2⁻²³ · largest)

    /// Largest over smallest eigenvalue after damping: what the Cholesky factorization meets; 1 without eigenvalues.
    [[nodiscard]] double dampedCondition() const;
};

/// hessian [in, in], symmetric; damping_fraction as GptqOptions::damping. In double precision: Householder's reduction to tridiagonal form
/// with columns spread over all threads, then Eigen's QR iteration (Golub & Van Loan, Matrix Computations, §8.3). Cost: in³
/// multiply-adds at memory speed; memory: 8 bytes per entry. Same bits for any thread count. Checkpoints per 16 columns, "factorizing".
/// Throws Error{ShapeMismatch}, Error{NonFinite}, Error{InvalidOption} for a negative fraction or more than kWidestSpectrum inputs.
[[nodiscard]] HessianSpectrum hessianSpectrum(MatrixView hessian, double damping_fraction, JobContext& job);

}  // namespace salient
