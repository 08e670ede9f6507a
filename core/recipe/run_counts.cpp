#include <cmath>
#include <string_view>
#include <unordered_set>

#include "core/recipe/expert_coverage.h"
#include "core/recipe/run.h"

namespace salient {

namespace {

void addPart(std::string& text, std::int64_t count, const char* one, const char* many) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

RunCounts countsOf(const Model& model, std::span<const LayerReport> layers) {
    RunCounts counts;
    std::unordered_set<std::string_view> quantized;
    for (const LayerReport& layer : layers) {
        const double n_weights = static_cast<double>(layer.out_features) * static_cast<double>(layer.in_features);
        counts.n_damping_retries += std::max<std::int64_t>(0, static_cast<std::int64_t>(layer.damping_tries.size()) - 1);
        counts.n_dead_columns += layer.n_dead_columns;
        counts.n_raised_scales += layer.n_raised_scales;
        counts.n_saturated_codes += std::llround(layer.saturated_fraction * n_weights);
        counts.n_clipped_weights += std::llround(layer.clipped_fraction * n_weights);
        quantized.insert(layer.name);
    }
    counts.n_stand_ins = expertCoverage(model, layers).n_stand_ins;
    for (const LinearInfo& linear : model.linears) {
        if (!quantized.contains(linear.name)) counts.kept_layers.push_back(linear.name);
    }
    return counts;
}

Json toJson(const RunCounts& counts) {
    return {{"damping_retries", counts.n_damping_retries}, {"dead_columns", counts.n_dead_columns},
            {"raised_scales", counts.n_raised_scales},     {"saturated_codes", counts.n_saturated_codes},
            {"clipped_weights", counts.n_clipped_weights}, {"flushed_values", counts.n_flushed_values},
            {"experts_with_stand_in", counts.n_stand_ins}, {"kept_layers", counts.kept_layers}};
}

std::string inWords(const RunCounts& counts) {
    std::string text;
    addPart(text, counts.n_damping_retries, "damping retry", "damping retries");
    addPart(text, counts.n_dead_columns, "channel never active", "channels never active");
    addPart(text, counts.n_raised_scales, "scale raised to the smallest stored one", "scales raised to the smallest stored one");
    addPart(text, counts.n_saturated_codes, "code at an end of its grid", "codes at an end of their grid");
    addPart(text, counts.n_clipped_weights, "weight clipped", "weights clipped");
    addPart(text, counts.n_flushed_values, "value flushed to 0 in its stored type", "values flushed to 0 in their stored type");
    addPart(text, counts.n_stand_ins, "expert with too few tokens for statistics of its own",
            "experts with too few tokens for statistics of their own");
    addPart(text, static_cast<std::int64_t>(counts.kept_layers.size()), "layer left in 16 bits", "layers left in 16 bits");
    return text.empty() ? "nothing out of the ordinary" : text;
}

}  // namespace salient
