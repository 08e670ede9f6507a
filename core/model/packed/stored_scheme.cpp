#include "core/model/packed/stored_scheme.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/error.h"
#include "core/io/contained_path.h"
#include "core/io/name_pattern.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& key, const std::string& reason, ErrorCode code = ErrorCode::Format) {
    throw Error(code, "quantization_config: " + key + ": " + reason);
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
    constexpr Index kLargest = Index{1} << 30;
    if (group_size != -1 && (group_size < 1 || group_size > kLargest))
        fail("group_size", "expected -1 or 1 … " + std::to_string(kLargest) + ", found " + std::to_string(group_size));
    return group_size;
}

using Kind = StoredScheme::Kind;
constexpr std::string_view kCompressed = "compressed-tensors";
constexpr std::array<ReadableForm, 6> kForms{{
    {"gptq", "gptq", "v1", Kind::Gptq},
    {"gptq", "gptq_v2", "v2", Kind::GptqV2},
    {"awq", "gemm", "gemm", Kind::Awq},
    {kCompressed, "pack-quantized", "pack-quantized", Kind::PackQuantized},
    {kCompressed, "int-quantized", "int-quantized", Kind::IntQuantized},
    {kCompressed, "naive-quantized", "naive-quantized", Kind::IntQuantized},
}};

std::optional<Kind> kindOfForm(std::string_view method, std::string_view format) {
    const auto* const found = std::ranges::find_if(kForms, [&](const ReadableForm& f) { return f.method == method && f.format == format; });
    return found == kForms.end() ? std::nullopt : std::optional(found->kind);
}

/// "gptq (v1, v2), awq (gemm) or compressed-tensors (pack-quantized, …)"
std::string readable() {
    std::string all;
    for (std::size_t i = 0; i < kForms.size(); ++i) {
        const bool is_first = i == 0 || kForms[i].method != kForms[i - 1].method;
        if (is_first && i > 0) all += kForms[i].method == kForms.back().method ? ") or " : "), ";
        all.append(is_first ? std::string(kForms[i].method) + " (" : ", ").append(kForms[i].title);
    }
    return all + ")";
}

[[noreturn]] void failUnread(const std::string& key, const std::string& found) {
    fail(key, "expected " + readable() + " of whole numbers, found " + found, ErrorCode::Unsupported);
}

std::string lowered(std::string value) {
    for (char& c : value) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return value;
}

/// What a config without "quant_method" is: those of old AutoGPTQ and AutoAWQ releases say it by their keys alone.
std::string methodOf(const Json& config) {
    if (find(config, "quant_method") != nullptr) return lowered(text(config, "quant_method"));
    if (find(config, "w_bit") != nullptr) return "awq";
    if (find(config, "bits") != nullptr) return "gptq";
    failUnread("quant_method", "none");
}

Kind gptqKind(const Json& config) {
    if (flag(config, "is_marlin_format", false)) failUnread("is_marlin_format", "weights packed for the Marlin kernel");
    if (const std::string words = text(config, "pack_dtype", "int32"); words != "int32")
        fail("pack_dtype", "expected int32, found '" + words + "'", ErrorCode::Unsupported);
    const std::string version = lowered(text(config, "checkpoint_format", text(config, "format", "gptq")));
    if (const std::optional<Kind> kind = kindOfForm("gptq", version)) return *kind;
    failUnread("checkpoint_format", "'" + version + "'");
}

Kind awqKind(const Json& config) {
    const std::string version = lowered(text(config, "version", text(config, "checkpoint_format", text(config, "format", "gemm"))));
    const std::optional<Kind> kind = kindOfForm("awq", version);
    if (!kind) failUnread("version", "awq in the layout '" + version + "'");
    if (const std::string backend = lowered(text(config, "backend", "autoawq")); backend == "llm-awq")
        failUnread("backend", "awq in the layout of llm-awq");
    return *kind;
}

Kind compressedKind(const Json& config) {
    Kind kind = Kind::PackQuantized;
    const auto check = [&](const std::string& key, const Json& object) {
        const std::string format = text(object, "format");
        if (format.empty() || format == "mixed-precision") return;
        const std::optional<Kind> found = kindOfForm(kCompressed, format);
        if (!found) failUnread(key + "format", "compressed-tensors in the form '" + format + "'");
        kind = *found;
    };
    if (const Json* groups = find(config, "config_groups"); groups != nullptr && groups->is_object()) {
        for (const auto& [name, group] : groups->items()) {
            check(name + ": ", group);
            const Json* weights = find(group, "weights");
            if (weights == nullptr) continue;
            if (const std::string type = text(*weights, "type", "int"); type != "int")
                failUnread(name + ": weights: type", "'" + type + "' of " + std::to_string(wholeNumber(*weights, "num_bits", 8)) + " bits");
        }
    }
    check("", config);
    // Rotations that a loader computes beside the layers, and weights of which half are left out.
    if (const Json* transform = find(config, "transform_config"); transform != nullptr && !transform->empty())
        failUnread("transform_config", "transforms that belong to the computation");
    if (const Json* sparsity = find(config, "sparsity_config"); sparsity != nullptr) {
        if (const std::string format = text(*sparsity, "format", "dense"); format != "dense")
            failUnread("sparsity_config", "weights in the sparse form '" + format + "'");
    }
    return kind;
}

