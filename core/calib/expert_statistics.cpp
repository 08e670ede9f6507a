#include "core/calib/expert_statistics.h"

#include <algorithm>
#include <cmath>
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

/// What all experts saw together. Where squares alone are known, the magnitudes are theirs and no sum of the experts' own.
ChannelStatistics together(const std::vector<InputStatistics>& gathered, std::size_t first, std::size_t n_experts) {
    ChannelStatistics all;
    for (std::size_t i = first; i < first + n_experts; ++i) {
        all.merge(gathered[i].channels);
        all.knows_squares_alone = all.knows_squares_alone || gathered[i].channels.knows_squares_alone;
    }
    if (!all.knows_squares_alone || all.n_tokens == 0) return all;
    const auto n = static_cast<double>(all.n_tokens);
    for (std::size_t c = 0; c < all.sum_abs.size(); ++c) all.sum_abs[c] = std::sqrt(all.sum_squares[c] / n) * n;
    return all;
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
    const ChannelStatistics all_hidden = together(gathered, static_cast<std::size_t>(places.expert_hidden), n_experts);
    if (all_hidden.n_tokens == 0) return;
    const Matrix hessian = with_hessians ? evenHessian(all_hidden) : Matrix();
    replace(places.expert_hidden, [&](InputStatistics& statistics) {
        statistics.channels = all_hidden;
        statistics.hessian = hessian;
    });
}

}  // namespace salient
