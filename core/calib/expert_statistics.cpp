#include "core/calib/expert_statistics.h"

#include <algorithm>
#include <numeric>

namespace salient {

namespace {

/// A multiple of the identity with the trace that the Hessian of these channels has.
Matrix evenHessian(const ChannelStatistics& channels) {
    const Index n = channels.channelCount();
    const double power = std::accumulate(channels.sum_squares.begin(), channels.sum_squares.end(), 0.0);
    const double mean = power / (static_cast<double>(channels.n_tokens) * static_cast<double>(n));
    return Matrix::Identity(n, n) * static_cast<float>(2.0 * mean);
}

bool isStarved(const InputStatistics& statistics, const InputGroup& group) {
    return group.expert >= 0 && statistics.reached_tokens < expertTokensNeeded(group.in_features);
}

}  // namespace

Index expertTokensNeeded(Index in_features) noexcept {
    constexpr Index kEnough = 128;
    return std::min(kEnough, in_features);
}

void standInForExperts(const Model& model, std::vector<InputStatistics>& gathered, bool with_hessians) {
    const GroupPlaces places = groupPlaces(model.config);
    const std::size_t n_experts = static_cast<std::size_t>(model.config.experts.count);
    const auto replace = [&](int first, auto&& stand_in) {
        for (std::size_t i = 0; i < n_experts; ++i) {
            InputStatistics& statistics = gathered[static_cast<std::size_t>(first) + i];
            if (!isStarved(statistics, model.groups[static_cast<std::size_t>(first) + i])) continue;
            stand_in(statistics);
            statistics.is_stand_in = true;
        }
    };

    const InputStatistics& all_inputs = gathered[static_cast<std::size_t>(places.mlp_input)];
    if (all_inputs.passed_tokens > 0) {
        replace(places.expert_inputs, [&](InputStatistics& statistics) {
            statistics.channels = all_inputs.channels;
            statistics.hessian = all_inputs.hessian;
        });
    }
    ChannelStatistics all_hidden;
    for (std::size_t i = 0; i < n_experts; ++i) all_hidden.merge(gathered[static_cast<std::size_t>(places.expert_hidden) + i].channels);
    if (all_hidden.n_tokens == 0) return;
    const Matrix hessian = with_hessians ? evenHessian(all_hidden) : Matrix();
    replace(places.expert_hidden, [&](InputStatistics& statistics) {
        statistics.channels = all_hidden;
        statistics.hessian = hessian;
    });
}

}  // namespace salient
