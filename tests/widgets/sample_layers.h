#pragma once

#include <cmath>
#include <cstdint>
#include <memory>

#include "core/calib/channel_statistics.h"
#include "core/tensor/matrix.h"

namespace salient::testing {

/// Values like normal ones, the same on every machine: sums of four even draws of a linear congruential generator.
class Draws {
public:
    explicit Draws(std::uint32_t seed) : state_(seed) {}
    float even() {
        state_ = state_ * 1664525U + 1013904223U;
        return static_cast<float>(state_ >> 8) / 16777216.0F;
    }
    float bell() { return (even() + even() + even() + even() - 2.0F) * 1.7F; }

private:
    std::uint32_t state_;
};

inline Matrix sampleWeight(Index out, Index in, std::uint32_t seed = 7) {
    Draws draws(seed);
    Matrix weight(out, in);
    for (Index i = 0; i < weight.size(); ++i) weight.data()[i] = 0.05F * draws.bell();
    return weight;
}

/// Activations with a few loud channels, as large models have them.
inline Matrix sampleActivations(Index tokens, Index in, std::uint32_t seed = 11) {
    Draws draws(seed);
    Matrix x(tokens, in);
    for (Index t = 0; t < tokens; ++t) {
        const float shared = draws.bell();
        for (Index c = 0; c < in; ++c) {
            const float gain = c % 97 == 37 ? 40.0F : c % 61 == 20 ? 12.0F : 0.4F + 0.8F * static_cast<float>((c * 29) % 17) / 17.0F;
            x(t, c) = gain * (draws.bell() + 0.5F * shared);
        }
    }
    return x;
}

inline Matrix sampleHessian(const Matrix& x) { return x.transpose() * x * (2.0F / static_cast<float>(x.rows())); }

inline std::shared_ptr<const ChannelStatistics> sampleStatistics(const Matrix& x) {
    auto statistics = std::make_shared<ChannelStatistics>();
    statistics->add(x, 0);
    return statistics;
}

/// The 4 × 4 matrix of the introductions to GPTQ.
inline Matrix toyWeight() {
    Matrix weight(4, 4);
    weight << 0.0312F, -0.0187F, 0.0456F, -0.0089F,  //
        -0.0234F, 0.0401F, -0.0156F, 0.0278F,        //
        0.0178F, -0.0345F, 0.0289F, -0.0198F,        //
        -0.0401F, 0.0156F, -0.0367F, 0.0423F;
    return weight;
}

}  // namespace salient::testing
