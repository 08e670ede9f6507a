#pragma once

#include <vector>

#include "core/calib/calibrate.h"

namespace salient {

/// What the tokens of one window gave the input that a group of layers shares.
struct TokenActivations {
    Index window = 0;
    std::vector<Index>
        positions;  ///< [rows] where in the window each row's token stands, ascending: all of them, or those sent to an expert
    std::vector<TokenId> tokens;  ///< [rows]
    Matrix values;                ///< [rows, in_features]
};

/// Runs one window of the calibration text up to that input. Throws what observeWindows() does. Memory: that window's values.
[[nodiscard]] TokenActivations tokenActivations(const Calibration& calibration, int block, int group, Index window, JobContext& job);

/// A token, and what it gave one channel.
struct TokenPeak {
    Index window = 0;
    Index position = 0;  ///< in the window
    float value = 0.0F;
    bool operator==(const TokenPeak&) const = default;
};

/// The n_peaks tokens with the largest |value| in one input channel, largest first (ties: the one that comes first in the batch); fewer
/// where fewer reached the input. The first is the one of ChannelStatistics::max_abs_token. Runs all windows up to that input, and keeps
/// the peaks alone. Throws what observeWindows() does, and Error{InvalidOption} for a channel that there is not.
[[nodiscard]] std::vector<TokenPeak> largestTokens(const Calibration& calibration, int block, int group, Index channel, std::size_t n_peaks,
                                                   JobContext& job);

}  // namespace salient
