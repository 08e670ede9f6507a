#include "core/recipe/layer_report_json.h"

#include <limits>

namespace salient {

namespace {

double number(const Json& document, const char* key) {
    const Json& value = document.at(key);
    return value.is_null() ? std::numeric_limits<double>::infinity() : value.get<double>();
}

LayerError errorFromJson(const Json& document) {
    LayerError error;
    error.relative_output_error = number(document, "relative_output_error");
    error.output_error = number(document, "output_error");
    error.weight_mse = number(document, "weight_mse");
    error.weight_sqnr_db = number(document, "weight_sqnr_db");
    error.max_abs_error = number(document, "max_abs_error");
    return error;
}

}  // namespace

Json toJson(const LayerError& error) {
    return {{"relative_output_error", error.relative_output_error},
            {"output_error", error.output_error},
            {"weight_mse", error.weight_mse},
            {"weight_sqnr_db", error.weight_sqnr_db},
            {"max_abs_error", error.max_abs_error}};
}

Json toJson(const LayerReport& layer) {
    Json json = {{"layer", layer.name},
                 {"method", layer.method},
                 {"weight_bits", layer.bits},
                 {"group_size", layer.group_size},
                 {"out_features", layer.out_features},
                 {"in_features", layer.in_features},
                 {"error", toJson(layer.error)},
                 {"nearest", toJson(layer.nearest)}};
    if (layer.scale_parameter >= 0.0) json["scale_parameter"] = layer.scale_parameter;
    if (!layer.damping_tries.empty()) json["damping_tries"] = layer.damping_tries;
    json["n_dead_columns"] = layer.n_dead_columns;
    json["n_raised_scales"] = layer.n_raised_scales;
    json["clipped_fraction"] = layer.clipped_fraction;
    json["saturated_fraction"] = layer.saturated_fraction;
    json["seconds"] = layer.seconds;
    json["bytes"] = layer.bytes;
    return json;
}

LayerReport layerReportFromJson(const Json& document) {
    LayerReport layer;
    layer.name = document.at("layer").get<std::string>();
    layer.method = document.at("method").get<std::string>();
    layer.bits = document.at("weight_bits").get<int>();
    layer.group_size = document.at("group_size").get<Index>();
    layer.out_features = document.at("out_features").get<Index>();
    layer.in_features = document.at("in_features").get<Index>();
    layer.error = errorFromJson(document.at("error"));
    layer.nearest = errorFromJson(document.at("nearest"));
    if (document.contains("scale_parameter")) layer.scale_parameter = document.at("scale_parameter").get<double>();
    if (document.contains("damping_tries")) layer.damping_tries = document.at("damping_tries").get<std::vector<double>>();
    layer.n_dead_columns = document.at("n_dead_columns").get<Index>();
    layer.n_raised_scales = document.at("n_raised_scales").get<Index>();
    layer.clipped_fraction = number(document, "clipped_fraction");
    layer.saturated_fraction = number(document, "saturated_fraction");
    layer.seconds = number(document, "seconds");
    layer.bytes = document.at("bytes").get<std::int64_t>();
    return layer;
}

}  // namespace salient
