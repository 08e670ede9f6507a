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
