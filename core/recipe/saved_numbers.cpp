#include "core/recipe/saved_numbers.h"

#include <cmath>
#include <limits>

#include "core/error.h"

namespace salient {

namespace {

constexpr std::size_t kMostLayers = 1'000'000;
const std::vector<std::string> kComputes = {"float32", "bfloat16"};

Json savedError(const LayerError& error) {
    return {{"relative_output_error", savedNumber(error.relative_output_error)},
            {"output_error", savedNumber(error.output_error)},
            {"weight_mse", savedNumber(error.weight_mse)},
            {"weight_sqnr_db", savedNumber(error.weight_sqnr_db)},
            {"max_abs_error", savedNumber(error.max_abs_error)}};
}

LayerError readError(JsonObject& parent, const char* key) {
    LayerError error;
    const Json* value = parent.find(key);
    if (value == nullptr) return error;
    JsonObject object(*value, parent.pathOf(key), parent.origin());
    readNumber(object, "relative_output_error", error.relative_output_error);
    readNumber(object, "output_error", error.output_error);
    readNumber(object, "weight_mse", error.weight_mse);
    readNumber(object, "weight_sqnr_db", error.weight_sqnr_db);
    readNumber(object, "max_abs_error", error.max_abs_error);
    object.finish();
    return error;
}

}  // namespace

Json savedNumber(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0.0 ? "inf" : "-inf";
    return value;
}

void readNumber(JsonObject& object, const char* key, double& target) {
    const Json* value = object.find(key);
    if (value == nullptr) return;
    if (value->is_number()) {
        target = value->get<double>();
        return;
    }
    const std::string text = value->is_string() ? value->get<std::string>() : std::string();
    if (text == "nan") {
        target = std::numeric_limits<double>::quiet_NaN();
    } else if (text == "inf" || text == "-inf") {
        target = text == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    } else {
        object.refuse(key, "a number", *value);
    }
}

void readCount(JsonObject& object, const char* key, Index& target, Index least) {
    object.read(key, target);
    if (const Json* value = object.find(key); value != nullptr && target < least) {
        object.refuse(key, "a number from " + std::to_string(least), *value);
    }
}

std::map<std::string, std::int64_t> readCounts(JsonObject& object, const char* key) {
    std::map<std::string, std::int64_t> counts;
    const Json* found = object.find(key);
    if (found == nullptr) return counts;
    JsonObject names(*found, object.pathOf(key), object.origin());
    for (const auto& item : found->items()) {
        constexpr Index kMost = Index{1} << 40;
        Index count = 0;
        readCount(names, item.key().c_str(), count);
        if (count > kMost) names.refuse(item.key(), "a number of at most " + std::to_string(kMost), item.value());
        counts[item.key()] = count;
    }
    return counts;
}

Json savedPerplexity(const PerplexityResult& result) {
    Json json = {{"perplexity", savedNumber(result.perplexity)},
                 {"mean_nll", savedNumber(result.mean_nll)},
                 {"n_tokens", result.n_tokens},
                 {"n_windows", result.n_windows},
                 {"seq_len", result.seq_len},
                 {"protocol", name(result.protocol)},
                 {"compute", kComputes[static_cast<std::size_t>(result.compute)]},
                 {"seconds", savedNumber(result.seconds)}};
    if (!result.raised_tokens.empty()) json["raised_tokens"] = result.raised_tokens;
    if (!result.saturated_inputs.empty()) json["saturated_inputs"] = result.saturated_inputs;
    if (result.divergence) {
        const Divergence& d = *result.divergence;
        json["divergence"] = {{"mean_kl", savedNumber(d.mean_kl)},   {"median_kl", savedNumber(d.median_kl)},
                              {"p99_kl", savedNumber(d.p99_kl)},     {"max_kl", savedNumber(d.max_kl)},
                              {"same_top", savedNumber(d.same_top)}, {"n_tokens", d.n_tokens}};
    }
    return json;
}

PerplexityResult readPerplexity(const Json& value, const std::string& path, const std::string& origin) {
    JsonObject object(value, path, origin);
    PerplexityResult result;
    readNumber(object, "perplexity", result.perplexity);
    readNumber(object, "mean_nll", result.mean_nll);
    readCount(object, "n_tokens", result.n_tokens);
    readCount(object, "n_windows", result.n_windows);
    readCount(object, "seq_len", result.seq_len);
    std::size_t protocol = 0;
    object.readName("protocol", perplexityProtocolNames(), protocol);
    result.protocol = static_cast<PerplexityProtocol>(protocol);
    std::size_t compute = 0;
    object.readName("compute", kComputes, compute);
    result.compute = static_cast<Compute>(compute);
    readNumber(object, "seconds", result.seconds);
    result.raised_tokens = readCounts(object, "raised_tokens");
    result.saturated_inputs = readCounts(object, "saturated_inputs");
    if (const Json* found = object.find("divergence")) {
        JsonObject part(*found, object.pathOf("divergence"), origin);
        Divergence& d = result.divergence.emplace();
        readNumber(part, "mean_kl", d.mean_kl);
        readNumber(part, "median_kl", d.median_kl);
        readNumber(part, "p99_kl", d.p99_kl);
        readNumber(part, "max_kl", d.max_kl);
        readNumber(part, "same_top", d.same_top);
        readCount(part, "n_tokens", d.n_tokens);
        part.finish();
    }
    object.finish();
    return result;
}

Json savedLayerReport(const LayerReport& layer) {
    Json tries = Json::array();
    for (const double damping : layer.damping_tries) tries.push_back(savedNumber(damping));
    Json json = {{"layer", layer.name},
                 {"method", layer.method},
                 {"bits", layer.bits},
                 {"group_size", layer.group_size},
                 {"out_features", layer.out_features},
                 {"in_features", layer.in_features},
                 {"error", savedError(layer.error)},
                 {"nearest", savedError(layer.nearest)},
                 {"scale_parameter", savedNumber(layer.scale_parameter)},
                 {"damping_tries", std::move(tries)},
                 {"passed_tokens", layer.passed_tokens},
                 {"reached_tokens", layer.reached_tokens},
                 {"stand_in", layer.has_stand_in},
                 {"n_dead_columns", layer.n_dead_columns},
                 {"n_bounded_scales", layer.n_bounded_scales},
                 {"n_raised_tokens", layer.n_raised_tokens},
                 {"n_saturated_inputs", layer.n_saturated_inputs},
                 {"n_raised_importances", layer.n_raised_importances},
                 {"n_raised_factors", layer.n_raised_factors},
                 {"clipped_fraction", savedNumber(layer.clipped_fraction)},
                 {"saturated_fraction", savedNumber(layer.saturated_fraction)},
                 {"seconds", savedNumber(layer.seconds)},
                 {"bytes", layer.bytes}};
    forEachGridCount(layer.grids, [&json](const char* name, Index count) { json["n_" + std::string(name)] = count; });
    return json;
}

LayerReport readLayerReport(JsonObject& object) {
    LayerReport layer;
    object.read("layer", layer.name);
    object.read("method", layer.method);
    object.read("bits", layer.bits);
    readCount(object, "group_size", layer.group_size, -1);
    readCount(object, "out_features", layer.out_features);
    readCount(object, "in_features", layer.in_features);
    layer.error = readError(object, "error");
    layer.nearest = readError(object, "nearest");
    readNumber(object, "scale_parameter", layer.scale_parameter);
    if (const Json* tries = object.find("damping_tries")) {
        constexpr std::size_t kMostTries = 1000;
        for (const Json& damping : requireList(*tries, object.pathOf("damping_tries"), object.origin(), kMostTries)) {
            if (!damping.is_number()) object.refuse("damping_tries", "numbers", damping);
            layer.damping_tries.push_back(damping.get<double>());
        }
    }
    readCount(object, "passed_tokens", layer.passed_tokens);
    readCount(object, "reached_tokens", layer.reached_tokens);
    object.read("stand_in", layer.has_stand_in);
    readCount(object, "n_dead_columns", layer.n_dead_columns);
    forEachGridCount(layer.grids,
                     [&object](const char* name, Index& count) { readCount(object, ("n_" + std::string(name)).c_str(), count); });
    readCount(object, "n_bounded_scales", layer.n_bounded_scales);
    readCount(object, "n_raised_tokens", layer.n_raised_tokens);
    readCount(object, "n_saturated_inputs", layer.n_saturated_inputs);
    readCount(object, "n_raised_importances", layer.n_raised_importances);
    readCount(object, "n_raised_factors", layer.n_raised_factors);
    readNumber(object, "clipped_fraction", layer.clipped_fraction);
    readNumber(object, "saturated_fraction", layer.saturated_fraction);
    readNumber(object, "seconds", layer.seconds);
    Index bytes = 0;
    readCount(object, "bytes", bytes);
    layer.bytes = bytes;
    return layer;
}

Json savedSensitivities(const std::vector<LayerSensitivity>& layers) {
    Json list = Json::array();
    for (const LayerSensitivity& layer : layers) {
        list.push_back({{"layer", layer.layer},
                        {"mean_kl", savedNumber(layer.mean_kl)},
                        {"added_nll", savedNumber(layer.added_nll)},
                        {"same_top", savedNumber(layer.same_top)}});
    }
    return list;
}

std::vector<LayerSensitivity> readSensitivities(const Json& value, const std::string& path, const std::string& origin) {
    std::vector<LayerSensitivity> layers;
    for (const Json& item : requireList(value, path, origin, kMostLayers)) {
        JsonObject object(item, path + "[" + std::to_string(layers.size()) + "]", origin);
        LayerSensitivity layer;
        object.read("layer", layer.layer);
        readNumber(object, "mean_kl", layer.mean_kl);
        readNumber(object, "added_nll", layer.added_nll);
        readNumber(object, "same_top", layer.same_top);
        object.finish();
        layers.push_back(std::move(layer));
    }
    return layers;
}

const Json& requireList(const Json& value, const std::string& path, const std::string& origin, std::size_t most) {
    if (!value.is_array()) throw Error(ErrorCode::Format, origin + ": " + path + ": expected a list, found " + value.type_name());
    if (value.size() > most) {
        throw Error(ErrorCode::Format,
                    origin + ": " + path + ": expected at most " + std::to_string(most) + ", found " + std::to_string(value.size()));
    }
    return value;
}

}  // namespace salient
