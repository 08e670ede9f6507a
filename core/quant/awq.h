#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/job.h"
#include "core/quant/grid.h"

namespace salient {

struct AwqOptions {
    /// Published leaves out what makes queries and keys: the product of two clipped layers is not what either was judged by.
    enum class ClipLayers { All, Published };
    static constexpr double kLeastClip = 0.05;  ///< as far as a search can go

    int n_grid = 20;            ///< ratios 0, 1/n, … (n−1)/n
    bool duo = false;           ///< scales from weight and activation means (AutoAWQ's form)
    double fixed_ratio = -1.0;  ///< ≥ 0: no search, this ratio
    bool search_scale = true;   ///< false: all scales 1
    bool search_clip = true;    ///< shrink each group's range to the one with the least output error; false: no clip
    double fixed_clip = -1.0;   ///< ≥ 0: no search, this share of each group's largest |w|, kLeastClip … 1
    int n_clip_levels = 10;     ///< 1 − i/20 for i in 0 … n−1
    ClipLayers clip_layers = ClipLayers::All;
    /// Layers that share an input are judged together, by the sum of their losses; false: the first of them alone decides for all.
    bool joint_loss = true;
    void validate() const;
    bool operator==(const AwqOptions&) const = default;
};

/// s_j = x̄_j^ratio (duo: x̄^r / (w̄^(1−r) + 1e-4)), at least 1e-4, divided by sqrt(max s · min s). mean_abs, weight_mean [in].
/// Lin et al., AWQ, arXiv:2306.00978, eq. 5; normalisation as in the published code.
[[nodiscard]] std::vector<float> awqScales(std::span<const float> mean_abs, double ratio, bool duo = false,
                                           std::span<const float> weight_mean = {});
/// How many of these scales stand at the least one, 1e-4 before the division, because what their channels' means give is smaller.
/// Channels that were never active are not among them.
[[nodiscard]] Index raisedAwqScales(std::span<const float> mean_abs, double ratio, bool duo = false,
                                    std::span<const float> weight_mean = {});
/// Mean over rows (of all weights stacked) of |w| / (max |w| of its group + 1e-6), [in]: w̄ of the duo form.
[[nodiscard]] std::vector<float> awqWeightMean(std::span<const MatrixView> weights, Index group_size);

/// One point of the curve: tr(D H Dᵀ) summed over the weights with D = W − Q(W·diag(s))·diag(s)⁻¹.
[[nodiscard]] double awqLoss(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> scales, const GridSpec& grid);
/// The definition: each weight rounded by quantizeNearestPlain(), the form in double precision.
[[nodiscard]] double awqLossPlain(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> scales,
                                  const GridSpec& grid);

/// The loss over the whole ratio grid, of float32 grade, and its first strict minimum.
struct AwqCurve {
    std::vector<double> ratios;
    std::vector<double> losses;  ///< tr(D H Dᵀ), summed over the layers that share the input
    Index best = 0;
    std::vector<float> best_scales;  ///< [in]
};
/// weights: the layers that share one input, each [out_k, in]. Row tiles run in parallel. Checkpoints per point.
[[nodiscard]] AwqCurve awqSearch(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> mean_abs,
                                 const GridSpec& grid, const AwqOptions& options, JobContext& job);

/// One point of the ratio grid.
struct AwqChoice {
    double ratio = 0.0;
    std::vector<float> scales;  ///< [in]
};
/// The best point alone, for a quarter of the work of the whole curve: a race. All points are judged on a share of the rows, those with
/// the largest ranges and every eighth of the rest; one that falls behind the leader there by more than six standard errors of the
/// difference (paired, row by row) is out; the others are judged on all rows, as awqSearch() judges them. So the choice is that of
/// awqSearch() but for a chance of 1e-9 per point if differences are normal; layers of fewer than 2048 rows are searched whole.
/// The same rows, and the same choice, for any number of threads. Checkpoints inside.
[[nodiscard]] AwqChoice awqChoose(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> mean_abs,
                                  const GridSpec& grid, const AwqOptions& options, JobContext& job);

/// Largest |w| allowed per row and group, [out, n_groups], from the clip search on the scaled weight. The error of each group is
/// judged alone, by the quadratic form of its own diagonal block of H: a 128×128 product instead of 512 tokens.
/// hessian: of the scaled input, diag(1/s) H diag(1/s). The published choice when H is of its 512 tokens; walks over models use all.
[[nodiscard]] Matrix awqClip(MatrixView scaled_weight, MatrixView hessian, const GridSpec& grid, const AwqOptions& options,
                             JobContext& job);
/// The definition: one row, group and level after the other, losses in double precision. Levels whose losses differ by less than float32
/// can tell may be chosen otherwise.
[[nodiscard]] Matrix awqClipPlain(MatrixView scaled_weight, MatrixView hessian, const GridSpec& grid, const AwqOptions& options);
/// The same where all groups keep one share of their range: share · largest |w|. Throws Error{NonFinite}.
[[nodiscard]] Matrix fixedClip(MatrixView scaled_weight, const GridSpec& grid, double share);
/// Whether the options clip this layer. Published: the last part of its name holds none of "q_", "k_", "query", "key", "Wqkv", which is
/// the published code's list; that code looks at the whole name, where "block_sparse_moe" would count as well.
[[nodiscard]] bool clipsLayer(std::string_view name, const AwqOptions& options) noexcept;
/// clamp(w, −clip, clip) per row and group.
[[nodiscard]] Matrix applyClip(MatrixView weight, MatrixView clip, Index group_size);

}  // namespace salient
