#include "core/recipe/expert_coverage.h"

#include <algorithm>
#include <map>

namespace salient {

double tokenShare(const ExpertTokenCount& expert) noexcept {
    return expert.passed_tokens > 0 ? static_cast<double>(expert.reached_tokens) / static_cast<double>(expert.passed_tokens) : 0.0;
}

ExpertCoverage expertCoverage(const Model& model, std::span<const LayerReport> layers) {
    ExpertCoverage coverage;
    if (!model.config.family->hasExperts()) return coverage;
    std::map<std::pair<int, int>, ExpertTokenCount> counts;
    for (const LayerReport& layer : layers) {
        const LinearInfo& linear = model.linear(layer.name);
        if (linear.expert < 0) continue;
        ExpertTokenCount& count = counts[{linear.block, linear.expert}];
        count.block = linear.block;
        count.expert = linear.expert;
        count.reached_tokens = layer.reached_tokens;
        count.passed_tokens = layer.passed_tokens;
        count.has_stand_in = count.has_stand_in || layer.has_stand_in;
    }
    std::vector<Index> tokens;
    for (const auto& [place, count] : counts) {
        coverage.experts.push_back(count);
        tokens.push_back(count.reached_tokens);
        coverage.n_stand_ins += count.has_stand_in ? 1 : 0;
        if (!coverage.fewest || count.reached_tokens < coverage.fewest->reached_tokens) coverage.fewest = count;
    }
    if (tokens.empty()) return coverage;
    const auto middle = tokens.begin() + static_cast<std::ptrdiff_t>(tokens.size() / 2);
    std::nth_element(tokens.begin(), middle, tokens.end());
    coverage.median_tokens = *middle;
    return coverage;
}

std::string inWords(const ExpertCoverage& coverage) {
    if (!coverage.fewest) return "";
    const ExpertTokenCount& fewest = *coverage.fewest;
    return std::to_string(coverage.experts.size()) + " experts; of " + std::to_string(fewest.passed_tokens) +
           " calibration tokens an expert saw " + std::to_string(coverage.median_tokens) + " (median), at least " +
           std::to_string(fewest.reached_tokens) + " (block " + std::to_string(fewest.block) + ", expert " + std::to_string(fewest.expert) +
           "); " + std::to_string(coverage.n_stand_ins) + " saw too few for statistics of their own";
}

}  // namespace salient
