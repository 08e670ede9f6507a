#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
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

/// A Hessian with a condition number below 8, so that factors of it that were computed in different ways can be compared: that of eight
/// times as many independent tokens as channels, about (1 + √⅛)² / (1 − √⅛)² = 4.4 (Marčenko and Pastur).
inline Matrix easyHessian(Index n, std::uint32_t seed) {
    const MatrixD x = randomMatrix(8 * n, n, seed).cast<double>();
    const MatrixD h = x.transpose() * x / static_cast<double>(std::max<Index>(8 * n, 1));
    return h.cast<float>();
}

/// Whole numbers from low to high, the same for the same seed.
inline Matrix randomIntegers(Index rows, Index cols, int low, int high, std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::uniform_int_distribution<int> number(low, high);
    return Matrix::NullaryExpr(rows, cols, [&] { return static_cast<float>(number(generator)); });
}

/// Upper-triangular with a diagonal of 1, 2 and 4 and entries of −1, 0 and 1: what is computed with it from whole numbers of moderate
/// size is exact in any order, and one bit that differs is a mistake.
inline Matrix exactFactor(Index n, std::uint32_t seed) {
    Matrix r = randomIntegers(n, n, -1, 1, seed).triangularView<Eigen::StrictlyUpper>();
    const Matrix powers = randomIntegers(n, 1, 0, 2, seed + 1);
    for (Index i = 0; i < n; ++i) r(i, i) = std::exp2(powers(i, 0));
    return r;
}

/// A copy of a matrix inside a larger one of NaN: its rows have gaps between them, what is read there shows in the result, and what is
/// written there is found.
class Embedded {
public:
    explicit Embedded(const Matrix& m)
        : around_(Matrix::Constant(m.rows() + 5, m.cols() + 9, std::numeric_limits<float>::quiet_NaN())), rows_(m.rows()), cols_(m.cols()) {
        view() = m;
    }
    [[nodiscard]] Eigen::Block<Matrix> view() { return around_.block(2, 3, rows_, cols_); }
    [[nodiscard]] bool isIntactAround() {
        Matrix rest = around_;
        rest.block(2, 3, rows_, cols_).setConstant(std::numeric_limits<float>::quiet_NaN());
        return rest.array().isNaN().all();
    }

private:
    Matrix around_;
    Index rows_;
    Index cols_;
};

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
