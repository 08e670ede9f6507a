#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/calib/calibrate.h"
#include "core/quant/layer_error.h"
#include "core/quant/method.h"
#include "core/quant/shared_scale.h"

namespace salient {

/// What a whole-model run must say about one layer. With int8 activations both errors also hold the part that rounding the input
/// adds, estimated from the channels' statistics (activationRoundingError()), so that smoothing shows where it helps.
struct LayerReport {
    std::string name;
    std::string method;     ///< its name, which an override may have chosen
    int bits = 0;           ///< of a code
    Index group_size = -1;  ///< inputs that share a scale; −1: the row
    Index out_features = 0;
    Index in_features = 0;
    LayerError error;                   ///< against the original weight, in the original model's units (scales undone)
    LayerError nearest;                 ///< the same for plain RTN on the same grid: the "before"
    double scale_parameter = -1.0;      ///< AWQ's ratio or SmoothQuant's α in use; −1: no scaling
    std::vector<double> damping_tries;  ///< GPTQ
    Index passed_tokens = 0;            ///< of the calibration that went through the block
    Index reached_tokens = 0;           ///< … that this layer's input saw: all, but for an expert's
    bool has_stand_in = false;          ///< too few of them for statistics of its own (InputStatistics::is_stand_in)
    Index n_dead_columns = 0;
    GridCounts grids = {};       ///< groups whose grid is not simply that of their weights' range
    Index n_bounded_scales = 0;  ///< scales on its input that are held at a bound: SharedScale::n_bounded, and a static int8 scale
    /// Tokens that fed the next block through this layer and were so small that their int8 scale was held at the least one.
    Index n_raised_tokens = 0;
    /// Inputs of such tokens beyond the largest of calibration, which fixed the layer's int8 scale, and held there.
    Index n_saturated_inputs = 0;
    /// Inputs that count as the least that any counts, when the layer is written in Q4_K or Q6_K; known once it is (WriteCounts).
    Index n_raised_importances = 0;
    /// Factors of its blocks that are the float16 above the nearest, when it is written in Q8_0, Q4_K or Q6_K; likewise.
    Index n_raised_factors = 0;
    double clipped_fraction = 0.0;    ///< weights beyond AWQ's clip
    double saturated_fraction = 0.0;  ///< codes at either end of the grid
    double seconds = 0.0;
    std::int64_t bytes = 0;  ///< packed
};

/// What part of the calibration's tokens reached a layer: 1 but for those of experts.
[[nodiscard]] double tokenShare(const LayerReport& report) noexcept;

/// One layer, quantized.
struct QuantizedLinear {
    std::string name;                  ///< full module name
    QuantizedTensor tensor;            ///< of W·diag(channel_scale)
    std::vector<float> channel_scale;  ///< [in]: s; empty when all 1. The input it must be given is x / s
    std::vector<float> row_scale;      ///< [out]: what the rows were divided by, for a later layer's scales; empty when all 1
    std::vector<float> input_power;    ///< [in]: mean square of the calibration's x / s; empty when not known
    std::vector<float> bias;           ///< as the model will use it (divided by row_scale)
    ActivationScale activations = ActivationScale::None;
    float input_scale = 0.0F;  ///< PerTensor: max|x / s| / 127
    LayerReport report;

    /// Ŵ in the original model's units: dequantized / channel_scale · row_scale, [out, in].
    [[nodiscard]] Matrix effectiveWeight() const;
};

/// Error of a rounded layer in the original model's units: that of its weights and, for int8 activations, the expected part that comes
/// from rounding the input. weight: the original; rounded: of W·diag(scales), rows unfolded; both [out, in]; scales [in] or empty.
[[nodiscard]] LayerError measuredError(MatrixView weight, MatrixView rounded, std::span<const float> scales, const InputStatistics& input,
                                       ActivationScale activations);

/// Rounds the layers that share one input, with the scales they were given. weights[k] [out_k, in] belong to names[k], and so do
/// row_scales[k]: [out_k], by which the rows are divided first because a later group's scales go there; empty when all 1. Each layer takes
/// the method as methodFor() gives it. Order: scale → clip (AWQ) → rounding. GPTQ after scaling solves W·diag(s) with diag(1/s) H
/// diag(1/s); after a clip as well, what it approaches is the clipped weight, so that the error of clipping stays. Throws what its parts
/// throw, with the layer's name in front. Checkpoints inside.
[[nodiscard]] std::vector<QuantizedLinear> quantizeGroup(std::span<const MatrixView> weights, std::span<const std::string> names,
                                                         std::span<const std::span<const float>> row_scales, const InputStatistics& input,
                                                         const SharedScale& scale, const MethodSpec& method, JobContext& job);
/// The same without scales on rows, after the method's own scaling step, chosen on these weights; without it unless something can absorb
/// the scales.
[[nodiscard]] std::vector<QuantizedLinear> quantizeGroup(std::span<const MatrixView> weights, std::span<const std::string> names,
                                                         const InputStatistics& input, bool can_scale, const MethodSpec& method,
                                                         JobContext& job);

}  // namespace salient
