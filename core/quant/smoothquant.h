#pragma once

#include <span>
#include <vector>

#include "core/job.h"
#include "core/kernels/int8.h"
#include "core/quant/grid.h"

namespace salient {

struct SmoothQuantOptions {
    double alpha = 0.5;            ///< how much of the difficulty moves from activations to weights, 0 … 1
    bool search_alpha = false;     ///< per group: the α of 0, 0.05, … 1 with the least W8A8 output error
    bool activation_only = false;  ///< the short form s = max|X|^α found in overviews
    void validate() const;
    bool operator==(const SmoothQuantOptions&) const = default;
};

/// s_j = max|X_j|^α / max|W_j|^(1−α), at least 1e-5. max_abs [in]; weights: all layers that share the input, each [out_k, in].
/// Xiao et al., SmoothQuant, arXiv:2211.10438, eq. 4; weight maxima are clamped to 1e-5 first, as in the published code. Differs: a
/// channel that was never active keeps scale 1 (published: 1e-5), because its inverse may go into the rows of an earlier layer, where
/// 1e5 overflows a 16-bit type.
[[nodiscard]] std::vector<float> smoothScales(std::span<const float> max_abs, std::span<const MatrixView> weights,
                                              const SmoothQuantOptions& options);
[[nodiscard]] std::vector<float> smoothScales(std::span<const float> max_abs, std::span<const MatrixView> weights, double alpha);
/// The same, with the number of channels that have another scale than the formula gives: it, or their largest weight, is below 1e-5.
/// Channels that were never active are not among them.
struct BoundedScales {
    std::vector<float> scales;  ///< [in]
    Index n_bounded = 0;
};
[[nodiscard]] BoundedScales boundedSmoothScales(std::span<const float> max_abs, std::span<const MatrixView> weights,
                                                const SmoothQuantOptions& options);
/// Largest |w| of each input column over all weights, [in].
[[nodiscard]] std::vector<float> columnMaxAbs(std::span<const MatrixView> weights);

/// Expected squared output error of a W8A8 layer from statistics alone: tr(D H Dᵀ) of the weight rounding plus the activation
/// rounding, taken as uniform noise of the activation's step: Σ_j Var(step) · Σ_rows ŵ². For live curves; a run measures it.
/// hessian and max_abs belong to the original input; scales [in] (all 1: no smoothing).
[[nodiscard]] double w8a8Error(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> max_abs,
                               std::span<const float> scales, const GridSpec& grid, ActivationScale activation);

/// The loss over α with its optimum.
struct SmoothCurve {
    std::vector<double> alphas;
    std::vector<double> losses;
    Index best = 0;
};
/// w8a8Error() at α = 0, 0.05, … 1 of the form of scales that `options` asks for, whose own α does not matter. Checkpoints per point.
[[nodiscard]] SmoothCurve smoothSearch(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> max_abs,
                                       const GridSpec& grid, ActivationScale activation, const SmoothQuantOptions& options,
                                       JobContext& job);

/// The bytes that int8Linear() computes with, from a quantized weight with one group per row, bits ≤ 8 and symmetric.
/// Throws Error{InvalidOption} otherwise.
[[nodiscard]] Int8Weight toInt8Weight(const QuantizedTensor& tensor, ActivationScale activation, float input_scale);

}  // namespace salient
