#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/calib/calibrate.h"
#include "core/job.h"
#include "core/quant/method.h"

namespace salient {

/// What the layers that read one input share: the scales put on their columns, whose inverse goes into what comes before.
struct SharedScale {
    std::vector<float> scales;  ///< [in]; empty: all 1
    double parameter = -1.0;    ///< AWQ's ratio or SmoothQuant's α they were made from; −1: none
    Index n_bounded = 0;        ///< channels that have another scale than the method's formula gives: it lies beyond a bound
    double seconds = 0.0;       ///< what the choice took
};

/// The method's scaling step for one group of layers: a search, or the method's fixed ratio or α. weights[k] [out_k, in]
/// belongs to names[k], which stands in front of error messages. None for a method that does not scale. Checkpoints inside.
[[nodiscard]] SharedScale chooseSharedScale(std::span<const MatrixView> weights, std::span<const std::string> names,
                                            const InputStatistics& input, const MethodSpec& method, JobContext& job);

}  // namespace salient
