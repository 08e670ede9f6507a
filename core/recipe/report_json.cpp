#include "core/recipe/run.h"

namespace salient {

Json toJson(const PerplexityResult& result) {
    Json json = {{"perplexity", result.perplexity},
                 {"mean_nll", result.mean_nll},
                 {"n_tokens", result.n_tokens},
                 {"protocol", name(result.protocol)},
                 {"seq_len", result.seq_len},
                 {"n_windows", result.n_windows},
                 {"compute", result.compute == Compute::Float32 ? "float32" : "bfloat16"},
                 {"seconds", result.seconds}};
    if (result.divergence) {
        json["divergence"] = {{"mean_kl", result.divergence->mean_kl},
                              {"median_kl", result.divergence->median_kl},
                              {"p99_kl", result.divergence->p99_kl},
                              {"max_kl", result.divergence->max_kl},
                              {"same_top", result.divergence->same_top}};
    }
    if (!result.raised_tokens.empty()) json["raised_tokens"] = result.raised_tokens;
    if (!result.saturated_inputs.empty()) json["saturated_inputs"] = result.saturated_inputs;
    return json;
}

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
    if (layer.reached_tokens < layer.passed_tokens) {
        json["calibration_tokens"] = layer.reached_tokens;
        json["calibration_share"] = static_cast<double>(layer.reached_tokens) / static_cast<double>(layer.passed_tokens);
        json["has_stand_in"] = layer.has_stand_in;
    }
    json["n_dead_columns"] = layer.n_dead_columns;
    forEachGridCount(layer.grids, [&json](const char* name, Index count) { json["n_" + std::string(name)] = count; });
    json["n_bounded_scales"] = layer.n_bounded_scales;
    json["n_raised_tokens"] = layer.n_raised_tokens;
    json["n_saturated_inputs"] = layer.n_saturated_inputs;
    json["n_raised_importances"] = layer.n_raised_importances;
    json["n_raised_factors"] = layer.n_raised_factors;
    json["clipped_fraction"] = layer.clipped_fraction;
    json["saturated_fraction"] = layer.saturated_fraction;
    json["seconds"] = layer.seconds;
    json["bytes"] = layer.bytes;
    return json;
}

namespace {

/// By block and number: how many of the calibration's tokens reached each expert.
Json toJson(const ExpertCoverage& coverage) {
    Json experts = Json::array();
    for (const ExpertTokenCount& expert : coverage.experts) {
        experts.push_back({{"block", expert.block},
                           {"expert", expert.expert},
                           {"tokens", expert.reached_tokens},
                           {"share", tokenShare(expert)},
                           {"has_stand_in", expert.has_stand_in}});
    }
    return experts;
}

/// The first keys are a fixed part of the command line's interface.
Json toJson(const RunResult& run) {
    Json json = Json::object();
    json["method"] = methodName(run.method);
    json["perplexity"] = run.perplexity ? Json(run.perplexity->perplexity) : Json(nullptr);
    json["relative_output_error"] = run.relative_output_error;
    json["seconds"] = run.seconds;
    json["bytes"] = run.bytes;
    json["bits_per_weight"] = run.bits_per_weight;
    if (run.n_blocks_resumed > 0) json["n_blocks_resumed"] = run.n_blocks_resumed;
    json["name"] = run.name;
    json["weight_bits"] = run.method.grid.bits;
    json["activation_bits"] = run.method.activations == ActivationScale::None ? 16 : 8;
    json["group_size"] = run.method.grid.group_size;
    json["symmetric"] = run.method.grid.is_symmetric;
    json["settings"] = toJson(run.method);
    if (run.perplexity) json["evaluation"] = toJson(*run.perplexity);
    if (!run.out.empty()) {
        json["out"] = run.out;
        json["verification"] = run.verification;
        json["verified"] = run.is_verified;
    }
    if (!run.loaders.empty()) {
        json["loaders"] = Json::array();
        for (const LoaderVerdict& verdict : run.loaders) json["loaders"].push_back(toJson(verdict));
    }
    json["counts"] = toJson(run.counts);
    if (!run.experts.experts.empty()) json["experts"] = toJson(run.experts);
    json["warnings"] = run.warnings;
    json["layers"] = Json::array();
    for (const LayerReport& layer : run.layers) json["layers"].push_back(toJson(layer));
    return json;
}

}  // namespace

Json toJson(const Report& report) {
    Json json = Json::object();
    if (report.full_precision) json["full_precision"] = toJson(*report.full_precision);
    json["methods"] = Json::array();
    for (const RunResult& run : report.runs) json["methods"].push_back(toJson(run));
    if (!report.warnings.empty()) json["warnings"] = report.warnings;
    json["model"] = report.model_name;
    json["original_bytes"] = report.original_bytes;
    json["calibration"] = {{"text", report.recipe.calibration_text.string()},
                           {"n_windows", report.calibration_windows},
                           {"seq_len", report.calibration_seq_len},
                           {"n_tokens", report.calibration_tokens},
                           {"seed", report.recipe.samples.seed}};
    if (!report.calibration_source.empty()) {
        json["calibration"] = {{"inputs", report.calibration_source}, {"n_tokens", report.calibration_tokens}};
    }
    json["stages"] = Json::array();
    for (const auto& [stage, seconds] : report.stage_seconds) json["stages"].push_back({{"stage", stage}, {"seconds", seconds}});
    json["memory_forecast_bytes"] = report.memory_forecast_bytes;
    json["peak_memory_bytes"] = report.peak_memory_bytes;
    json["command"] = asCommand(report.recipe).value_or(runCommand("recipe.json"));
    json["recipe"] = toJson(report.recipe);
    json["version"] = report.version;
    return json;
}

}  // namespace salient
