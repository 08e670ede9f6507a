#include "core/calib/channel_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/kernels/parallel.h"

namespace salient {

namespace {

constexpr int kLowestExponent = -20;
constexpr int kLastBin = ChannelStatistics::kBins - 1;

/// Bin of |x| from its bits: two per octave, split at √2. Adding what √2's mantissa lacks to a whole makes the exponent of the sum
/// count the half.
int binOf(std::uint32_t magnitude_bits) noexcept {
    constexpr std::uint32_t kOne = 1U << 23U;
    constexpr std::uint32_t kRoot2 = 0x3504F4;  // mantissa of the first float not below √2
    constexpr int kBias = 127;
    const auto exponent = static_cast<int>(magnitude_bits >> 23U);
    const auto rounded_up = static_cast<int>((magnitude_bits + (kOne - kRoot2)) >> 23U);
    return std::clamp(exponent + rounded_up - 2 * (kBias + kLowestExponent) + 1, 0, kLastBin);
}

std::uint32_t magnitudeBits(float value) noexcept { return std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFFU; }

/// Upper border of a bin.
float upperBorder(int bin) { return static_cast<float>(std::exp2(0.5 * bin + kLowestExponent)); }

/// The statistics of some channels, fed row by row; the vectors' parts for those channels and nobody else's.
class ChannelRange {
public:
    ChannelRange(ChannelStatistics& all, Index first, Index last)
        : first_(first),
          width_(last - first),
          min_(all.min.data() + first, width_),
          max_(all.max.data() + first, width_),
          max_abs_(all.max_abs.data() + first, width_),
          sum_abs_(all.sum_abs.data() + first, width_),
          sum_squares_(all.sum_squares.data() + first, width_),
          max_abs_token_(all.max_abs_token.data() + first),
          histogram_(all.histogram.data() + first),
          wide_(width_) {}

    void add(const float* row, Index token) {
        const Eigen::Map<const Eigen::ArrayXf> x(row + first_, width_);
        min_ = min_.min(x);
        max_ = max_.max(x);
        widen(x.data());
        sum_abs_ += wide_.abs();
        sum_squares_ += wide_.square();
        if ((x.abs() > max_abs_).any()) noteLargest(x.data(), token);
        count(x.data());
    }

private:
    // A loop over a fixed number of channels is one that the compiler turns into vector instructions.
    static constexpr Index kAtOnce = 16;

    void widen(const float* x) {
        double* wide = wide_.data();
        Index c = 0;
        for (; c + kAtOnce <= width_; c += kAtOnce) {
            for (Index i = 0; i < kAtOnce; ++i) wide[c + i] = static_cast<double>(x[c + i]);
        }
        for (; c < width_; ++c) wide[c] = static_cast<double>(x[c]);
    }

    void count(const float* x) {
        std::array<int, kAtOnce> bins{};
        Index c = 0;
        for (; c + kAtOnce <= width_; c += kAtOnce) {
            for (Index i = 0; i < kAtOnce; ++i) bins[static_cast<std::size_t>(i)] = binOf(magnitudeBits(x[c + i]));
            for (Index i = 0; i < kAtOnce; ++i) ++histogram_[c + i][static_cast<std::size_t>(bins[static_cast<std::size_t>(i)])];
        }
        for (; c < width_; ++c) ++histogram_[c][static_cast<std::size_t>(binOf(magnitudeBits(x[c])))];
    }

    void noteLargest(const float* x, Index token) {
        for (Index c = 0; c < width_; ++c) {
            const float magnitude = std::abs(x[c]);
            if (magnitude <= max_abs_[c]) continue;
            max_abs_[c] = magnitude;
            max_abs_token_[c] = token;
        }
    }

    template <typename T>
    using Part = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;

