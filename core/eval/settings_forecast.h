#pragma once

#include <string>
#include <vector>

#include "core/calib/calibrate.h"
#include "core/quant/quantize_model.h"

namespace salient {

/// What other settings for some layers would do, before anything is run with them. Only the layers that change are counted.
struct SettingsForecast {
    std::vector<std::string> layers;  ///< names, in the order of computation
    std::int64_t bytes_before = 0;    ///< packed, or as stored where a layer stays in 16 bits
    std::int64_t bytes_after = 0;
    /// Σ d² · H_jj with d the error of plain rounding on each grid: what the change is worth. A method that compensates errors leaves
    /// less of both; their ratio is what carries over. Nothing of scaling is in it. 0 for layers that stay in 16 bits.
    double error_before = 0.0;
    double error_after = 0.0;
};

/// Layers that `after` treats otherwise than `before`: another grid or method, other options of its scaling, or kept in 16 bits by one of
/// them.
[[nodiscard]] std::vector<std::string> changedLayers(const Model& model, const MethodSpec& before, const MethodSpec& after);

/// Reads each changed layer and rounds it twice: one pass over its weights. H_jj is from the channels' statistics, which are always kept.
/// Checkpoints per layer, "comparing settings".
[[nodiscard]] SettingsForecast forecastSettings(const Calibration& calibration, const MethodSpec& before, const MethodSpec& after,
                                                JobContext& job);

}  // namespace salient
