#pragma once

#include <vector>

#include "app/gui/session.h"
#include "core/eval/weight_metrics.h"
#include "widgets/model_map_model.h"

namespace salient {

/// Everything a session knows of every layer in single numbers: from headers, from calibration, from each run, and from its weights
/// (one entry per layer; empty: they are read when somebody looks at them, or again once that was cancelled).
[[nodiscard]] std::vector<LayerMetric> mapMetrics(const Session& session, const std::vector<WeightMetrics>& weight_metrics,
                                                  bool is_reading_cancelled);

}  // namespace salient