    Index first_;
    Index width_;
    Part<float> min_;
    Part<float> max_;
    Part<float> max_abs_;
    Part<double> sum_abs_;
    Part<double> sum_squares_;
    Index* max_abs_token_;
    std::array<std::uint32_t, ChannelStatistics::kBins>* histogram_;
    Eigen::ArrayXd wide_;  ///< the row at hand in double precision
};

void makeRoom(ChannelStatistics& statistics, Index n_channels) {
    const auto n = static_cast<std::size_t>(n_channels);
    statistics.min.assign(n, std::numeric_limits<float>::infinity());
    statistics.max.assign(n, -std::numeric_limits<float>::infinity());
    statistics.max_abs.assign(n, 0.0F);
    statistics.sum_abs.assign(n, 0.0);
    statistics.sum_squares.assign(n, 0.0);
    statistics.max_abs_token.assign(n, 0);
    statistics.histogram.assign(n, {});
}

void checkChannels(const ChannelStatistics& statistics, Index found) {
    if (statistics.channelCount() == found) return;
    throw Error(ErrorCode::ShapeMismatch,
                "channelStatistics: channels: expected " + std::to_string(statistics.channelCount()) + ", found " + std::to_string(found));
}

}  // namespace

std::vector<float> ChannelStatistics::meanAbs() const {
    std::vector<float> mean(sum_abs.size(), 0.0F);
    if (n_tokens == 0) return mean;
    std::transform(sum_abs.begin(), sum_abs.end(), mean.begin(),
                   [this](double sum) { return static_cast<float>(sum / static_cast<double>(n_tokens)); });
    return mean;
}

float ChannelStatistics::percentile(Index channel, double fraction) const {
    const auto& bins = histogram[static_cast<std::size_t>(channel)];
    const float largest = max_abs[static_cast<std::size_t>(channel)];
    const double wanted = fraction * static_cast<double>(n_tokens);
    double below = 0.0;
    for (int bin = 0; bin < kLastBin; ++bin) {
        below += static_cast<double>(bins[static_cast<std::size_t>(bin)]);
        if (below >= wanted) return std::min(upperBorder(bin), largest);
    }
    return largest;
}

void ChannelStatistics::add(MatrixView x, Index first_token, std::span<const Index> rows) {
    if (max_abs.empty()) makeRoom(*this, x.cols());
    checkChannels(*this, x.cols());
    // Each thread owns some channels and walks all rows: sums are taken in the order of tokens, whoever takes them.
    constexpr Index kChannels = 128;
    parallelFor(x.cols(), kChannels, [&](Index first, Index last) {
        ChannelRange range(*this, first, last);
        for (Index row = 0; row < x.rows(); ++row) {
            range.add(x.row(row).data(), first_token + (rows.empty() ? row : rows[static_cast<std::size_t>(row)]));
        }
    });
    n_tokens += x.rows();
}

void ChannelStatistics::merge(const ChannelStatistics& other) {
    if (other.max_abs.empty()) return;
    if (max_abs.empty()) makeRoom(*this, other.channelCount());
    checkChannels(*this, other.channelCount());
    for (std::size_t c = 0; c < max_abs.size(); ++c) {
        min[c] = std::min(min[c], other.min[c]);
        max[c] = std::max(max[c], other.max[c]);
        if (other.max_abs[c] > max_abs[c]) {
            max_abs[c] = other.max_abs[c];
            max_abs_token[c] = other.max_abs_token[c];
        }
        sum_abs[c] += other.sum_abs[c];
        sum_squares[c] += other.sum_squares[c];
        for (std::size_t bin = 0; bin < kBins; ++bin) histogram[c][bin] += other.histogram[c][bin];
    }
    n_tokens += other.n_tokens;
}

std::vector<Index> salientChannels(const ChannelStatistics& statistics, double fraction) {
    if (!(fraction > 0.0 && fraction <= 1.0)) {
        throw Error(ErrorCode::InvalidOption, "salientChannels: fraction: expected a number in (0, 1], found " + std::to_string(fraction));
    }
    std::vector<Index> order(statistics.max_abs.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
        return statistics.sum_abs[static_cast<std::size_t>(a)] > statistics.sum_abs[static_cast<std::size_t>(b)];
    });
    const auto wanted = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(order.size())));
    order.resize(std::min(order.size(), std::max<std::size_t>(1, wanted)));
    return order;
}

}  // namespace salient
