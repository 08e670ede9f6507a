#include "core/quant/scaling.h"

#include "core/kernels/parallel.h"

namespace salient {
namespace {

constexpr Index kRows = 16;

auto asRow(std::span<const float> values) {
    return Eigen::Map<const Eigen::Array<float, 1, Eigen::Dynamic>>(values.data(), static_cast<Index>(values.size()));
}

}  // namespace

Matrix scaledColumns(MatrixView weight, std::span<const float> scales) {
    Matrix result(weight.rows(), weight.cols());
    parallelFor(weight.rows(), kRows, [&](Index first, Index last) {
        result.middleRows(first, last - first).array() = weight.middleRows(first, last - first).array().rowwise() * asRow(scales);
    });
    return result;
}

Matrix unscaledColumns(MatrixView weight, std::span<const float> scales) {
    Matrix result(weight.rows(), weight.cols());
    parallelFor(weight.rows(), kRows, [&](Index first, Index last) {
        result.middleRows(first, last - first).array() = weight.middleRows(first, last - first).array().rowwise() / asRow(scales);
    });
    return result;
}

Matrix scaledRows(MatrixView weight, std::span<const float> scales) {
    Matrix result(weight.rows(), weight.cols());
    parallelFor(weight.rows(), kRows, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) result.row(row) = weight.row(row) * scales[static_cast<std::size_t>(row)];
    });
    return result;
}

Matrix unscaledRows(MatrixView weight, std::span<const float> scales) {
    Matrix result(weight.rows(), weight.cols());
    parallelFor(weight.rows(), kRows, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) result.row(row) = weight.row(row) / scales[static_cast<std::size_t>(row)];
    });
    return result;
}

Matrix scaledHessian(MatrixView hessian, std::span<const float> scales) {
    Matrix result = unscaledColumns(hessian, scales);
    parallelFor(result.rows(), kRows, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) result.row(row) /= scales[static_cast<std::size_t>(row)];
    });
    return result;
}

void divide(std::vector<float>& values, std::span<const float> scales) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] /= scales[i];
}

}  // namespace salient
