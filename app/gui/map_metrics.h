#pragma once

#include <vector>

#include "app/gui/session.h"
#include "widgets/model_map_model.h"

namespace salient {

/// Everything a session knows of every layer in single numbers: from headers, from calibration, and from each run.
[[nodiscard]] std::vector<LayerMetric> mapMetrics(const Session& session);

}  // namespace salient
