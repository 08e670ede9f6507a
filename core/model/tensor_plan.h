#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/model/model_config.h"

namespace salient {

/// A tensor that a model of some configuration must hold.
struct PlannedTensor {
    std::string name;                 ///< full, "model.layers.0.self_attn.q_proj.weight"
    std::vector<std::int64_t> shape;  ///< as stored: [in, out] for a transposed linear weight
    bool is_linear_weight = false;    ///< of a block, no router: what a quantized checkpoint stores in another form
};

/// The family's name with prefix and block number filled in, and the number of an expert or a head behind it.
[[nodiscard]] std::string fillName(std::string_view prefix, std::string_view fact, int block, int expert = kNoExpert);

/// Modules of the norm of queries or keys in that block: one for all heads or, where the family's name has a place for the head's number,
/// one for each. norm: config.query_norm or config.key_norm, which has n_heads of them; empty: none.
[[nodiscard]] std::vector<std::string> headNormModules(const ModelConfig& config, std::string_view name_prefix, const std::string& norm,
                                                       int block, Index n_heads);

/// Everything that the forward pass reads, in the order of computation; a tied head is not listed again.
[[nodiscard]] std::vector<PlannedTensor> plannedTensors(const ModelConfig& config, std::string_view name_prefix);

}  // namespace salient
