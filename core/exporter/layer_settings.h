#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/model/model.h"
#include "core/quant/method.h"

namespace salient {

// What a loader is told of each layer, and between which layers it must not differ.

/// Whether layers of these methods are declared alike: width, group size, and whether groups follow the processing order.
[[nodiscard]] bool isDeclaredAlike(const MethodSpec& a, const MethodSpec& b) noexcept;

/// The methods at work in the quantized layers, one per kind of difference between them.
[[nodiscard]] std::vector<MethodSpec> methodsInUse(const MethodSpec& method, const std::vector<const LinearInfo*>& layers);

/// Layers that vLLM computes as one module, and its name there: q, k and v are "….self_attn.qkv_proj", gate and up "….mlp.gate_up_proj",
/// all experts of a block "….mlp.experts".
struct FusedLayer {
    std::string name;
    std::vector<const LinearInfo*> members;  ///< in the order of computation
};
/// Those of all blocks that have more than one member: a layer that is fused in the checkpoint is none of them.
[[nodiscard]] std::vector<FusedLayer> fusedLayers(const Model& model);
/// Whether its members are all in floating point, or quantized and declared alike. quantized: the layers that are, by name.
[[nodiscard]] bool membersAgree(const FusedLayer& fused, const MethodSpec& method,
                                const std::map<std::string, const LinearInfo*>& quantized);

}  // namespace salient
