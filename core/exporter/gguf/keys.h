#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/exporter/gguf/weights.h"
#include "core/io/gguf_writer.h"
#include "core/model/model.h"

namespace salient {

/// Keys that describe a model to llama.cpp: general.*, and under its architecture's name sizes, heads, norms, rotary embedding, window.
/// The model is one that ggufModelObstacles() has nothing against.
void addModelKeys(GgufKeys& keys, const Model& model, GgufWeights weights);

/// Small float32 tensors in which llama.cpp keeps the rescaling of rotary frequencies, name → factors: "rope_freqs.weight" of Llama 3's
/// rule, "rope_factors_long.weight" and "_short" of LongRoPE.
[[nodiscard]] std::map<std::string, std::vector<float>> ropeTables(const ModelConfig& config);

/// Why llama.cpp cannot compute a model as its family does: one sentence per reason. Empty: it can.
[[nodiscard]] std::vector<std::string> ggufModelObstacles(const Model& model);
/// What llama.cpp computes otherwise without harm to the file: one sentence each.
[[nodiscard]] std::vector<std::string> ggufModelRemarks(const Model& model);

}  // namespace salient
