#include "core/model/raised_tokens.h"

namespace salient {

const std::shared_ptr<std::atomic<std::int64_t>>& RaisedTokens::counterOf(Counters& counters, const std::string& layer) {
    std::shared_ptr<std::atomic<std::int64_t>>& counter = counters[layer];
    if (!counter) counter = std::make_shared<std::atomic<std::int64_t>>(0);
    return counter;
}

void RaisedTokens::count(BlockWeights& weights, const Model& model, int block) {
    for (const LinearInfo& linear : model.linearsOf(block)) {
        const auto found = weights.linears.find(linear.key());
        if (found == weights.linears.end() || !found->second.int8) continue;
        found->second.int8->n_raised_tokens = counterOf(counts_, linear.name);
        found->second.int8->n_saturated_inputs = counterOf(saturated_inputs_, linear.name);
    }
}

std::map<std::string, std::int64_t> RaisedTokens::positive(const Counters& counters) {
    std::map<std::string, std::int64_t> layers;
    for (const auto& [name, counter] : counters) {
        if (const std::int64_t n = counter->load(); n > 0) layers.emplace(name, n);
    }
    return layers;
}

std::map<std::string, std::int64_t> RaisedTokens::layers() const { return positive(counts_); }

std::map<std::string, std::int64_t> RaisedTokens::saturatedInputs() const { return positive(saturated_inputs_); }

}  // namespace salient
