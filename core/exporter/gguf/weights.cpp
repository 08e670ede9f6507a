#include "core/exporter/gguf/weights.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/exporter/gguf/k_blocks.h"
#include "core/model/model.h"

namespace salient {
namespace {

constexpr std::array<std::string_view, 9> kNames = {"lossless", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q4_k", "q6_k", "q4_k_m"};

}  // namespace

std::string_view name(GgufWeights weights) noexcept { return kNames[static_cast<std::size_t>(weights)]; }

GgufWeights ggufWeightsFromName(std::string_view name) {
    const auto* const found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) {
        std::string known;
        for (const std::string_view each : kNames) known += (known.empty() ? "" : ", ") + std::string(each);
        throw Error(ErrorCode::InvalidOption, "export: GGUF type: expected one of " + known + ", found '" + std::string(name) + "'");
    }
    return static_cast<GgufWeights>(found - kNames.begin());
}

const std::vector<std::string>& ggufWeightsNames() {
    static const std::vector<std::string> names(kNames.begin(), kNames.end());
    return names;
}

bool roundsWeights(GgufWeights weights) noexcept {
    return weights == GgufWeights::Q4_K || weights == GgufWeights::Q6_K || weights == GgufWeights::Q4_K_M;
}

bool isFineLayer(Role role, int block, int n_blocks) noexcept {
    const bool holds_values = role == Role::Value || role == Role::QueryKeyValue;
    if (!holds_values && role != Role::Down) return false;
    const int eighth = n_blocks / 8;
    return block < eighth || block >= 7 * n_blocks / 8 || (block - eighth) % 3 == 2;
}

GgufWeights layerWeights(GgufWeights weights, const LinearInfo& layer, const ModelConfig& config) noexcept {
    if (!roundsWeights(weights)) return weights;
    if (layer.in_features % kGgufSuperBlock != 0) return GgufWeights::Q8_0;
    if (weights != GgufWeights::Q4_K_M) return weights;
    constexpr Index kManyExperts = 8;  // Mixtral's number, and that one alone
    if (config.experts.count == kManyExperts) {
        if (layer.role == Role::Key || layer.role == Role::Value) return GgufWeights::Q8_0;
        if (layer.role == Role::AttentionOutput) return GgufWeights::Q6_K;
    }
    return isFineLayer(layer.role, layer.block, config.n_blocks) ? GgufWeights::Q6_K : GgufWeights::Q4_K;
}

}  // namespace salient
