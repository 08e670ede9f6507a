#include "core/exporter/gguf/weights.h"
#include "core/exporter/layer_form.h"

namespace salient {
namespace {

bool areGroupsBlocks(const MethodSpec& method) noexcept {
    const bool are_whole = method.grid.group_size < 0 || method.grid.per_tensor || method.grid.group_size % kGgufBlock == 0;
    return are_whole && !storesGroupIndex(method) && method.activations == ActivationScale::None;
}

}  // namespace

std::optional<GgufWeights> blockTypeOf(const MethodSpec& method) noexcept {
    if (!areGroupsBlocks(method)) return std::nullopt;
    if (method.grid.bits == 4) return method.grid.is_symmetric ? GgufWeights::Q4_0 : GgufWeights::Q4_1;
    if (method.grid.bits == 8 && method.grid.is_symmetric) return GgufWeights::Q8_0;
    return std::nullopt;
}

bool keepsCodes(GgufWeights weights, const MethodSpec& method) noexcept {
    const std::optional<GgufWeights> type = blockTypeOf(method);
    if (!type) return false;
    // A symmetric grid is an asymmetric one whose zero point is always 8.
    return weights == GgufWeights::Lossless || weights == *type || (weights == GgufWeights::Q4_1 && *type == GgufWeights::Q4_0);
}

GgufWeights resolved(GgufWeights weights, const MethodSpec& method) noexcept {
    return weights == GgufWeights::Lossless ? blockTypeOf(method).value_or(weights) : weights;
}

}  // namespace salient
