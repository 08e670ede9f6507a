#include "tests/bench/inputs.h"

#include "core/kernels/gram.h"
#include "core/kernels/layout.h"
#include "core/kernels/parallel.h"

namespace salient::bench {
namespace {

// splitmix64 (Steele et al., OOPSLA 2014): any position of the stream at once, so rows can be made in parallel.
std::uint64_t randomBits(std::uint64_t position) {
    std::uint64_t z = (position + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

float uniform(std::uint64_t bits) { return static_cast<float>(static_cast<std::int32_t>(bits & 0xFFFFFFU) - 0x800000) * 0x1p-23F; }

// Four uniform values added: near enough to a normal distribution, with variance 1.
float nearlyNormal(std::uint64_t position) {
    const std::uint64_t a = randomBits(2 * position);
    const std::uint64_t b = randomBits(2 * position + 1);
    return (uniform(a) + uniform(a >> 32) + uniform(b) + uniform(b >> 32)) * 0.866025404F;
}

template <typename Value>
Matrix filled(Index rows, Index cols, Value value) {
    Matrix m(rows, cols);
    parallelFor(rows, 16, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            for (Index j = 0; j < cols; ++j) m(i, j) = value(static_cast<std::uint64_t>(i * cols + j));
        }
    });
    return m;
}

}  // namespace

Matrix uniformMatrix(Index rows, Index cols, std::uint64_t seed) {
    return filled(rows, cols, [=](std::uint64_t i) { return uniform(randomBits((seed << 40) + i)); });
}

Matrix weights(Index out_features, Index in_features, std::uint64_t seed) {
    return filled(out_features, in_features, [=](std::uint64_t i) { return 0.02F * nearlyNormal((seed << 40) + i); });
}

Matrix activations(Index tokens, Index channels, std::uint64_t seed) {
    Matrix x = filled(tokens, channels, [=](std::uint64_t i) { return nearlyNormal((seed << 40) + i); });
    constexpr Index kShared = 16;  // each channel follows its neighbours of the same sixteen, so channels are correlated
    parallelFor(tokens, 16, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            for (Index j = 0; j < channels; ++j) {
                if (j % kShared != 0) x(i, j) = 0.8F * x(i, j) + 0.6F * x(i, j - j % kShared);
                if (j % 100 == 50) x(i, j) *= 20.0F;
            }
        }
    });
    return x;
}

Statistics statistics(Index tokens, Index channels, std::uint64_t seed) {
    constexpr Index kChunk = 2048;
    Statistics result{Matrix::Zero(channels, channels), std::vector<float>(static_cast<std::size_t>(channels))};
    Eigen::RowVectorXf sum = Eigen::RowVectorXf::Zero(channels);
    for (Index first = 0; first < tokens; first += kChunk) {
        const Matrix x = activations(std::min(kChunk, tokens - first), channels, seed + static_cast<std::uint64_t>(first));
        sum += x.cwiseAbs().colwise().sum();
        accumulateGram(x, 2.0F / static_cast<float>(tokens), result.hessian);
    }
    mirrorLower(result.hessian);
    Eigen::Map<Eigen::RowVectorXf>(result.mean_abs.data(), channels) = sum / static_cast<float>(tokens);
    return result;
}

}  // namespace salient::bench
