#include "core/exporter/salient_record.h"

#include "core/exporter/checksum.h"

namespace salient {
namespace {

constexpr int kLayoutVersion = 1;

[[noreturn]] void fail(const std::string& origin, const std::string& reason) {
    throw Error(ErrorCode::Format, "readRecord: " + origin + ": " + reason);
}

const Json& member(const Json& object, const char* key, const std::string& origin) {
    if (!object.is_object() || !object.contains(key)) fail(origin, "expected a key '" + std::string(key) + "', found none");
    return object.at(key);
}

std::string text(const Json& value, const std::string& key, const std::string& origin) {
    if (!value.is_string()) fail(origin, key + ": expected text, found " + std::string(value.type_name()));
    return value.get<std::string>();
}

std::map<std::string, std::string> textMap(const Json& object, const std::string& key, const std::string& origin) {
    if (!object.is_object()) fail(origin, key + ": expected an object, found " + std::string(object.type_name()));
    std::map<std::string, std::string> result;
    for (const auto& [name, value] : object.items()) result[name] = text(value, key + ": " + name, origin);
    return result;
}

/// Nothing where the key is absent.
std::map<std::string, std::int64_t> countMap(const Json& document, const std::string& key, const std::string& origin) {
    constexpr std::int64_t kMost = std::int64_t{1} << 40;  // far more than a tensor has; those of all tensors are added up
    std::map<std::string, std::int64_t> result;
    if (!document.contains(key)) return result;
    const Json& object = document.at(key);
    if (!object.is_object()) fail(origin, key + ": expected an object, found " + std::string(object.type_name()));
    for (const auto& [name, count] : object.items()) {
        const std::int64_t n = count.is_number_integer() ? count.get<std::int64_t>() : -1;  // beyond 64 bits it is negative, too
        if (n < 0 || n > kMost) fail(origin, key + ": " + name + ": expected a number of values, found " + count.dump());
        result[name] = n;
    }
    return result;
}

}  // namespace

WriteCounts SalientRecord::counts() const {
    WriteCounts counts;
    for (const auto& [tensor, n_flushed] : flushed) counts.n_flushed_values += n_flushed;
    for (const auto& [tensor, n_subnormal] : subnormal) counts.n_subnormal_values += n_subnormal;
    counts.raised_importances = raised;
    counts.raised_factors = raised_factors;
    return counts;
}

void SalientRecord::addStored(const std::string& tensor, const StoredFloats& stored) {
    if (stored.n_flushed > 0) flushed[tensor] = stored.n_flushed;
    if (stored.n_subnormal > 0) subnormal[tensor] = stored.n_subnormal;
}

void SalientRecord::addLayer(const std::string& name, std::uint64_t weight_checksum, std::span<const float> channel_scale) {
    Layer& layer = layers[name];
    layer.weight = checksumText(weight_checksum);
    if (channel_scale.empty()) return;
    layer.scales = checksumText(checksum(std::as_bytes(channel_scale)));
    scales.try_emplace(layer.scales, floatsToText(channel_scale));
}

Json toJson(const SalientRecord& record) {
    std::map<std::string, Json> layers;
    for (const auto& [name, layer] : record.layers) {
        Json& entry = layers[name] = Json::object({{"weight", layer.weight}});
        if (!layer.scales.empty()) entry["scales"] = layer.scales;
    }
    Json document = Json::object();
    document["salient"] = SALIENT_VERSION;
    document["layout"] = kLayoutVersion;
    document["format"] = std::string(name(record.format));
    document["method"] = record.method;
    document["provenance"] = record.provenance;
    if (!record.flushed.empty()) document["flushed_to_zero"] = record.flushed;
    if (!record.subnormal.empty()) document["subnormal_values"] = record.subnormal;
    if (!record.raised.empty()) document["raised_importances"] = record.raised;
    if (!record.raised_factors.empty()) document["raised_factors"] = record.raised_factors;
    if (!record.shifted.empty()) document["shifted_by_steps"] = record.shifted;
    document["layers"] = layers;
    document["tensors"] = record.tensors;
    if (!record.scales.empty()) document["channel_scales"] = record.scales;
    return document;
}

SalientRecord recordFromJson(const Json& document, const std::string& origin) {
    const Json& layout = member(document, "layout", origin);
    if (!layout.is_number_integer() || layout.get<int>() != kLayoutVersion)
        fail(origin, "layout: expected " + std::to_string(kLayoutVersion) + ", found " + layout.dump());
    SalientRecord record;
    record.format = exportFormatFromName(text(member(document, "format", origin), "format", origin));
    record.method = text(member(document, "method", origin), "method", origin);
    record.tensors = textMap(member(document, "tensors", origin), "tensors", origin);
    if (document.contains("channel_scales")) record.scales = textMap(document.at("channel_scales"), "channel_scales", origin);
    const Json& layers = member(document, "layers", origin);
    if (!layers.is_object()) fail(origin, "layers: expected an object, found " + std::string(layers.type_name()));
    for (const auto& [name, entry] : layers.items()) {
        SalientRecord::Layer& layer = record.layers[name];
        layer.weight = text(member(entry, "weight", origin), name, origin);
        if (entry.contains("scales")) layer.scales = text(entry.at("scales"), name, origin);
    }
    if (document.contains("shifted_by_steps") && document.at("shifted_by_steps").is_object()) {
        for (const auto& [name, steps] : document.at("shifted_by_steps").items()) {
            if (!steps.is_number()) fail(origin, "shifted_by_steps: " + name + ": expected a number");
            record.shifted[name] = steps.get<double>();
        }
    }
    record.flushed = countMap(document, "flushed_to_zero", origin);
    record.subnormal = countMap(document, "subnormal_values", origin);
    record.raised = countMap(document, "raised_importances", origin);
    record.raised_factors = countMap(document, "raised_factors", origin);
    if (document.contains("provenance")) record.provenance = document.at("provenance");
    return record;
}

}  // namespace salient
