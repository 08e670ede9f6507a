#include "core/model/raised_tokens.h"

namespace salient {

void RaisedTokens::count(BlockWeights& weights, const Model& model, int block) {
    for (const LinearInfo& linear : model.linearsOf(block)) {
        const auto found = weights.linears.find(linear.key());
        if (found == weights.linears.end() || !found->second.int8) continue;
        std::shared_ptr<std::atomic<std::int64_t>>& counter = counts_[linear.name];
        if (!counter) counter = std::make_shared<std::atomic<std::int64_t>>(0);
        found->second.int8->n_raised_tokens = counter;
    }
}

std::map<std::string, std::int64_t> RaisedTokens::layers() const {
    std::map<std::string, std::int64_t> layers;
    for (const auto& [name, counter] : counts_) {
        if (const std::int64_t n = counter->load(); n > 0) layers.emplace(name, n);
    }
    return layers;
}

}  // namespace salient
