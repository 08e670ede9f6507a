#include "core/model/packed/activation_scales.h"

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "core/kernels/convert.h"

namespace salient {
namespace {

constexpr std::string_view kScales = ".scales";
constexpr std::string_view kCodes = ".qweight";

/// "a.b." of "a.b.c"; nothing of "c".
std::string prefixOf(const std::string& module) { return module.substr(0, module.rfind('.') + 1); }

std::string withoutEnd(const std::string& name, std::string_view end) { return name.substr(0, name.size() - end.size()); }

}  // namespace

bool isActivationScales(const Checkpoint& stored, const std::string& name) {
    if (!name.ends_with(kScales)) return false;
    const std::string module = withoutEnd(name, kScales);
    return !stored.contains(module + std::string(kCodes)) && !stored.contains(module + ".qzeros");
}

std::string layerBehind(const Checkpoint& stored, const TensorView& activation_scales) {
    if (activation_scales.shape.size() != 1) return {};
    const std::string prefix = prefixOf(withoutEnd(activation_scales.name, kScales));
    std::string layer;
    for (auto entry = stored.tensors().lower_bound(prefix); entry != stored.tensors().end(); ++entry) {
        const auto& [name, tensor] = *entry;
        if (!name.starts_with(prefix)) break;
        if (!name.ends_with(kCodes) || tensor.shape.empty() || tensor.shape[0] != activation_scales.shape[0]) continue;
        const std::string module = withoutEnd(name, kCodes);
        if (prefixOf(module) != prefix) continue;
        if (!layer.empty()) return {};
        layer = module;
    }
    return layer;
}

const TensorView* findActivationScales(const Checkpoint& stored, const std::string& layer) {
    const std::string prefix = prefixOf(layer);
    for (auto entry = stored.tensors().lower_bound(prefix); entry != stored.tensors().end(); ++entry) {
        const auto& [name, tensor] = *entry;
        if (!name.starts_with(prefix)) break;
        if (isActivationScales(stored, name) && layerBehind(stored, tensor) == layer) return &tensor;
    }
    return nullptr;
}

void refuseUnplacedScales(const Checkpoint& stored) {
    for (const auto& [name, tensor] : stored.tensors()) {
        if (!isActivationScales(stored, name) || !layerBehind(stored, tensor).empty()) continue;
        if (std::ranges::all_of(toFloats(tensor), [](float scale) { return scale == 1.0F; })) continue;
        throw Error(ErrorCode::Unsupported, "openModel: tensor '" + name + "': expected one packed layer of " +
                                                std::to_string(tensor.elementCount()) +
                                                " inputs beside the activation that these scales divide, found none or several");
    }
}

}  // namespace salient
