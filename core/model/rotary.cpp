#include "core/model/rotary.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/kernels/parallel.h"

namespace salient {

namespace {

constexpr double kTwoPi = 2.0 * std::numbers::pi;

std::vector<double> plainFrequencies(double theta, Index head_dim) {
    std::vector<double> frequencies;
    for (Index i = 0; i < head_dim / 2; ++i) {
        frequencies.push_back(std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(head_dim)));
    }
    return frequencies;
}

/// Slow turns are divided by the factor, fast ones kept, those between blended by how often they turn within the trained length.
/// Llama 3.1's model code; the borders are wavelengths.
double llama3Frequency(double frequency, const RopeConfig& rope) {
    const double turns = static_cast<double>(rope.original_max_positions) * frequency / kTwoPi;
    if (turns < rope.low_frequency_factor) return frequency / rope.factor;
    if (turns > rope.high_frequency_factor) return frequency;
    const double kept = (turns - rope.low_frequency_factor) / (rope.high_frequency_factor - rope.low_frequency_factor);
    return (1.0 - kept) * frequency / rope.factor + kept * frequency;
}

/// The pair (a fractional index) that turns n_turns times within the trained length.
double pairThatTurns(double n_turns, const RopeConfig& rope, double head_dim) {
    const double length = static_cast<double>(rope.original_max_positions);
    return head_dim * std::log(length / (n_turns * kTwoPi)) / (2.0 * std::log(rope.theta));
}

void applyYarn(const RopeConfig& rope, Index head_dim, std::vector<double>& frequencies) {
    const auto dim = static_cast<double>(head_dim);
    double low = pairThatTurns(rope.beta_fast, rope, dim);
    double high = pairThatTurns(rope.beta_slow, rope, dim);
    if (rope.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, dim - 1.0);
    constexpr double kSmallestRamp = 0.001;  // the published code's way around a division by zero
    if (low == high) high += kSmallestRamp;
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const double interpolated = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
        frequencies[i] *= interpolated / rope.factor + (1.0 - interpolated);
    }
}

}  // namespace

std::vector<double> rotaryFrequencies(const RopeConfig& rope, Index head_dim, Index seq_len) {
    std::vector<double> frequencies = plainFrequencies(rope.theta, head_dim);
    switch (rope.scaling) {
        case RopeConfig::Scaling::None:
            break;
        case RopeConfig::Scaling::Linear:
            for (double& frequency : frequencies) frequency /= rope.factor;
            break;
        case RopeConfig::Scaling::Dynamic:
            if (seq_len > rope.original_max_positions && head_dim > 2) {
                const double stretch = static_cast<double>(seq_len) / static_cast<double>(rope.original_max_positions);
                const auto dim = static_cast<double>(head_dim);
                const double growth = std::pow(rope.factor * stretch - (rope.factor - 1.0), dim / (dim - 2.0));
                frequencies = plainFrequencies(rope.theta * growth, head_dim);
            }
            break;
        case RopeConfig::Scaling::Llama3:
            for (double& frequency : frequencies) frequency = llama3Frequency(frequency, rope);
            break;
        case RopeConfig::Scaling::Yarn:
            applyYarn(rope, head_dim, frequencies);
            break;
        case RopeConfig::Scaling::LongRope: {
            const std::vector<double>& factors = seq_len > rope.original_max_positions ? rope.long_factors : rope.short_factors;
            for (std::size_t i = 0; i < frequencies.size(); ++i) frequencies[i] /= factors[i];
            break;
        }
    }
    return frequencies;
}

double rotaryMagnitude(const RopeConfig& rope) {
    if (rope.scaling == RopeConfig::Scaling::LongRope) {
        const double trained = std::log(static_cast<double>(rope.original_max_positions));
        return rope.attention_factor.value_or(rope.factor <= 1.0 ? 1.0 : std::sqrt(1.0 + std::log(rope.factor) / trained));
    }
    if (rope.scaling != RopeConfig::Scaling::Yarn) return 1.0;
    return rope.attention_factor.value_or(rope.factor <= 1.0 ? 1.0 : 0.1 * std::log(rope.factor) + 1.0);
}

RotaryTable RotaryTable::make(const RopeConfig& rope, Index head_dim, Index seq_len) {
    const std::vector<double> frequencies = rotaryFrequencies(rope, head_dim, seq_len);
    const double magnitude = rotaryMagnitude(rope);
    RotaryTable table{Matrix(seq_len, head_dim / 2), Matrix(seq_len, head_dim / 2)};
    for (Index position = 0; position < seq_len; ++position) {
        for (Index i = 0; i < head_dim / 2; ++i) {
            const double angle = static_cast<double>(position) * frequencies[static_cast<std::size_t>(i)];
            table.cosine(position, i) = static_cast<float>(std::cos(angle) * magnitude);
            table.sine(position, i) = static_cast<float>(std::sin(angle) * magnitude);
        }
    }
    return table;
}

namespace {

/// Turns the pairs (a_i, b_i) by the angles of one position. Each of a, b: half of the dimensions that turn, at any stride.
template <typename A, typename B>
void turn(A a, B b, const Eigen::Ref<const Eigen::RowVectorXf>& cosine, const Eigen::Ref<const Eigen::RowVectorXf>& sine,
          Eigen::Map<Eigen::RowVectorXf>& turned) {
    turned = a.cwiseProduct(cosine) - b.cwiseProduct(sine);
    b = b.cwiseProduct(cosine) + a.cwiseProduct(sine);
    a = turned;
}

}  // namespace

void rotate(MatrixSpan x, const RotaryTable& table, Index head_dim, RotaryPairs pairs) {
    const Index half = table.cosine.cols();
    const Index seq_len = table.cosine.rows();
    const Index width = head_dim > 0 ? head_dim : 2 * half;
    using EverySecond = Eigen::Map<Eigen::RowVectorXf, 0, Eigen::InnerStride<2>>;
    constexpr Index kRows = 32;
    parallelFor(x.rows(), kRows, [&](Index first, Index last) {
        std::vector<float> buffer(static_cast<std::size_t>(half));
        Eigen::Map<Eigen::RowVectorXf> turned(buffer.data(), half);
        for (Index row = first; row < last; ++row) {
            const auto cosine = table.cosine.row(row % seq_len);
            const auto sine = table.sine.row(row % seq_len);
            for (Index head = 0; head + width <= x.cols(); head += width) {
                if (pairs == RotaryPairs::Halves) {
                    turn(x.row(row).segment(head, half), x.row(row).segment(head + half, half), cosine, sine, turned);
                } else {
                    float* values = &x(row, head);
                    turn(EverySecond(values, half), EverySecond(values + 1, half), cosine, sine, turned);
                }
            }
        }
    });
}

}  // namespace salient
