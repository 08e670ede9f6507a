#include "core/calib/token_activations.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "core/calib/observe_windows.h"
#include "core/error.h"

namespace salient {

namespace {

bool comesFirst(const TokenPeak& a, const TokenPeak& b) {
    return std::make_tuple(-std::abs(a.value), a.window, a.position) < std::make_tuple(-std::abs(b.value), b.window, b.position);
}

/// Width of a group's input. Throws Error{InvalidOption} when there is no such group.
Index inputsOf(const Model& model, int group) {
    if (group < 0 || group >= static_cast<int>(model.groups.size())) {
        throw Error(ErrorCode::InvalidOption,
                    "tokenActivations: group: expected one of " + std::to_string(model.groups.size()) + ", found " + std::to_string(group));
    }
    return model.groups[static_cast<std::size_t>(group)].in_features;
}

}  // namespace

TokenActivations tokenActivations(const Calibration& calibration, int block, int group, Index window, JobContext& job) {
    const TokenWindows& windows = calibration.samples.windows;
    TokenActivations result;
    result.window = window;
    result.values.resize(0, inputsOf(*calibration.model, group));
    const InputObserver observer = [&](const InputObservation& seen) {
        if (seen.group != group) return;
        result.values = seen.x;
        for (Index row = 0; row < seen.x.rows(); ++row) {
            const Index position = seen.tokenOf(row) - window * windows.seq_len;
            result.positions.push_back(position);
            result.tokens.push_back(windows.window(window)[static_cast<std::size_t>(position)]);
        }
    };
    ObserveOptions options;
    options.last_group = group;
    observeWindows(calibration, block, {window, window + 1}, observer, job, options);
    return result;
}

std::vector<TokenPeak> largestTokens(const Calibration& calibration, int block, int group, Index channel, std::size_t n_peaks,
                                     JobContext& job) {
    const TokenWindows& windows = calibration.samples.windows;
    std::vector<TokenPeak> largest;  // sorted
    const InputObserver observer = [&](const InputObservation& seen) {
        if (seen.group != group) return;
        for (Index row = 0; row < seen.x.rows(); ++row) {
            const Index token = seen.tokenOf(row);
            const TokenPeak peak{token / windows.seq_len, token % windows.seq_len, seen.x(row, channel)};
            if (largest.size() == n_peaks && !comesFirst(peak, largest.back())) continue;
            largest.insert(std::upper_bound(largest.begin(), largest.end(), peak, comesFirst), peak);
            if (largest.size() > n_peaks) largest.pop_back();
        }
    };
    const Index in_features = inputsOf(*calibration.model, group);
    if (channel < 0 || channel >= in_features || n_peaks == 0) {
        throw Error(ErrorCode::InvalidOption, "largestTokens: expected one of " + std::to_string(in_features) +
                                                  " channels and at least one token, found channel " + std::to_string(channel) + ", " +
                                                  std::to_string(n_peaks) + " tokens");
    }
    ObserveOptions options;
    options.last_group = group;
    observeWindows(calibration, block, {0, windows.count()}, observer, job, options);
    return largest;
}

}  // namespace salient
