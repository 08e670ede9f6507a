#include <algorithm>
#include <cmath>

#include "core/recipe/expert_coverage.h"
#include "core/recipe/run.h"
#include "core/seeded_hash.h"

namespace salient {

namespace {

void addPart(std::string& text, std::int64_t count, const char* one, const char* many) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + (count == 1 ? one : many);
}

struct ScaleCounts {
    GridCounts grids;
    std::int64_t n_bounded_scales = 0;
    std::int64_t n_raised_tokens = 0;
    std::int64_t n_saturated_inputs = 0;
    std::int64_t n_raised_importances = 0;
    std::int64_t n_raised_factors = 0;
};

void addScales(std::string& text, const ScaleCounts& counts) {
    const GridCounts& grids = counts.grids;
    addPart(text, grids.n_raised_ranges, "group of zeros, or nearly so, on the least range",
            "groups of zeros, or nearly so, on the least range");
    addPart(text, grids.n_widened_ranges, "range of one sign widened to 0", "ranges of one sign widened to 0");
    addPart(text, grids.n_clamped_zeros, "zero point clamped to the last code", "zero points clamped to the last code");
    addPart(text, grids.n_raised_scales, "scale raised to the smallest stored one", "scales raised to the smallest stored one");
    addPart(text, grids.n_subnormal_scales, "scale stored with fewer digits than its type has",
            "scales stored with fewer digits than their type has");
    addPart(text, counts.n_bounded_scales, "scale of an input held at its bound", "scales of inputs held at their bound");
    addPart(text, counts.n_raised_tokens, "int8 token on the least scale", "int8 tokens on the least scale");
    addPart(text, counts.n_saturated_inputs, "int8 input cut off at the largest of calibration",
            "int8 inputs cut off at the largest of calibration");
    addPart(text, counts.n_raised_importances, "input raised to the least importance", "inputs raised to the least importance");
    addPart(text, counts.n_raised_factors, "block factor raised to the next float16", "block factors raised to the next float16");
}

}  // namespace

RunCounts countsOf(std::span<const LayerReport> layers) {
    RunCounts counts;
    for (const LayerReport& layer : layers) {
        const double n_weights = static_cast<double>(layer.out_features) * static_cast<double>(layer.in_features);
        counts.n_damping_retries += std::max<std::int64_t>(0, static_cast<std::int64_t>(layer.damping_tries.size()) - 1);
        counts.n_dead_columns += layer.n_dead_columns;
        counts.grids += layer.grids;
        counts.n_bounded_scales += layer.n_bounded_scales;
        counts.n_raised_tokens += layer.n_raised_tokens;
        counts.n_saturated_inputs += layer.n_saturated_inputs;
        counts.n_raised_importances += layer.n_raised_importances;
        counts.n_raised_factors += layer.n_raised_factors;
        counts.n_saturated_codes += std::llround(layer.saturated_fraction * n_weights);
        counts.n_clipped_weights += std::llround(layer.clipped_fraction * n_weights);
    }
    return counts;
}

RunCounts countsOf(const Model& model, std::span<const LayerReport> layers) {
    RunCounts counts = countsOf(layers);
    StringViewSet quantized;
    for (const LayerReport& layer : layers) quantized.insert(layer.name);
    counts.n_stand_ins = expertCoverage(model, layers).n_stand_ins;
    for (const LinearInfo& linear : model.linears) {
        if (!quantized.contains(linear.name)) counts.kept_layers.push_back(linear.name);
    }
    return counts;
}

void addCounts(RunCounts& counts, const PerplexityResult& evaluation) {
    for (const auto& [layer, n_tokens] : evaluation.raised_tokens) counts.n_raised_tokens += n_tokens;
    for (const auto& [layer, n_inputs] : evaluation.saturated_inputs) counts.n_saturated_inputs += n_inputs;
}

Json toJson(const RunCounts& counts) {
    Json json = {{"damping_retries", counts.n_damping_retries}, {"dead_columns", counts.n_dead_columns}};
    forEachGridCount(counts.grids, [&json](const char* name, Index count) { json[name] = count; });
    json["bounded_scales"] = counts.n_bounded_scales;
    json["raised_tokens"] = counts.n_raised_tokens;
    json["saturated_inputs"] = counts.n_saturated_inputs;
    json["raised_importances"] = counts.n_raised_importances;
    json["raised_factors"] = counts.n_raised_factors;
    json["saturated_codes"] = counts.n_saturated_codes;
    json["clipped_weights"] = counts.n_clipped_weights;
    json["flushed_values"] = counts.n_flushed_values;
    json["subnormal_values"] = counts.n_subnormal_values;
    json["experts_with_stand_in"] = counts.n_stand_ins;
    json["kept_layers"] = counts.kept_layers;
    return json;
}

std::string scalesInWords(const LayerReport& layer) {
    std::string text;
    addScales(text, {layer.grids, layer.n_bounded_scales, layer.n_raised_tokens, layer.n_saturated_inputs, layer.n_raised_importances,
                     layer.n_raised_factors});
    return text;
}

std::string inWords(const RunCounts& counts) {
    std::string text;
    addPart(text, counts.n_damping_retries, "damping retry", "damping retries");
    addPart(text, counts.n_dead_columns, "channel never active", "channels never active");
    addScales(text, {counts.grids, counts.n_bounded_scales, counts.n_raised_tokens, counts.n_saturated_inputs, counts.n_raised_importances,
                     counts.n_raised_factors});
    addPart(text, counts.n_saturated_codes, "code at an end of its grid", "codes at an end of their grid");
    addPart(text, counts.n_clipped_weights, "weight clipped", "weights clipped");
    addPart(text, counts.n_flushed_values, "value flushed to 0 in its stored type", "values flushed to 0 in their stored type");
    addPart(text, counts.n_subnormal_values, "value stored with fewer digits than its type has",
            "values stored with fewer digits than their type has");
    addPart(text, counts.n_stand_ins, "expert with too few tokens for statistics of its own",
            "experts with too few tokens for statistics of their own");
    addPart(text, static_cast<std::int64_t>(counts.kept_layers.size()), "layer left in 16 bits", "layers left in 16 bits");
    return text.empty() ? "nothing out of the ordinary" : text;
}

}  // namespace salient
