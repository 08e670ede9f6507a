#include "core/exporter/verify/stored_scheme.h"

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/io/name_pattern.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& key, const std::string& reason, ErrorCode code = ErrorCode::Format) {
    throw Error(code, "readScheme: quantization_config: " + key + ": " + reason);
}

const Json* find(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

Index wholeNumber(const Json& object, const char* key, Index otherwise) {
    const Json* value = find(object, key);
    if (value == nullptr) return otherwise;
    if (!value->is_number_integer()) fail(key, "expected a whole number, found " + value->dump());
    return value->get<Index>();
}

bool flag(const Json& object, const char* key, bool otherwise) {
    const Json* value = find(object, key);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) fail(key, "expected true or false, found " + value->dump());
    return value->get<bool>();
}

std::string text(const Json& object, const char* key, const std::string& otherwise = {}) {
    const Json* value = find(object, key);
    if (value == nullptr) return otherwise;
    if (!value->is_string()) fail(key, "expected text, found " + value->dump());
    return value->get<std::string>();
}

/// Python's re.match: anchored at the start, free at the end.
bool matchesAtStart(const std::string& pattern, const std::string& name) {
    return NamePattern(pattern, "quantization_config").starts(name);
}

int checkedBits(Index bits) {
    if (bits < 2 || bits > 8) fail("bits", "expected 2 … 8, found " + std::to_string(bits));
    return static_cast<int>(bits);
}

Index checkedGroup(Index group_size) {
    if (group_size != -1 && group_size < 1) fail("group_size", "expected -1 or at least 1, found " + std::to_string(group_size));
    return group_size;
}

StoredScheme::Kind kindOf(const Json& config) {
    const std::string method = text(config, "quant_method", find(config, "w_bit") != nullptr ? "awq" : "gptq");
    if (method == "gptq") {
        const std::string version = text(config, "checkpoint_format", "gptq");
        if (version == "gptq") return StoredScheme::Kind::Gptq;
        if (version == "gptq_v2") return StoredScheme::Kind::GptqV2;
        fail("checkpoint_format", "expected gptq or gptq_v2, found '" + version + "'", ErrorCode::Unsupported);
    }
    if (method == "awq") {
        std::string version = text(config, "version", "gemm");
        for (char& c : version) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (version == "gemm") return StoredScheme::Kind::Awq;
        fail("version", "expected gemm, found '" + version + "'", ErrorCode::Unsupported);
    }
    if (method == "compressed-tensors" || method == "compressed_tensors") {
        const std::string format = text(config, "format");
        if (format == "pack-quantized") return StoredScheme::Kind::PackQuantized;
        if (format == "int-quantized") return StoredScheme::Kind::IntQuantized;
        fail("format", "expected pack-quantized or int-quantized, found '" + format + "'", ErrorCode::Unsupported);
    }
    fail("quant_method", "expected gptq, awq or compressed-tensors, found '" + method + "'", ErrorCode::Unsupported);
}

void applyGptq(LayerScheme& layer, const Json& config) {
    layer.bits = checkedBits(wholeNumber(config, "bits", layer.bits));
    layer.group_size = checkedGroup(wholeNumber(config, "group_size", layer.group_size));
    layer.is_symmetric = flag(config, "sym", layer.is_symmetric);
    layer.is_ordered = flag(config, "desc_act", layer.is_ordered);
}

void applyDynamic(LayerScheme& layer, const Json& dynamic, const std::string& name) {
    for (const auto& [rule, overrides] : dynamic.items()) {
        const bool excludes = rule.starts_with("-:");
        const std::string pattern = excludes || rule.starts_with("+:") ? rule.substr(2) : rule;
        if (!matchesAtStart(pattern, name)) continue;
        layer.is_declared_float = excludes;
        if (!excludes) applyGptq(layer, overrides);
        return;
    }
}

/// Whether a list of quantized kinds of layers (a list of names, or of lists of names) leaves this one out.
bool isLeftOut(const Json& kinds, const std::string& name) {
    for (const Json& item : kinds) {
        if (item.is_string() && name.ends_with(item.get<std::string>())) return false;
        if (!item.is_array()) continue;
        for (const Json& kind : item) {
            if (kind.is_string() && name.ends_with(kind.get<std::string>())) return false;
        }
    }
    return true;
}

