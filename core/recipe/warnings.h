#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/quant/quantize_model.h"

namespace salient {

/// What a user should know about a run that went through: one sentence each, with numbers and layer names. Damping retries, channels
/// that were never active, more inputs than calibration tokens, groups whose scales nothing could absorb, weights too small for the stored
/// type of scales, saturated codes, a model that was quantized before.
[[nodiscard]] std::vector<std::string> runWarnings(const Model& model, const MethodSpec& method, std::span<const LayerReport> layers,
                                                   Index calibration_tokens);

/// Fewer windows than asked for, if so.
[[nodiscard]] std::vector<std::string> sampleWarnings(const Samples& samples, int asked);

}  // namespace salient
