#include "core/kernels/elementwise.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/error.h"
#include "core/kernels/parallel.h"

namespace salient {
namespace {

constexpr Index kRows = 8;

void checkWidth(const char* operation, const char* subject, Index expected, std::size_t found) {
    if (static_cast<std::size_t>(expected) == found) return;
    throw Error(ErrorCode::ShapeMismatch, std::string(operation) + ": " + subject + ": expected " + std::to_string(expected) +
                                              " values, found " + std::to_string(found));
}

void checkSameShape(const char* operation, const MatrixSpan& x, const MatrixView& y) {
    if (x.rows() == y.rows() && x.cols() == y.cols()) return;
    throw Error(ErrorCode::ShapeMismatch, std::string(operation) + ": second operand: expected [" + std::to_string(x.rows()) + ", " +
                                              std::to_string(x.cols()) + "], found [" + std::to_string(y.rows()) + ", " +
                                              std::to_string(y.cols()) + "]");
}

// Calls body(row) for every row, spread over the threads.
template <typename Body>
void forEachRow(Index n_rows, Body body) {
    parallelFor(n_rows, kRows, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) body(i);
    });
}

template <typename Function>
void applyToAll(MatrixSpan& x, Function function) {
    forEachRow(x.rows(), [&](Index i) {
        for (Index j = 0; j < x.cols(); ++j) x(i, j) = function(x(i, j));
    });
}

}  // namespace

Matrix rmsNorm(MatrixView x, std::span<const float> gain, float epsilon) {
    checkWidth("rmsNorm", "gain", x.cols(), gain.size());
    Matrix y(x.rows(), x.cols());
    forEachRow(x.rows(), [&](Index i) {
        const float mean_square = x.row(i).squaredNorm() / static_cast<float>(x.cols());
        const float factor = 1.0F / std::sqrt(mean_square + epsilon);
        for (Index j = 0; j < x.cols(); ++j) y(i, j) = x(i, j) * factor * gain[static_cast<std::size_t>(j)];
    });
    return y;
}

Matrix layerNorm(MatrixView x, std::span<const float> gain, std::span<const float> bias, float epsilon) {
    checkWidth("layerNorm", "gain", x.cols(), gain.size());
    if (!bias.empty()) checkWidth("layerNorm", "bias", x.cols(), bias.size());
    Matrix y(x.rows(), x.cols());
    forEachRow(x.rows(), [&](Index i) {
        const float mean = x.row(i).mean();
        const float variance = (x.row(i).array() - mean).square().mean();
        const float factor = 1.0F / std::sqrt(variance + epsilon);
        for (Index j = 0; j < x.cols(); ++j) {
            const auto col = static_cast<std::size_t>(j);
            y(i, j) = (x(i, j) - mean) * factor * gain[col] + (bias.empty() ? 0.0F : bias[col]);
        }
    });
    return y;
}

void silu(MatrixSpan x) {
    applyToAll(x, [](float v) { return v / (1.0F + std::exp(-v)); });
}

void relu(MatrixSpan x) {
    applyToAll(x, [](float v) { return v > 0.0F ? v : 0.0F; });
}

void gelu(MatrixSpan x) {
    applyToAll(x, [](float v) { return 0.5F * v * (1.0F + std::erf(v / std::numbers::sqrt2_v<float>)); });
}

void geluTanh(MatrixSpan x) {
    const float factor = std::sqrt(2.0F * std::numbers::inv_pi_v<float>);
    applyToAll(x, [factor](float v) { return 0.5F * v * (1.0F + std::tanh(factor * (v + 0.044715F * v * v * v))); });
}

void multiply(MatrixSpan x, MatrixView y) {
    checkSameShape("multiply", x, y);
    forEachRow(x.rows(), [&](Index i) { x.row(i).array() *= y.row(i).array(); });
}

void add(MatrixSpan x, MatrixView y) {
    checkSameShape("add", x, y);
    forEachRow(x.rows(), [&](Index i) { x.row(i) += y.row(i); });
}

void softmaxRows(MatrixSpan x) {
    if (x.cols() == 0) return;
    forEachRow(x.rows(), [&](Index i) {
        auto row = x.row(i).array();
        row = (row - row.maxCoeff()).exp();
        row /= row.sum();
    });
}

double logSumExp(std::span<const float> row) noexcept {
    float largest = -std::numeric_limits<float>::infinity();
    for (const float value : row) largest = value > largest ? value : largest;
    if (std::isinf(largest)) return largest;
    double sum = 0.0;
    for (const float value : row) sum += static_cast<double>(std::exp(value - largest));
    return static_cast<double>(largest) + std::log(sum);
}

}  // namespace salient
