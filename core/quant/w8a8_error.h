#pragma once

#include <span>

#include "core/quant/smoothquant.h"

namespace salient {

/// The part of a W8A8 layer's output error that comes from rounding its input to int8, in the units of tr(D H Dᵀ):
/// 2 Σ_j min(Δ²/12, E[x̂_j²]) · Σ_rows ŵ_j². x̂ = x / s is the input that is rounded, Δ its step, ŵ [out, in] the rounded weight that
/// meets it. Rounding noise is taken as uniform and independent between channels; a channel quieter than that noise is lost whole.
/// PerTensor: Δ = max |x̂| / 127. PerToken: Δ² is the expected square of a token's largest |x̂| / 127, with the channels taken as
/// independent normal ones of the measured power, and never more than PerTensor's.
/// hessian = XᵀX · 2 / n_tokens and max_abs belong to the original input, scales [in].
[[nodiscard]] double activationRoundingError(MatrixView rounded_weight, MatrixView hessian, std::span<const float> max_abs,
                                             std::span<const float> scales, ActivationScale activation);

}  // namespace salient
