#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/kernels/elementwise.h"
#include "core/kernels/row_math.h"

namespace salient {
namespace {

Eigen::RowVectorXd doubles(std::span<const float> values) {
    return Eigen::Map<const Eigen::RowVectorXf>(values.data(), static_cast<Index>(values.size())).cast<double>();
}

template <typename Function>
void applyToRows(MatrixSpan& x, Function function) {
    for (Index i = 0; i < x.rows(); ++i) function(std::span<float>(x.row(i).data(), static_cast<std::size_t>(x.cols())));
}

template <typename Function>
void applyToAll(MatrixSpan& x, Function function) {
    for (Index i = 0; i < x.rows(); ++i) {
        for (Index j = 0; j < x.cols(); ++j) x(i, j) = static_cast<float>(function(static_cast<double>(x(i, j))));
    }
}

}  // namespace

Matrix rmsNormPlain(MatrixView x, std::span<const float> gain, float epsilon) {
    const Eigen::RowVectorXd gains = doubles(gain);
    Matrix y(x.rows(), x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
        const Eigen::RowVectorXd row = x.row(i).cast<double>();
        const double mean_square = row.squaredNorm() / static_cast<double>(row.size());
        y.row(i) = (row.cwiseProduct(gains) / std::sqrt(mean_square + static_cast<double>(epsilon))).cast<float>();
    }
    return y;
}

void rmsNormSegmentsPlain(MatrixSpan x, std::span<const float> gain, float epsilon) {
    const auto width = static_cast<Index>(gain.size());
    for (Index first = 0; first < x.cols(); first += width)
        x.middleCols(first, width) = rmsNormPlain(x.middleCols(first, width), gain, epsilon);
}

Matrix layerNormPlain(MatrixView x, std::span<const float> gain, std::span<const float> bias, float epsilon) {
    const Eigen::RowVectorXd gains = doubles(gain);
    Matrix y(x.rows(), x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
        const Eigen::RowVectorXd row = x.row(i).cast<double>();
        const Eigen::RowVectorXd deviation = row.array() - row.mean();
        const double variance = deviation.squaredNorm() / static_cast<double>(row.size());
        Eigen::RowVectorXd normal = deviation.cwiseProduct(gains) / std::sqrt(variance + static_cast<double>(epsilon));
        if (!bias.empty()) normal += doubles(bias);
        y.row(i) = normal.cast<float>();
    }
    return y;
}

void siluPlain(MatrixSpan x) { applyToRows(x, siluInPlacePlain); }

void reluPlain(MatrixSpan x) {
    applyToAll(x, [](double v) { return v > 0.0 ? v : 0.0; });
}

void geluPlain(MatrixSpan x) {
    applyToAll(x, [](double v) { return 0.5 * v * std::erfc(-v / std::numbers::sqrt2); });
}

void geluTanhPlain(MatrixSpan x) { applyToRows(x, geluTanhInPlacePlain); }

void softCapPlain(MatrixSpan x, float cap) {
    applyToRows(x, [cap](std::span<float> row) { softCapInPlacePlain(row, cap); });
}

void clampPlain(MatrixSpan x, float limit) {
    const auto bound = static_cast<double>(limit);
    applyToAll(x, [bound](double v) { return std::clamp(v, -bound, bound); });
}

void multiplyPlain(MatrixSpan x, MatrixView y) {
    for (Index i = 0; i < x.rows(); ++i) {
        for (Index j = 0; j < x.cols(); ++j) x(i, j) = x(i, j) * y(i, j);
    }
}

void addPlain(MatrixSpan x, MatrixView y) {
    for (Index i = 0; i < x.rows(); ++i) {
        for (Index j = 0; j < x.cols(); ++j) x(i, j) = x(i, j) + y(i, j);
    }
}

void softmaxRowsPlain(MatrixSpan x) {
    if (x.cols() == 0) return;
    for (Index i = 0; i < x.rows(); ++i) {
        const Eigen::RowVectorXd row = x.row(i).cast<double>();
        const Eigen::RowVectorXd powers = (row.array() - row.maxCoeff()).exp();
        x.row(i) = (powers / powers.sum()).cast<float>();
    }
}

double logSumExpPlain(std::span<const float> row) noexcept {
    if (row.empty()) return -std::numeric_limits<double>::infinity();
    const auto largest = static_cast<double>(*std::ranges::max_element(row));
    if (std::isinf(largest)) return largest;
    double sum = 0.0;
    for (const float value : row) sum += std::exp(static_cast<double>(value) - largest);
    return largest + std::log(sum);
}

}  // namespace salient
