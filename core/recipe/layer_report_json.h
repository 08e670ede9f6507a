#pragma once

#include "core/io/json_file.h"
#include "core/quant/quantize_model.h"

namespace salient {

[[nodiscard]] Json toJson(const LayerError& error);
[[nodiscard]] Json toJson(const LayerReport& layer);
/// The same back, every number bit for bit. A number that JSON cannot hold (an infinite SQNR) is null there. Throws Json::exception.
[[nodiscard]] LayerReport layerReportFromJson(const Json& document);

}  // namespace salient
