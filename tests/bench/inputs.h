#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient::bench {

/// Values uniform in [-1, 1), the same for the same seed; made in parallel.
[[nodiscard]] Matrix uniformMatrix(Index rows, Index cols, std::uint64_t seed);

/// Activations as a language model has them: nearly normal, channels correlated, one channel in a hundred twenty times larger.
[[nodiscard]] Matrix activations(Index tokens, Index channels, std::uint64_t seed);

/// A weight: nearly normal, standard deviation 0.02.
[[nodiscard]] Matrix weights(Index out_features, Index in_features, std::uint64_t seed);

/// What calibration knows of such activations: H = XᵀX·2/n, both triangles, and the mean of |x| per channel.
struct Statistics {
    Matrix hessian;
    std::vector<float> mean_abs;
};
[[nodiscard]] Statistics statistics(Index tokens, Index channels, std::uint64_t seed);

}  // namespace salient::bench
