#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/eval/layer_metrics.h"
#include "core/quant/quantize_model.h"

namespace salient {

/// Why a layer's output error is what it is.
enum class ErrorCause {
    OutlierChannels,  ///< a few strong input channels carry much of the error
    LoneWeights,      ///< groups whose range one large weight sets, so that the others round coarsely
    Saturation,       ///< codes pile up at the ends of the grid
    DeadChannels,     ///< inputs that calibration never saw active
    FewTokens,        ///< fewer calibration tokens than inputs, or a Hessian that needed more damping: directions nobody measured
    InputRounding,    ///< rounding the int8 inputs adds more than rounding the weights
    HessianOverflow,  ///< inputs so large that their squares are beyond float32: H = XᵀX·2/n is infinite
    ScaleOverflow,    ///< weights so large that the scale of their group is beyond its stored type
    ResultOverflow,   ///< neither, yet the layer's error is no number
};

/// The one change that should help.
enum class ErrorRemedy {
    None,           ///< nothing that the model and the method can do
    SmallerGroups,  ///< of `remedy_value` columns
    MoreBits,       ///< `remedy_value` of them
    AwqScales,      ///< for the layers that share this input
    SmoothQuant,    ///< for the layers that share this input
    TokenScales,    ///< one scale per token for the int8 inputs
    MoreDamping,    ///< `remedy_value`, a fraction of the Hessian's mean diagonal
    KeepIn16Bits,   ///< the layer stays as it is stored, and those that share what overflows; they are `remedy_value`
};

/// What was found, as numbers; front ends put them into words. Those that the cause does not mention are zero.
struct ErrorFinding {
    ErrorCause cause = ErrorCause::OutlierChannels;
    double share = 0.0;     ///< of the output error that it accounts for, or of the codes or channels concerned (Saturation, DeadChannels)
    Index channel = -1;     ///< the worst input channel, where there is one
    Index row = -1;         ///< the worst output row, where there is one
    Index token = -1;       ///< batch position (window · seq_len + position) of that channel's largest |x|
    Index in_features = 0;  ///< of the layer
    Index n_channels = 0;   ///< OutlierChannels: so many carry `share`; DeadChannels: so many were never active; HessianOverflow: so many
    Index n_values = 0;     ///< ScaleOverflow: so many groups; ResultOverflow: so many weights whose share of the error is no number
    double peak = 0.0;      ///< OutlierChannels, InputRounding, …Overflow: largest |x| of `channel`; ScaleOverflow: |w| at row, channel
    double median_peak = 0.0;     ///< the same of the median channel
    Index group_size = 0;         ///< LoneWeights
    double peak_over_rms = 0.0;   ///< LoneWeights: the weight at row, channel over the root mean square of its group
    Index n_tokens = 0;           ///< FewTokens: of the calibration
    double damping_asked = 0.0;   ///< FewTokens
    double damping_needed = 0.0;  ///< FewTokens: what the Hessian needed instead; 0: what was asked sufficed
    ErrorRemedy remedy = ErrorRemedy::None;
    double remedy_value = 0.0;
    std::optional<MethodSpec> trial;  ///< the run's method with the remedy, for this layer alone where that is possible
};

/// A layer whose codes sit at the ends of the grid more often than this has lost its range; uniform codes do so with 2 / 2^bits. Says
/// nothing of two bits, half of whose codes are ends.
[[nodiscard]] double saturationLimit(int bits);

/// What stands behind the error of one layer, the heaviest reason first; empty where nothing stands out. `method` is the run's (with its
/// overrides), `linear` what it made of the layer, `map` its error map against the original weight [out, in], `input` the statistics of
/// its inputs with the Hessian. Of an error that is no number only what overflows is told. One pass over the weight. Throws
/// Error{ShapeMismatch}.
[[nodiscard]] std::vector<ErrorFinding> diagnoseLayer(const Model& model, const MethodSpec& method, const QuantizedLinear& linear,
                                                      MatrixView weight, const ErrorMap& map, const InputStatistics& input);

/// What keeps `method` from rounding a layer, for a job that failed with Error{NonFinite} naming it: what overflows, with the change that
/// leaves it out. There is always one finding. The Hessian of `input` may be missing. Throws Error{ShapeMismatch}.
[[nodiscard]] std::vector<ErrorFinding> diagnoseOverflow(const Model& model, const MethodSpec& method, const std::string& layer,
                                                         MatrixView weight, const InputStatistics& input);

}  // namespace salient
