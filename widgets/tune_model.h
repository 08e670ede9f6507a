#pragma once

#include <QString>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/job.h"
#include "core/model/model_config.h"
#include "core/quant/awq.h"
#include "core/quant/smoothquant.h"

namespace salient {

/// Which one number is tuned.
enum class TuneMethod {
    AwqRatio,     ///< s = x̄^ratio, judged by the weight rounding
    SmoothAlpha,  ///< s = max|X|^α / max|W|^(1−α), judged by W8A8
};

/// What the user settled on. Factors multiply the scale of single channels, on top of what the value gives.
struct TuneChoice {
    TuneMethod method = TuneMethod::AwqRatio;
    double value = 0.5;
    std::map<Index, double> channel_factors;
    bool operator==(const TuneChoice&) const = default;
};

/// Where the inverse of the scales goes, so that the model stays the function it is.
struct ScaleTarget {
    Absorber::Kind kind = Absorber::Kind::None;
    QString name;              ///< full name of the norm or the linear layer
    bool takes_awq = true;     ///< false: the recipe's run of that kind does not fold into linear layers
    bool takes_smooth = true;  ///< likewise
};

/// The layers that share one input, with everything that their error under a choice of scales depends on.
struct TuneModel {
    QString layer;                                       ///< name shown in titles
    std::vector<std::shared_ptr<const Matrix>> weights;  ///< each [out_k, in]
    std::shared_ptr<const Matrix> hessian;               ///< [in, in]
    std::vector<float> mean_abs;                         ///< [in] of the activations
    std::vector<float> max_abs;                          ///< [in] of the activations
    std::vector<float> weight_max;                       ///< [in] largest |w| of each column over all weights
    GridSpec awq_grid;
    AwqOptions awq;  ///< of the clip search
    GridSpec smooth_grid{.bits = 8, .is_symmetric = true, .group_size = -1, .rule = GridRule::Int8};
    ActivationScale activation = ActivationScale::PerTensor;
    double energy = 0.0;                    ///< Σ tr(W H Wᵀ): what errors are relative to
    std::optional<ScaleTarget> folds_into;  ///< unset: not known

    [[nodiscard]] Index channelCount() const noexcept { return hessian ? hessian->rows() : 0; }
    [[nodiscard]] Index rowCount() const noexcept;
    /// Multiply-adds of one loss: Σ out · in².
    [[nodiscard]] double cost() const noexcept;
};

/// Fills weight_max and energy from the rest. One product with H; for large layers, do it away from the window's thread.
[[nodiscard]] TuneModel completed(TuneModel model);
/// The same with at most n_rows output rows, evenly spread over all weights: a preview. Scales are those of the whole model.
[[nodiscard]] TuneModel sampledRows(const TuneModel& model, Index n_rows);

/// Scales [in] of a choice, factors included.
[[nodiscard]] std::vector<float> tuneScales(const TuneModel& model, const TuneChoice& choice);
/// Relative output error (tr(D H Dᵀ) / tr(W H Wᵀ) over all layers of the model) with these scales.
[[nodiscard]] double tuneLoss(const TuneModel& model, TuneMethod method, std::span<const float> scales);
/// The same for large models, some rows of a weight at a time (an eighth of all for AWQ, a quarter for W8A8, 512 at least), with a
/// checkpoint before each: where it can be paused or given up. Differs in the last digits of the sum.
[[nodiscard]] double tuneLoss(const TuneModel& model, TuneMethod method, std::span<const float> scales, JobContext& job);
/// The weights in pieces of so many rows, or whole where that is less: views, as long as the model lives.
[[nodiscard]] std::vector<MatrixView> weightPieces(const TuneModel& model, Index n_rows);
/// Where the curve is sampled: 0, 0.05, … below 1 for the ratio (as published), to 1 for α.
[[nodiscard]] std::vector<double> tuneValues(TuneMethod method);

}  // namespace salient
