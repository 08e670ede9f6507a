#include "core/recipe/late_counts.h"

#include <utility>

namespace salient {

namespace {

std::int64_t countOf(const std::map<std::string, std::int64_t>& counts, const std::string& layer) {
    const auto found = counts.find(layer);
    return found == counts.end() ? 0 : found->second;
}

}  // namespace

void setPerplexity(RunResult& run, std::optional<PerplexityResult> evaluation) {
    RunCounts before;
    if (run.perplexity) addCounts(before, *run.perplexity);
    run.counts.n_raised_tokens -= before.n_raised_tokens;
    run.counts.n_saturated_inputs -= before.n_saturated_inputs;
    if (evaluation) addCounts(run.counts, *evaluation);
    run.perplexity = std::move(evaluation);
}

void noteWritten(RunResult& run, const WriteCounts& written) {
    run.counts.n_flushed_values = written.n_flushed_values;
    run.counts.n_subnormal_values = written.n_subnormal_values;
    run.counts.n_raised_importances = 0;
    run.counts.n_raised_factors = 0;
    for (LayerReport& layer : run.layers) {
        layer.n_raised_importances = countOf(written.raised_importances, layer.name);
        layer.n_raised_factors = countOf(written.raised_factors, layer.name);
        run.counts.n_raised_importances += layer.n_raised_importances;
        run.counts.n_raised_factors += layer.n_raised_factors;
    }
}

WriteCounts writtenCounts(const RunResult& run) {
    WriteCounts written;
    written.n_flushed_values = run.counts.n_flushed_values;
    written.n_subnormal_values = run.counts.n_subnormal_values;
    for (const LayerReport& layer : run.layers) {
        if (layer.n_raised_importances > 0) written.raised_importances[layer.name] = layer.n_raised_importances;
        if (layer.n_raised_factors > 0) written.raised_factors[layer.name] = layer.n_raised_factors;
    }
    return written;
}

}  // namespace salient
