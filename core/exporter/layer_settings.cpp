#include "core/exporter/layer_settings.h"

#include <algorithm>

#include "core/exporter/layer_form.h"

namespace salient {
namespace {

std::string parentOf(const std::string& name) { return name.substr(0, name.rfind('.')); }

/// The module that vLLM makes of a layer and others; empty: it stays what it is.
/// vLLM, packed_modules_mapping of the models' classes; prefix of RoutedExperts (model_executor/models/llama.py, qwen2_moe.py, mixtral.py).
std::string fusedName(const LinearInfo& layer) {
    if (layer.expert >= 0) return parentOf(parentOf(layer.name));
    switch (layer.role) {
        case Role::Query:
        case Role::Key:
        case Role::Value:
            return parentOf(layer.name) + ".qkv_proj";
        case Role::Gate:
        case Role::Up:
            return parentOf(layer.name) + ".gate_up_proj";
        default:
            return {};
    }
}

}  // namespace

bool isDeclaredAlike(const MethodSpec& a, const MethodSpec& b) noexcept {
    return a.grid.bits == b.grid.bits && a.grid.group_size == b.grid.group_size && storesGroupIndex(a) == storesGroupIndex(b);
}

std::vector<MethodSpec> methodsInUse(const MethodSpec& method, const std::vector<const LinearInfo*>& layers) {
    if (method.overrides.empty()) return {method};
    std::vector<MethodSpec> methods;
    for (const LinearInfo* layer : layers) {
        MethodSpec own = methodFor(method, layer->name);
        const auto same = [&](const MethodSpec& other) {
            return other.grid == own.grid && other.rounding == own.rounding && other.scaling == own.scaling;
        };
        if (std::none_of(methods.begin(), methods.end(), same)) methods.push_back(std::move(own));
    }
    return methods;
}

std::vector<FusedLayer> fusedLayers(const Model& model) {
    std::vector<FusedLayer> fused;
    std::map<std::string, std::size_t> places;
    for (const LinearInfo& layer : model.linears) {
        const std::string name = fusedName(layer);
        if (name.empty()) continue;
        const auto [place, is_new] = places.try_emplace(name, fused.size());
        if (is_new) fused.push_back({name, {}});
        fused[place->second].members.push_back(&layer);
    }
    std::erase_if(fused, [](const FusedLayer& each) { return each.members.size() < 2; });
    return fused;
}

bool membersAgree(const FusedLayer& fused, const MethodSpec& method, const std::map<std::string, const LinearInfo*>& quantized) {
    const std::string& first = fused.members.front()->name;
    const bool is_quantized = quantized.contains(first);
    const MethodSpec own = methodFor(method, first);
    return std::all_of(fused.members.begin(), fused.members.end(), [&](const LinearInfo* member) {
        return quantized.contains(member->name) == is_quantized && (!is_quantized || isDeclaredAlike(methodFor(method, member->name), own));
    });
}

}  // namespace salient
