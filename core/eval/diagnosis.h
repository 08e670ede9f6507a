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
};

struct ErrorFinding {
    ErrorCause cause = ErrorCause::OutlierChannels;
    double share = 0.0;    ///< of the output error that it accounts for, or of the codes or channels concerned (Saturation, DeadChannels)
    Index channel = -1;    ///< the worst input channel, where there is one
    Index row = -1;        ///< the worst output row, where there is one
    Index token = -1;      ///< batch position (window · seq_len + position) of that channel's largest |x|
    std::string evidence;  ///< one sentence with its numbers
    std::optional<MethodSpec>
        trial;               ///< the run's method with the one change that should help, for this layer alone where that is possible
    std::string trial_text;  ///< what the change is: "groups of 32"; empty without a trial
};

/// A layer whose codes sit at the ends of the grid more often than this has lost its range; uniform codes do so with 2 / 2^bits. Says
/// nothing of two bits, half of whose codes are ends.
[[nodiscard]] double saturationLimit(int bits);

/// What stands behind the error of one layer, the heaviest reason first; empty where nothing stands out. `method` is the run's (with its
/// overrides), `linear` what it made of the layer, `map` its error map against the original weight [out, in], `input` the statistics of
/// its inputs with the Hessian. One pass over the weight. Throws Error{ShapeMismatch}.
[[nodiscard]] std::vector<ErrorFinding> diagnoseLayer(const Model& model, const MethodSpec& method, const QuantizedLinear& linear,
                                                      MatrixView weight, const ErrorMap& map, const InputStatistics& input);

}  // namespace salient
