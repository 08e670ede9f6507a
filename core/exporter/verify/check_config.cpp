#include <algorithm>
#include <array>
#include <string_view>

#include "core/exporter/verify/checks.h"
#include "core/io/contained_path.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "config.json";
constexpr const char* kQuantizeConfig = "quantize_config.json";

bool has(const Json& object, const char* key) { return object.is_object() && object.contains(key) && !object.at(key).is_null(); }

void checkGptqKeys(const Json& config, Findings& findings) {
    if (!has(config, "sym"))
        findings.push_back({Severity::Failure, kConfig, "quantization_config: sym: missing: vLLM refuses it, AutoGPTQ assumes true"});
    if (!has(config, "bits")) findings.push_back({Severity::Failure, kConfig, "quantization_config: bits: missing"});
    if (!has(config, "group_size")) findings.push_back({Severity::Failure, kConfig, "quantization_config: group_size: missing"});
    if (!has(config, "desc_act")) findings.push_back({Severity::Failure, kConfig, "quantization_config: desc_act: missing"});
    if (!has(config, "checkpoint_format")) {
        findings.push_back(
            {Severity::Warning, kConfig,
             "quantization_config: checkpoint_format: missing: loaders take the zero points for those of v1 (stored as z − 1)"});
    }
}

/// Where a key may be missing, loaders do not agree on what it would be.
void checkAwqKeys(const StoredScheme& scheme, Findings& findings) {
    const Json& config = scheme.config;
    const auto find = [&](Severity severity, const std::string& what) {
        findings.push_back({severity, scheme.file_name, "quantization_config: " + what});
    };
    if (!has(config, "zero_point")) find(Severity::Failure, "zero_point: missing: vLLM refuses it, the others assume true");
    if (!has(config, "bits") && !has(config, "w_bit")) find(Severity::Failure, "bits: missing: vLLM refuses it, the others assume 4");
    if (!has(config, "group_size") && !has(config, "q_group_size"))
        find(Severity::Failure, "group_size: missing: vLLM refuses it, the others assume 128");
    if (!has(config, "version")) find(Severity::Warning, "version: missing: loaders take the layout for gemm");
    for (const char* key : {"bits", "w_bit"}) {
        if (has(config, key) && config.at(key) != 4)
            find(Severity::Failure, std::string(key) + ": expected 4, the one width of awq's kernels, found " + config.at(key).dump());
    }
    const bool is_spelled_as_before = scheme.file_name == kConfig && has(config, "q_group_size") && !has(config, "group_size");
    if (is_spelled_as_before && config.at("q_group_size") != 128) {
        find(Severity::Failure, "q_group_size: expected the name group_size, without which transformers assumes 128, found " +
                                    config.at("q_group_size").dump());
    }
}

/// Keys that both files have must say the same: AutoGPTQ opens quantize_config.json first, the others config.json.
void checkAgreement(const fs::path& directory, const Json& config, Findings& findings) {
    if (!holdsFile(directory, kQuantizeConfig)) {
        findings.push_back({Severity::Warning, kQuantizeConfig, "missing: AutoGPTQ reads nothing else"});
        return;
    }
    const Json other = readJson(containedPath(directory, kQuantizeConfig));
    for (const char* key : {"bits", "group_size", "sym", "desc_act", "checkpoint_format", "dynamic"}) {
        const Json here = has(config, key) ? config.at(key) : Json();
        const Json there = has(other, key) ? other.at(key) : Json();
        if (here != there) {
            findings.push_back({Severity::Failure, kQuantizeConfig,
                                std::string(key) + ": expected " + here.dump() + " as in config.json, found " + there.dump()});
        }
    }
}

void checkKeys(const Json& object, std::span<const std::string_view> allowed, const std::string& where, Findings& findings) {
    if (!object.is_object()) return;
    for (const auto& [key, value] : object.items()) {
        if (std::find(allowed.begin(), allowed.end(), key) == allowed.end())
            findings.push_back({Severity::Failure, kConfig,
                                "quantization_config: " + where + ": " + key + ": compressed-tensors refuses keys it does not know"});
    }
}

void checkCompressedKeys(const Json& config, Findings& findings) {
    // zp_dtype and scale_dtype came with recent releases, which also read files without them.
    static constexpr std::array<std::string_view, 12> kArguments = {
        "num_bits", "type",     "symmetric", "group_size",      "strategy",    "block_structure",
        "dynamic",  "actorder", "observer",  "observer_kwargs", "scale_dtype", "zp_dtype"};
    static constexpr std::array<std::string_view, 5> kGroup = {"targets", "weights", "input_activations", "output_activations", "format"};
    if (!has(config, "config_groups")) {
        findings.push_back({Severity::Failure, kConfig, "quantization_config: config_groups: missing"});
        return;
    }
    for (const auto& [name, group] : config.at("config_groups").items()) {
        checkKeys(group, kGroup, name, findings);
        for (const char* part : {"weights", "input_activations"}) {
            if (!has(group, part)) continue;
            const Json& arguments = group.at(part);
            const std::string where = name + ": " + part;
            checkKeys(arguments, kArguments, where, findings);
            const std::string strategy =
                has(arguments, "strategy") && arguments.at("strategy").is_string() ? arguments.at("strategy").get<std::string>() : "";
            const bool is_grouped = has(arguments, "group_size") && arguments.at("group_size").is_number_integer() &&
                                    arguments.at("group_size").get<Index>() > 0;
            if ((strategy == "group") != is_grouped)
                findings.push_back({Severity::Failure, kConfig,
                                    "quantization_config: " + where +
                                        ": strategy: expected \"group\" with a positive group size and only then, found \"" + strategy +
                                        "\""});
            for (const char* type : {"scale_dtype", "zp_dtype"}) {
                if (arguments.contains(type))
                    findings.push_back({Severity::Warning, kConfig,
                                        "quantization_config: " + where + ": " + type + ": releases before 0.13 refuse this key"});
            }
        }
        if (has(config, "format") && config.at("format") == "int-quantized" && !has(group, "input_activations"))
            findings.push_back({Severity::Failure, kConfig,
                                "quantization_config: " + name + ": int-quantized without input_activations: vLLM has no scheme for it"});
    }
}

}  // namespace

Findings checkConfig(const fs::path& directory, const StoredScheme& scheme) {
    Findings findings;
    const Json config = readJson(containedPath(directory, kConfig));
    for (const char* key : {"architectures", "model_type"}) {
        if (!has(config, key))
            findings.push_back({Severity::Warning, kConfig, std::string(key) + ": missing: loaders choose the model's class by it"});
    }
    if (scheme.kind == StoredScheme::Kind::Float) return findings;
    if (has(config, "compression_config") && !has(config, "quantization_config")) {
        findings.push_back({Severity::Warning, kConfig,
                            "compression_config: expected the name quantization_config, without which transformers takes the model for a "
                            "floating-point one; vLLM reads both"});
    } else if (!has(config, "quantization_config")) {
        findings.push_back(
            {Severity::Failure, kConfig, "quantization_config: missing: transformers and vLLM take the model for a floating-point one"});
    }
    if (scheme.isGptq()) {
        checkGptqKeys(scheme.config, findings);
        checkAgreement(directory, scheme.config, findings);
    }
    if (scheme.kind == StoredScheme::Kind::Awq) checkAwqKeys(scheme, findings);
    if (scheme.isCompressed()) checkCompressedKeys(scheme.config, findings);
    return findings;
}

}  // namespace salient
