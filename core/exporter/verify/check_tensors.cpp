#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/exporter/verify/checks.h"
#include "core/kernels/convert.h"
#include "core/model/packed/activation_scales.h"
#include "core/model/tensor_plan.h"

namespace salient {
namespace {

bool isFloat(DType type) { return type == DType::F64 || type == DType::F32 || type == DType::F16 || type == DType::BF16; }

/// The head's module if it has a weight of its own.
std::optional<StoredShape> headOf(const Model& model) {
    if (model.config.tie_word_embeddings) return std::nullopt;
    return StoredShape{model.headModule(), model.config.vocabulary_size, model.config.embedding_size};
}

/// Names that the model's modules have, given which layers are packed.
std::set<std::string> knownNames(const Model& model, const StoredScheme& scheme) {
    std::set<std::string> names;
    for (const PlannedTensor& planned : plannedTensors(model.config, model.name_prefix)) {
        if (!planned.is_linear_weight) names.insert(planned.name);
    }
    const auto add = [&](const std::string& module) {
        if (!isStoredQuantized(*model.checkpoint, scheme, module)) {
            names.insert(module + ".weight");
            return;
        }
        for (std::string& name : storedTensorNames(scheme, layerScheme(scheme, module), module)) names.insert(std::move(name));
    };
    for (const LinearInfo& linear : model.linears) {
        add(linear.name);
        const bool gives_keys = linear.role == Role::Key || linear.role == Role::QueryKeyValue;
        if (!gives_keys || !scheme.roundsKeysAndValues()) continue;
        for (std::string& name : keyValueScaleNames(linear.name)) names.insert(std::move(name));
    }
    if (const std::optional<StoredShape> head = headOf(model)) add(head->name);
    return names;
}

bool isAll(const TensorView& tensor, float value) {
    return isFloat(tensor.dtype) && std::ranges::all_of(toFloats(tensor), [value](float element) { return element == value; });
}

bool isHarmlessBuffer(const TensorView& tensor) {
    return tensor.name.ends_with(".inv_freq") || tensor.name.ends_with(".masked_bias") ||
           ((tensor.name.ends_with(".attn.bias") || tensor.name.ends_with(".attention.bias")) && tensor.shape.size() == 4);
}

/// A tensor that no module of the model has, but some tool writes and its loaders expect or leave aside. Empty: none of these.
std::string whyTolerable(const Model& model, const StoredScheme& scheme, const TensorView& tensor) {
    const Checkpoint& stored = *model.checkpoint;
    if (isHarmlessBuffer(tensor)) return "a buffer that loaders make again: some stop at its name";
    const std::string module = tensor.name.substr(0, tensor.name.rfind('.'));
    if (tensor.name.ends_with(".bias") && isStoredQuantized(stored, scheme, module) && isAll(tensor, 0.0F))
        return "zeros where the model has no bias, as old releases of AutoGPTQ wrote them: loaders leave them aside";
    if (scheme.kind != StoredScheme::Kind::Awq || !isActivationScales(stored, tensor.name)) return {};
    if (const std::string layer = layerBehind(stored, tensor); !layer.empty())
        return "the activation in front of " + layer + " is divided by them: AutoAWQ and transformers do that, other loaders may not";
    return isAll(tensor, 1.0F) ? "scales of an activation that are all 1, as AutoAWQ writes them where it scaled nothing" : "";
}

std::string whyUnknown(const Model& model, const TensorView& tensor) {
    if (tensor.name == model.headModule() + ".weight" && model.config.tie_word_embeddings)
        return "written beside the embedding that config.json says it is tied to (tie_word_embeddings): some loaders stop, others keep two "
               "copies";
    if (tensor.name.ends_with(".weight_zero_point"))
        return "zero points of a layer whose config says symmetric: vLLM stops at a name it does not know";
    return "no module of this model has that name: vLLM stops at it";
}

void checkForm(const Model& model, const StoredScheme& scheme, const LinearInfo& linear, Findings& findings) {
    const bool is_quantized = isStoredQuantized(*model.checkpoint, scheme, linear.name);
    const bool is_float =
        model.checkpoint->contains(linear.name + ".weight") && isFloat(model.checkpoint->tensor(linear.name + ".weight").dtype);
    const bool declared_float = layerScheme(scheme, linear.name).is_declared_float;
    if (!is_quantized && !is_float) {
        findings.push_back({Severity::Failure, linear.name, "expected a weight, packed or in floating point, found neither"});
    } else if (is_quantized && is_float) {
        findings.push_back({Severity::Failure, linear.name, "stored twice: packed and as .weight"});
    } else if (is_quantized && declared_float) {
        findings.push_back({Severity::Failure, linear.name, "packed, but the config says that it stays in floating point"});
    } else if (!is_quantized && !declared_float && isRouter(linear.role)) {
        findings.push_back(
            {Severity::Warning, linear.name,
             "in floating point, but the config does not say so: loaders that do not know it for a router look for packed tensors"});
    } else if (!is_quantized && !declared_float) {
        findings.push_back(
            {Severity::Failure, linear.name, "in floating point, but the config does not say so: loaders look for packed tensors"});
    }
}

/// Whatever belongs to no linear layer must be there; the head may be packed where the config says so.
void checkOutside(const Model& model, const StoredScheme& scheme, Findings& findings) {
    const std::optional<StoredShape> head = headOf(model);
    for (const PlannedTensor& planned : plannedTensors(model.config, model.name_prefix)) {
        const bool is_of_a_layer = model.linear_places.contains(planned.name.substr(0, planned.name.rfind('.')));
        if (is_of_a_layer || model.checkpoint->contains(planned.name)) continue;
        if (head && planned.name == head->name + ".weight" && isStoredQuantized(*model.checkpoint, scheme, head->name)) continue;
        findings.push_back({Severity::Failure, planned.name, "expected a tensor, found none"});
    }
    if (!head || !scheme.isGptq() || !isStoredQuantized(*model.checkpoint, scheme, head->name)) return;
    if (scheme.config.value("lm_head", Json(false)) != Json(true))
        findings.push_back(
            {Severity::Failure, head->name, "packed, but the config does not say \"lm_head\": true: loaders look for a float"});
}

/// Matrices of the parts beside a text model, which loaders that replace every linear layer must be told to leave alone. Of those that
/// they are not told of the first is named.
void checkOtherParts(const Model& model, const StoredScheme& scheme, Findings& findings) {
    const Family& family = *model.config.family;
    for (const auto& [name, tensor] : model.checkpoint->tensors()) {
        if (!family.isOtherPart(name)) continue;
        const std::string module = name.substr(0, name.rfind('.'));
        const bool is_float_layer =
            name.ends_with(".weight") && tensor.shape.size() == 2 && isFloat(tensor.dtype) && name.find("embed") == std::string::npos;
        if (!is_float_layer || layerScheme(scheme, module).is_declared_float) continue;
        findings.push_back({Severity::Warning, module,
                            "beside the text model and in floating point, but the config does not say so: loaders that replace every "
                            "linear layer look for packed tensors"});
        return;
    }
}

}  // namespace

Findings checkPackedHead(const Model& model, const StoredScheme& scheme) {
    const std::optional<StoredShape> head = headOf(model);
    if (!head || !isStoredQuantized(*model.checkpoint, scheme, head->name)) return {};
    try {
        return checkStoredLayer(readStoredLayer(*model.checkpoint, scheme, *head), scheme, head->name);
    } catch (const Error& error) {
        return {{Severity::Failure, head->name, error.what()}};
    }
}

Findings checkTensors(const Model& model, const StoredScheme& scheme, JobContext& job) {
    Findings findings;
    if (scheme.kind != StoredScheme::Kind::Float) {
        for (const LinearInfo& linear : model.linears) checkForm(model, scheme, linear, findings);
        checkOutside(model, scheme, findings);
        checkOtherParts(model, scheme, findings);
    }
    const std::set<std::string> known = knownNames(model, scheme);
    for (const auto& [name, tensor] : model.checkpoint->tensors()) {
        if (!known.contains(name) && !model.config.family->isOtherPart(name)) {
            const std::string tolerable = whyTolerable(model, scheme, tensor);
            if (tolerable.empty()) {
                findings.push_back({Severity::Failure, name, whyUnknown(model, tensor)});
            } else {
                findings.push_back({Severity::Warning, name, tolerable});
            }
        }
        if (!isFloat(tensor.dtype)) continue;
        job.checkpoint({"verifying", 0, 0, name});
        if (const Index at = firstNonFinite(toFloats(tensor)); at >= 0)
            findings.push_back(
                {Severity::Failure, name, "element " + std::to_string(at) + ": expected a finite number, found NaN or infinity"});
    }
    return findings;
}

}  // namespace salient
