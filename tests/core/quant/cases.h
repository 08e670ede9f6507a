#pragma once

#include <Eigen/Cholesky>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/io/safetensors.h"
#include "core/kernels/convert.h"
#include "core/quant/gptq.h"
#include "core/tensor/matrix.h"

namespace salient::test {

/// Elements of a stored tensor of type T, whatever its shape.
template <typename T>
std::vector<T> elements(const TensorView& tensor) {
    std::vector<T> values(tensor.bytes.size() / sizeof(T));
    std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(T));
    return values;
}

/// U8 or I8 codes [rows, cols].
template <typename CodeMatrixType>
CodeMatrixType codeMatrix(const TensorView& tensor) {
    using T = typename CodeMatrixType::Scalar;
    const std::vector<T> values = elements<T>(tensor);
    return Eigen::Map<const CodeMatrixType>(values.data(), tensor.shape.at(0), tensor.shape.at(1));
}

/// Normal numbers from a seed.
inline Matrix randomMatrix(Index rows, Index cols, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    Matrix m(rows, cols);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = normal(generator);
    return m;
}

/// XᵀX · 2 / tokens of activations with correlated channels, one in sixteen of them ten times louder.
inline Matrix randomActivations(Index tokens, Index channels, unsigned seed) {
    Matrix x =
        randomMatrix(tokens, channels, seed) *
        (randomMatrix(channels, channels, seed + 1) / std::sqrt(static_cast<float>(channels)) + Matrix::Identity(channels, channels));
    for (Index j = 5; j < channels; j += 16) x.col(j) *= 10.0F;
    return x;
}

inline Matrix hessianOf(const Matrix& x) {
    const Eigen::MatrixXd xd = x.cast<double>();
    return (xd.transpose() * xd * (2.0 / static_cast<double>(x.rows()))).cast<float>();
}

/// R, upper triangular, with H = R·Rᵀ, in double: what the products of the solver are sums with.
inline Eigen::MatrixXd reversedFactor(const Eigen::MatrixXd& hessian) {
    const Eigen::MatrixXd reversed = hessian.reverse();
    const Eigen::MatrixXd lower = Eigen::LLT<Eigen::MatrixXd>(reversed).matrixL();
    return lower.reverse();
}

/// How near to the middle of two codes, in steps of the grid, float32's rounding of sums of some hundred terms can decide either way.
inline constexpr double kTossUp = 1e-5;

/// Codes that differ in rows whose first difference is not explained by a value in the very middle between two codes. The value is
/// computed here again, in double, from the codes before it: c_j = w_j + Σ_{i<j} d_i R_ij / R_jj.
inline Index differentWithoutTossUp(const GptqResult& result, const CodeMatrix& codes, Matrix weight, const Matrix& hessian) {
    const Index n = weight.cols();
    Eigen::VectorXi order(n);
    for (Index p = 0; p < n; ++p) order[p] = static_cast<int>(result.order[static_cast<std::size_t>(p)]);
    Eigen::MatrixXd h = hessian.cast<double>();
    for (const Index dead : result.dead_columns) {
        h(dead, dead) = 1.0;
        weight.col(dead).setZero();
    }
    h.diagonal().array() += result.damping_tries.back() * h.diagonal().mean();
    const Eigen::MatrixXd r = reversedFactor(h(order, order));
    const Eigen::MatrixXd difference = (weight - result.tensor.dequantize()).cast<double>();
    Index n_different = 0;
    for (Index row = 0; row < codes.rows(); ++row) {
        const Index n_row = (codes.row(row).array() != result.tensor.codes.row(row).array()).count();
        if (n_row == 0) continue;
        Index p = 0;
        while (codes(row, order[p]) == result.tensor.codes(row, order[p])) ++p;
        double c = static_cast<double>(weight(row, order[p]));
        for (Index i = 0; i < p; ++i) c += difference(row, order[i]) * r(i, p) / r(p, p);
        const Index group = result.tensor.group_index[static_cast<std::size_t>(order[p])];
        const double steps = c / static_cast<double>(result.tensor.scale(row, group));
        const double off_middle = std::abs(std::abs(steps - std::floor(steps)) - 0.5);
        if (off_middle > kTossUp) n_different += n_row;
    }
    return n_different;
}

/// The code of the Error that `call` throws, or -1 if it throws none; `message` receives its text.
template <typename Call>
int errorCodeOf(const Call& call, std::string* message = nullptr) {
    try {
        call();
    } catch (const Error& error) {
        if (message != nullptr) *message = error.what();
        return static_cast<int>(error.code());
    }
    return -1;
}

}  // namespace salient::test
