#include "core/exporter/quantization_config.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/exporter/layer_settings.h"
#include "core/exporter/pack_gptq.h"
#include "core/io/name_pattern.h"

namespace salient {
namespace {

/// A checkpoint of the bare model lacks the prefix that the module has inside the language model ("h.0" is "transformer.h.0").
bool nameMayBePrefixed(const Model& model) { return model.name_prefix.empty() && model.config.family->prefixes.size() > 1; }

/// Whether loaders may know the module under another name than its checkpoint's: that of a nested model's text part, whose prefix
/// transformers changed in 4.52, while vLLM and files from before have the other.
bool nameMayVary(const Model& model, const std::string& name) {
    const Family& family = *model.config.family;
    return family.hasOtherParts() && family.prefixes.size() > 1 && name.starts_with(model.name_prefix);
}

/// All names of a module, the checkpoint's first.
std::vector<std::string> namesOf(const Model& model, const std::string& name) {
    std::vector<std::string> names = {name};
    if (!nameMayVary(model, name)) return names;
    for (const std::string& prefix : model.config.family->prefixes) {
        if (prefix != model.name_prefix) names.push_back(prefix + name.substr(model.name_prefix.size()));
    }
    return names;
}

/// A layer's name as a regular expression that fits all its names.
std::string layerRegex(const Model& model, const std::string& name) {
    if (!nameMayVary(model, name)) return (nameMayBePrefixed(model) ? "(?:.*\\.)?" : "") + NamePattern::escaped(name) + "$";
    std::string prefixes;
    for (const std::string& prefix : model.config.family->prefixes)
        prefixes += (prefixes.empty() ? "(?:" : "|") + NamePattern::escaped(prefix);
    return prefixes + ")" + NamePattern::escaped(name.substr(model.name_prefix.size())) + "$";
}

/// All modules of a part beside the text model, as a regular expression.
std::string partRegex(const std::string& part) { return NamePattern::escaped(part + "."); }

/// Kinds of layers ("mlp.down_proj") that are quantized in every block, if the kept ones are whole kinds too; empty otherwise.
std::vector<std::string> quantizedKinds(const Model& model, const CheckpointLayout& layout) {
    std::vector<std::string> kinds;        // in the order of computation
    std::map<std::string, int> quantized;  // kind → how many blocks
    for (const LinearInfo& linear : model.linears) {
        const std::string prefix = model.moduleName(model.config.family->block_prefix, linear.block);
        const std::string kind = linear.name.substr(prefix.size());
        if (!layout.quantized.contains(linear.name)) continue;
        if (++quantized[kind] == 1) kinds.push_back(kind);
    }
    for (const auto& [kind, n_quantized] : quantized) {
        if (n_quantized != model.config.n_blocks) return {};
    }
    return kinds;
}

/// Layers whose method an override changed to something this format writes down, by name.
std::map<std::string, MethodSpec> changedLayers(const MethodSpec& method, const CheckpointLayout& layout) {
    std::map<std::string, MethodSpec> changed;
    if (method.overrides.empty()) return changed;
    for (const auto& [name, info] : layout.quantized) {
        MethodSpec own = methodFor(method, name);
        if (!isDeclaredAlike(own, method)) changed.emplace(name, std::move(own));
    }
    return changed;
}

/// The float layers that gptq's and awq's loaders would quantize, without those of other parts: they leave the head alone by themselves.
std::vector<std::string> floatLayers(const Model& model, const CheckpointLayout& layout) {
    std::vector<std::string> names = floatLinears(model, layout);
    std::erase(names, model.headModule());
    return names;
}

/// These and the other parts, as regular expressions.
std::vector<std::string> floatPatterns(const Model& model, const CheckpointLayout& layout) {
    std::vector<std::string> patterns;
    for (const std::string& part : model.config.family->nested.other_parts) patterns.push_back(partRegex(part));
    for (const std::string& name : floatLayers(model, layout)) patterns.push_back(layerRegex(model, name));
    return patterns;
}

/// Where transformers has the blocks, without their number: "model.language_model.layers".
std::string blocksInTransformers(const Family& family) {
    return family.prefixes.back() + family.block_prefix.substr(0, family.block_prefix.find(".{}"));
}

Json gptqConfig(const Model& model, const MethodSpec& method, const CheckpointLayout& layout) {
    const char* version = gptqVersionFor(method.grid) == GptqVersion::V1 ? "gptq" : "gptq_v2";
    Json config = {{"quant_method", "gptq"},
                   {"bits", method.grid.bits},
                   {"group_size", method.grid.group_size},
                   {"desc_act", storesGroupIndex(method)},
                   {"static_groups", method.gptq.static_groups},
                   {"sym", method.grid.is_symmetric},
                   {"checkpoint_format", version},
                   {"format", version},
                   {"pack_dtype", "int32"},
                   {"lm_head", false},
                   {"true_sequential", method.true_sequential},
                   {"damp_percent", method.gptq.damping},
                   {"model_file_base_name", "model"}};
    const Family& family = *model.config.family;
    // optimum looks for a module whose name contains "model.layers", finds one of a nested model, and quantizes what starts with that.
    if (family.hasOtherParts()) config["block_name_to_quantize"] = blocksInTransformers(family);
    const std::vector<std::string> floats = floatPatterns(model, layout);
    const auto changed = changedLayers(method, layout);
    if (floats.empty() && changed.empty()) return config;
    // GPTQModel and vLLM read "dynamic"; transformers (through optimum) reads the list of what is quantized, where whole kinds are.
    Json& dynamic = config["dynamic"] = Json::object();
    const auto leave = [&](const std::string& pattern) { dynamic["-:^" + pattern] = Json::object(); };
    const auto change = [&](const std::string& name, const MethodSpec& own) {
        dynamic["+:^" + layerRegex(model, name)] = {{"bits", own.grid.bits},
                                                    {"group_size", own.grid.group_size},
                                                    {"sym", own.grid.is_symmetric},
                                                    {"desc_act", storesGroupIndex(own)}};
    };
    for (const std::string& pattern : floats) leave(pattern);
    for (const auto& [name, own] : changed) change(name, own);
    // vLLM looks up the one module that it makes of q, k and v, say: the rules of its members tell it nothing.
    for (const FusedLayer& fused : fusedLayers(model)) {
        if (!membersAgree(fused, method, layout.quantized)) continue;
        const std::string& first = fused.members.front()->name;
        if (!layout.quantized.contains(first)) leave(layerRegex(model, fused.name));
        if (const auto own = changed.find(first); own != changed.end()) change(fused.name, own->second);
    }
    if (layout.kept.empty()) return config;
    if (const std::vector<std::string> kinds = quantizedKinds(model, layout); !kinds.empty())
        config["modules_in_block_to_quantize"] = Json::array({Json(kinds)});
    return config;
}

Json awqConfig(const Model& model, const MethodSpec& method, const CheckpointLayout& layout) {
    // AutoAWQ and vLLM look for these anywhere in a name, today's transformers at its start.
    std::vector<std::string> floats = model.config.family->nested.other_parts;
    for (const std::string& name : floatLayers(model, layout)) {
        for (std::string& each : namesOf(model, name)) floats.push_back(std::move(each));
    }
    return {{"quant_method", "awq"}, {"bits", method.grid.bits}, {"group_size", method.grid.group_size},
            {"zero_point", true},    {"version", "gemm"},        {"modules_to_not_convert", floats.empty() ? Json() : Json(floats)}};
}

Json compressedGroup(const MethodSpec& method, const Json& targets) {
    const bool is_int8 = formOf(ExportFormat::CompressedTensors, method) == LayerForm::IntQuantized;
    const bool is_grouped = method.grid.group_size > 0 && !method.grid.per_tensor;
    Json weights = {{"num_bits", method.grid.bits},
                    {"type", "int"},
                    {"symmetric", method.grid.is_symmetric},
                    {"strategy", is_grouped ? "group" : "channel"},
                    {"group_size", is_grouped ? Json(method.grid.group_size) : Json()},
                    {"dynamic", false}};
    if (storesGroupIndex(method)) weights["actorder"] = "group";
    Json activations;
    if (is_int8) {
        const bool per_token = method.activations == ActivationScale::PerToken;
        activations = {
            {"num_bits", 8}, {"type", "int"}, {"symmetric", true}, {"strategy", per_token ? "token" : "tensor"}, {"dynamic", per_token}};
        if (per_token) activations["observer"] = nullptr;
    }
    return {{"targets", targets}, {"weights", weights}, {"input_activations", activations}, {"output_activations", nullptr}};
}

/// A layer as compressed-tensors' lists name it: as it is, or as an expression where it has several names.
std::string target(const Model& model, const std::string& name) {
    const bool is_expression = nameMayVary(model, name) || (nameMayBePrefixed(model) && name != model.headModule());
    return is_expression ? "re:" + layerRegex(model, name) : name;
}

/// What stays in floating point, as compressed-tensors' list names it: under every name that a head may have, and parts as a whole.
Json ignoreList(const Model& model, const CheckpointLayout& layout) {
    const Family& family = *model.config.family;
    Json ignore = Json::array();
    for (const std::string& name : floatLinears(model, layout)) ignore.push_back(target(model, name));
    std::set<std::string> heads = {model.headModule()};
    for (const std::string& prefix : family.prefixes) {
        if (const auto [head, is_new] = heads.insert(family.headName(prefix)); is_new) ignore.push_back(*head);
    }
    for (const std::string& part : family.nested.other_parts) ignore.push_back("re:^" + partRegex(part));
    return ignore;
}

Json compressedConfig(const Model& model, const MethodSpec& method, const CheckpointLayout& layout) {
    const bool is_int8 = formOf(ExportFormat::CompressedTensors, method) == LayerForm::IntQuantized;
    Json groups = Json::object({{"group_0", compressedGroup(method, Json::array({"Linear"}))}});
    // One more group per kind of change; a layer's own name goes before its class.
    std::vector<std::pair<Json, Json>> others;  // what the group says without targets, its targets
    const auto add = [&](const std::string& name, const MethodSpec& own) {
        const Json kind = compressedGroup(own, Json::array());
        auto group = std::find_if(others.begin(), others.end(), [&](const auto& other) { return other.first == kind; });
        if (group == others.end()) group = others.emplace(others.end(), kind, Json::array());
        group->second.push_back(target(model, name));
    };
    const auto changed = changedLayers(method, layout);
    for (const auto& [name, own] : changed) add(name, own);
    // vLLM looks up the one module that it makes of q, k and v, say, by its name and its class before it asks for the members'.
    for (const FusedLayer& fused : fusedLayers(model)) {
        const auto own = changed.find(fused.members.front()->name);
        if (own != changed.end() && membersAgree(fused, method, layout.quantized)) add(fused.name, own->second);
    }
    for (std::size_t i = 0; i < others.size(); ++i) {
        others[i].first["targets"] = others[i].second;
        groups["group_" + std::to_string(i + 1)] = others[i].first;
    }
    return {{"quant_method", "compressed-tensors"}, {"format", is_int8 ? "int-quantized" : "pack-quantized"},
            {"quantization_status", "compressed"},  {"config_groups", groups},
            {"ignore", ignoreList(model, layout)},  {"kv_cache_scheme", nullptr},
            {"global_compression_ratio", nullptr}};
}

/// The type that most float elements of the text model have, as config.json names it.
std::string elementType(const Family& family, const CheckpointLayout& layout) {
    constexpr std::array<DType, 3> kTypes = {DType::F16, DType::BF16, DType::F32};
    constexpr std::array<const char*, 3> kNames = {"float16", "bfloat16", "float32"};
    std::array<std::int64_t, 3> counts{};
    for (const CheckpointTensor& tensor : layout.tensors) {
        const auto type = std::find(kTypes.begin(), kTypes.end(), tensor.layout.dtype);
        if (type == kTypes.end() || tensor.layout.name.ends_with("scale") || tensor.layout.name.ends_with("scales")) continue;
        if (family.isOtherPart(tensor.layout.name)) continue;
        std::int64_t count = 1;
        for (const std::int64_t extent : tensor.layout.shape) count *= extent;
        counts[static_cast<std::size_t>(type - kTypes.begin())] += count;
    }
    return kNames[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
}

/// Of a model that was quantized before.
void eraseQuantization(Json& config) {
    config.erase("quantization_config");
    config.erase("compression_config");
}

void setTypes(Json& config, const std::string& type) {
    for (const char* key : {"torch_dtype", "dtype"}) {
        if (config.contains(key)) config[key] = type;
    }
}

}  // namespace

Json quantizationConfig(const Model& model, const MethodSpec& method, ExportFormat format, const CheckpointLayout& layout) {
    switch (format) {
        case ExportFormat::Gptq:
            return gptqConfig(model, method, layout);
        case ExportFormat::Awq:
            return awqConfig(model, method, layout);
        case ExportFormat::CompressedTensors:
            return compressedConfig(model, method, layout);
        case ExportFormat::Dequantized:
        case ExportFormat::Gguf:
            break;
    }
    return {};
}

Json exportedConfig(const Model& model, const MethodSpec& method, ExportFormat format, const CheckpointLayout& layout) {
    const Family& family = *model.config.family;
    const std::string type = elementType(family, layout);
    Json config = model.config.raw;
    const char* key = config.contains("dtype") && !config.contains("torch_dtype") ? "dtype" : "torch_dtype";
    config[key] = type;
    eraseQuantization(config);
    setTypes(config, type);
    if (const std::string& nested = family.nested.config_key; !nested.empty()) {
        eraseQuantization(config[nested]);
        setTypes(config[nested], type);
    }
    // Of a nested model, too, it stands in the whole's object: transformers looks nowhere else, vLLM there first.
    if (format != ExportFormat::Dequantized) config["quantization_config"] = quantizationConfig(model, method, format, layout);
    return config;
}

}  // namespace salient