Kind kindOf(const Json& config) {
    const std::string method = methodOf(config);
    if (method == "gptq") return gptqKind(config);
    if (method == "awq") return awqKind(config);
    if (method == kCompressed || method == "compressed_tensors") return compressedKind(config);
    failUnread("quant_method", "'" + method + "'");
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

/// Whether groups follow an order that the file holds: "group", of late also "dynamic", or true.
bool isOrdered(const Json& weights) {
    const Json* order = find(weights, "actorder");
    if (order == nullptr) return false;
    if (order->is_boolean()) return order->get<bool>();
    const std::string name = text(weights, "actorder");
    return name == "group" || name == "dynamic";
}

/// How inputs are rounded, where it is the symmetric int8 that is computed here, on weights of one scale per row.
ActivationScale activationScale(const Json& activations, const LayerScheme& layer) {
    const bool is_int8 =
        wholeNumber(activations, "num_bits", 8) == 8 && text(activations, "type", "int") == "int" && flag(activations, "symmetric", true);
    if (!is_int8 || layer.bits != 8 || layer.group_size != -1 || !layer.is_symmetric) return ActivationScale::None;
    const std::string strategy = text(activations, "strategy", "tensor");
    if (const Json* dynamic = find(activations, "dynamic"); dynamic != nullptr && !dynamic->is_boolean()) return ActivationScale::None;
    if (flag(activations, "dynamic", false)) return strategy == "token" ? ActivationScale::PerToken : ActivationScale::None;
    return strategy == "tensor" ? ActivationScale::PerTensor : ActivationScale::None;
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
        layer.bits = 0;
        return layer;
    }
    layer.bits = checkedBits(wholeNumber(*weights, "num_bits", 8));
    layer.group_size = text(*weights, "strategy") == "group" ? checkedGroup(wholeNumber(*weights, "group_size", -1)) : -1;
    layer.is_symmetric = flag(*weights, "symmetric", true);
    layer.is_ordered = isOrdered(*weights);
    if (const Json* activations = find(*group, "input_activations"); activations != nullptr) {
        layer.activations = activationScale(*activations, layer);
        layer.has_other_activations = layer.activations == ActivationScale::None;
    }
    layer.has_other_activations |= find(*group, "output_activations") != nullptr;
    return layer;
}

}  // namespace

std::span<const ReadableForm> readableForms() { return kForms; }

bool StoredScheme::roundsKeysAndValues() const { return find(config, "kv_cache_scheme") != nullptr; }

std::string StoredScheme::title() const {
    const auto* const form = std::ranges::find(kForms, kind, &ReadableForm::kind);
    if (form == kForms.end()) return {};
    const std::string title(form->title);
    return std::string(form->method) + " " + (isCompressed() ? text(config, "format", title) : title);
}

StoredScheme readScheme(const fs::path& directory) {
    const Json model_config = readJson(containedPath(directory, "config.json"));
    StoredScheme scheme;
    // Some checkpoints of nested models hold it in the object of the text model, where vLLM looks, too.
    for (const Json* holder : {&model_config, find(model_config, "text_config")}) {
        for (const char* key : {"quantization_config", "compression_config"}) {
            const Json* config = holder == nullptr ? nullptr : find(*holder, key);
            if (config == nullptr || !scheme.config.is_null()) continue;
            scheme.config = *config;
            scheme.file_name = "config.json";
        }
    }
    for (const char* file : {"quantize_config.json", "quant_config.json"}) {
        if (!scheme.config.is_null() || !holdsFile(directory, file)) continue;
        scheme.config = readJson(containedPath(directory, file));
        scheme.file_name = file;
    }
    if (scheme.config.is_null()) return scheme;
    try {
        if (!scheme.config.is_object()) fail("it", "expected an object, found " + std::string(scheme.config.type_name()));
        scheme.kind = kindOf(scheme.config);
    } catch (const Error& error) {
        throw Error(error.code(), "readScheme: " + (directory / scheme.file_name).string() + ": " + error.what());
    }
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
