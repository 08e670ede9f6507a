#include "core/kernels/elementwise.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/error.h"
#include "core/kernels/parallel.h"
#include "core/kernels/row_math.h"

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

std::span<const float> rowOf(const MatrixView& m, Index i) { return {m.row(i).data(), static_cast<std::size_t>(m.cols())}; }

std::span<float> rowOf(Matrix& m, Index i) { return {m.row(i).data(), static_cast<std::size_t>(m.cols())}; }

std::span<float> rowOf(MatrixSpan& m, Index i) { return {m.row(i).data(), static_cast<std::size_t>(m.cols())}; }

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
        const float mean_square = sumOfSquares(rowOf(x, i)) / static_cast<float>(x.cols());
        normalizeRow(rowOf(x, i), 0.0F, 1.0F / std::sqrt(mean_square + epsilon), gain, {}, rowOf(y, i));
    });
    return y;
}

void rmsNormSegments(MatrixSpan x, std::span<const float> gain, float epsilon) {
    const auto width = static_cast<Index>(gain.size());
    if (width == 0 || x.cols() % width != 0) {
        throw Error(ErrorCode::ShapeMismatch, "rmsNormSegments: columns: expected a multiple of the gain's " + std::to_string(width) +
                                                  " values, found " + std::to_string(x.cols()));
    }
    forEachRow(x.rows(), [&](Index i) {
        const std::span<float> row = rowOf(x, i);
        for (std::size_t first = 0; first < row.size(); first += gain.size()) {
            const std::span<float> segment = row.subspan(first, gain.size());
            const float mean_square = sumOfSquares(segment) / static_cast<float>(width);
            normalizeRow(segment, 0.0F, 1.0F / std::sqrt(mean_square + epsilon), gain, {}, segment);
        }
    });
}

Matrix layerNorm(MatrixView x, std::span<const float> gain, std::span<const float> bias, float epsilon) {
    checkWidth("layerNorm", "gain", x.cols(), gain.size());
    if (!bias.empty()) checkWidth("layerNorm", "bias", x.cols(), bias.size());
    Matrix y(x.rows(), x.cols());
    forEachRow(x.rows(), [&](Index i) {
        const auto n = static_cast<float>(x.cols());
        const float mean = sumOf(rowOf(x, i)) / n;
        const float variance = sumOfSquares(rowOf(x, i), mean) / n;
        normalizeRow(rowOf(x, i), mean, 1.0F / std::sqrt(variance + epsilon), gain, bias, rowOf(y, i));
    });
    return y;
}

void silu(MatrixSpan x) {
    forEachRow(x.rows(), [&](Index i) { siluInPlace(rowOf(x, i)); });
}

void relu(MatrixSpan x) {
    applyToAll(x, [](float v) { return v > 0.0F ? v : 0.0F; });
}

void gelu(MatrixSpan x) {
    applyToAll(x, [](float v) { return 0.5F * v * (1.0F + std::erf(v / std::numbers::sqrt2_v<float>)); });
}

void geluTanh(MatrixSpan x) {
    forEachRow(x.rows(), [&](Index i) { geluTanhInPlace(rowOf(x, i)); });
}

void softCap(MatrixSpan x, float cap) {
    forEachRow(x.rows(), [&](Index i) { softCapInPlace(rowOf(x, i), cap); });
}

void clamp(MatrixSpan x, float limit) {
    applyToAll(x, [limit](float v) { return std::clamp(v, -limit, limit); });
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
        const float total = expInPlace(rowOf(x, i), largestOf(rowOf(x, i)));
        scaleInPlace(rowOf(x, i), 1.0F / total);
    });
}

double logSumExp(std::span<const float> row) noexcept {
    const float largest = largestOf(row);
    if (std::isinf(largest)) return largest;
    double sum = 0.0;
    for (const float value : row) sum += static_cast<double>(std::exp(value - largest));
    return static_cast<double>(largest) + std::log(sum);
}

}  // namespace salient
