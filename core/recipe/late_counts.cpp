#include "core/recipe/late_counts.h"

#include <utility>

namespace salient {

void setPerplexity(RunResult& run, std::optional<PerplexityResult> evaluation) {
    RunCounts before;
    if (run.perplexity) addCounts(before, *run.perplexity);
    run.counts.n_raised_tokens -= before.n_raised_tokens;
    if (evaluation) addCounts(run.counts, *evaluation);
    run.perplexity = std::move(evaluation);
}

void noteWritten(RunResult& run, const WriteCounts& written) {
    run.counts.n_flushed_values = written.n_flushed_values;
    run.counts.n_raised_importances = 0;
    for (LayerReport& layer : run.layers) {
        const auto raised = written.raised_importances.find(layer.name);
        layer.n_raised_importances = raised == written.raised_importances.end() ? 0 : raised->second;
        run.counts.n_raised_importances += layer.n_raised_importances;
    }
}

}  // namespace salient
