#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "core/kernels/cholesky.h"
#include "core/kernels/parallel.h"
#include "core/tensor/matrix.h"

namespace salient {

using MatrixD = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double kEpsilon = 0x1p-24;  ///< half a unit in the last place of a float in [1, 2)

/// Standard normal entries, the same for the same seed.
inline Matrix randomMatrix(Index rows, Index cols, std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    return Matrix::NullaryExpr(rows, cols, [&] { return normal(generator); });
}

/// A symmetric positive definite matrix of tokens that are correlated and uneven, as activations are.
inline Matrix randomHessian(Index n, std::uint32_t seed) {
    const Index n_tokens = 2 * n + 8;
    MatrixD x = randomMatrix(n_tokens, n, seed).cast<double>();
    x.colwise() += randomMatrix(n_tokens, 1, seed + 1).col(0).cast<double>();
    for (Index j = 0; j < n; j += 17) x.col(j) *= 10.0;
    const MatrixD h = x.transpose() * x / static_cast<double>(n_tokens);
    return h.cast<float>();
}

/// R of a Hessian, zero below the diagonal; of size 0 where there is none.
inline Matrix reversedFactor(Matrix hessian) {
    if (!factorReversed(hessian)) return {};
    return hessian.triangularView<Eigen::Upper>();
}

/// Restores the number of threads at the end of a test.
class ThreadCountGuard {
public:
    ThreadCountGuard() = default;
    ThreadCountGuard(const ThreadCountGuard&) = delete;
    ThreadCountGuard& operator=(const ThreadCountGuard&) = delete;
    ~ThreadCountGuard() { setThreadCount(0); }
};

/// Whether compute() gives the same value with 1, 2 and 8 threads.
template <typename Compute>
bool isSameForAnyThreadCount(Compute compute) {
    const ThreadCountGuard guard;
    setThreadCount(1);
    const auto one = compute();
    setThreadCount(2);
    const auto two = compute();
    setThreadCount(8);
    return one == two && one == compute();
}

}  // namespace salient
