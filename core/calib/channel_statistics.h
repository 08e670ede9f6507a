#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

/// What one input channel did over all calibration tokens. All vectors have length in_features.
struct ChannelStatistics {
    /// Histogram bins of |x|, two per octave: bin b counts 2^((b-1)/2 - 20) ≤ |x| < 2^(b/2 - 20); bin 0 all below, the last all above.
    static constexpr int kBins = 64;

    Index n_tokens = 0;
    std::vector<float> min;
    std::vector<float> max;
    std::vector<float> max_abs;
    std::vector<double> sum_abs;
    std::vector<double> sum_squares;
    std::vector<Index> max_abs_token;  ///< position in the batch (window · seq_len + position) of the largest |x|
    std::vector<std::array<std::uint32_t, kBins>> histogram;

    [[nodiscard]] Index channelCount() const noexcept { return static_cast<Index>(max_abs.size()); }
    [[nodiscard]] std::vector<float> meanAbs() const;
    /// The |x| below which that fraction of a channel's values lie, to the width of a bin.
    [[nodiscard]] float percentile(Index channel, double fraction) const;

    /// Adds rows of activations [tokens, in_features]; row i is batch position first_token + i, or first_token + rows[i] where the rows
    /// do not follow one another. Same bits for any thread count.
    void add(MatrixView x, Index first_token, std::span<const Index> rows = {});
    /// Adds what another accumulator saw of other tokens. Throws Error{ShapeMismatch}.
    void merge(const ChannelStatistics& other);
};

/// Channels by decreasing mean |x| (ties: lower index first), the first `fraction` of them (to the nearest
/// whole channel, at least one): AWQ's salient channels.
/// Lin et al., AWQ, arXiv:2306.00978, §3.1 (fraction 0.01).
[[nodiscard]] std::vector<Index> salientChannels(const ChannelStatistics& statistics, double fraction = 0.01);

}  // namespace salient