LayerScheme gptqLayer(const Json& config, const std::string& name) {
    LayerScheme layer;
    applyGptq(layer, config);
    if (const Json* kinds = find(config, "modules_in_block_to_quantize"); kinds != nullptr && kinds->is_array() && !kinds->empty())
        layer.is_declared_float = isLeftOut(*kinds, name);
    if (const Json* dynamic = find(config, "dynamic"); dynamic != nullptr && dynamic->is_object()) applyDynamic(layer, *dynamic, name);
    return layer;
}

LayerScheme awqLayer(const Json& config, const std::string& name) {
    LayerScheme layer;
    layer.bits = checkedBits(wholeNumber(config, "bits", wholeNumber(config, "w_bit", 4)));
    layer.group_size = checkedGroup(wholeNumber(config, "group_size", wholeNumber(config, "q_group_size", 128)));
    layer.is_symmetric = !flag(config, "zero_point", true);
    if (const Json* skipped = find(config, "modules_to_not_convert"); skipped != nullptr && skipped->is_array()) {
        for (const Json& part : *skipped)
            layer.is_declared_float |= part.is_string() && name.find(part.get<std::string>()) != std::string::npos;
    }
    return layer;
}

/// compressed-tensors' targets: "re:" and a regular expression, a module's name, or its class, which is Linear for all layers here.
bool isTarget(const Json& target, const std::string& name, bool by_class) {
    if (!target.is_string()) return false;
    const auto value = target.get<std::string>();
    if (value.starts_with("re:")) return !by_class && matchesAtStart(value.substr(3), name);
    return by_class ? value == "Linear" : value == name;
}

const Json* compressedGroup(const Json& config, const std::string& name) {
    const Json* groups = find(config, "config_groups");
    if (groups == nullptr || !groups->is_object()) fail("config_groups", "expected an object");
    for (const bool by_class : {false, true}) {
        for (const auto& [key, group] : groups->items()) {
            const Json* targets = find(group, "targets");
            if (targets == nullptr || !targets->is_array()) fail(key + ": targets", "expected a list");
            for (const Json& target : *targets) {
                if (isTarget(target, name, by_class)) return &group;
            }
        }
    }
    return nullptr;
}

LayerScheme compressedLayer(const Json& config, const std::string& name) {
    LayerScheme layer;
    if (const Json* ignored = find(config, "ignore"); ignored != nullptr && ignored->is_array()) {
        for (const Json& target : *ignored) layer.is_declared_float |= isTarget(target, name, false) || isTarget(target, name, true);
    }
    const Json* group = compressedGroup(config, name);
    const Json* weights = group == nullptr ? nullptr : find(*group, "weights");
    if (weights == nullptr) {
        layer.is_declared_float = true;
        return layer;
    }
    layer.bits = checkedBits(wholeNumber(*weights, "num_bits", 8));
    layer.group_size = text(*weights, "strategy") == "group" ? checkedGroup(wholeNumber(*weights, "group_size", -1)) : -1;
    layer.is_symmetric = flag(*weights, "symmetric", true);
    layer.is_ordered = text(*weights, "actorder") == "group";
    if (const Json* activations = find(*group, "input_activations"); activations != nullptr)
        layer.activations = flag(*activations, "dynamic", false) ? ActivationScale::PerToken : ActivationScale::PerTensor;
    return layer;
}

}  // namespace

StoredScheme readScheme(const fs::path& directory) {
    const Json model_config = readJson(containedPath(directory, "config.json"));
    StoredScheme scheme;
    if (const Json* config = find(model_config, "quantization_config"); config != nullptr) {
        scheme.config = *config;
    } else {
        for (const char* file : {"quantize_config.json", "quant_config.json"}) {
            if (scheme.config.is_null() && holdsFile(directory, file)) scheme.config = readJson(containedPath(directory, file));
        }
    }
    if (scheme.config.is_null()) return scheme;
    if (!scheme.config.is_object()) fail("it", "expected an object, found " + std::string(scheme.config.type_name()));
    scheme.kind = kindOf(scheme.config);
    return scheme;
}

LayerScheme layerScheme(const StoredScheme& scheme, const std::string& layer) {
    switch (scheme.kind) {
        case StoredScheme::Kind::Gptq:
        case StoredScheme::Kind::GptqV2:
            return gptqLayer(scheme.config, layer);
        case StoredScheme::Kind::Awq:
            return awqLayer(scheme.config, layer);
        case StoredScheme::Kind::PackQuantized:
        case StoredScheme::Kind::IntQuantized:
            return compressedLayer(scheme.config, layer);
        case StoredScheme::Kind::Float:
            break;
    }
    LayerScheme plain;
    plain.is_declared_float = true;
    return plain;
}

}  // namespace salient
