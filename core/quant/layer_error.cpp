#include "core/quant/layer_error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/kernels/gemm.h"
#include "core/kernels/parallel.h"
#include "core/quant/check.h"
#include "core/quant/quadratic_form.h"

namespace salient {

namespace {

std::vector<double> formByRow(MatrixView difference, const QuadraticForm& form) {
    std::vector<double> share(static_cast<std::size_t>(difference.rows()));
    parallelFor(difference.rows(), QuadraticForm::kRows, [&](Index first, Index last) {
        const auto count = static_cast<std::size_t>(last - first);
        form.addTo(difference.middleRows(first, last - first), std::span(share).subspan(static_cast<std::size_t>(first), count));
    });
    return share;
}

}  // namespace

std::vector<double> outputErrorByRow(MatrixView difference, MatrixView hessian) {
    requireHessianShape(hessian, difference.cols(), "outputError");
    return formByRow(difference, QuadraticForm(hessian));
}

std::vector<double> outputErrorByChannel(MatrixView difference, MatrixView hessian) {
    requireHessianShape(hessian, difference.cols(), "outputError");
    constexpr Index kTileRows = 256;
    const Index n_tiles = (difference.rows() + kTileRows - 1) / kTileRows;
    Eigen::MatrixXd tile_share = Eigen::MatrixXd::Zero(difference.cols(), n_tiles);
    parallelFor(difference.rows(), kTileRows, [&](Index first, Index last) {
        const auto rows = difference.middleRows(first, last - first);
        Matrix product(last - first, difference.cols());
        gemmTile(rows, false, hessian, false, product);
        auto share = tile_share.col(first / kTileRows);
        for (Index row = 0; row < rows.rows(); ++row)
            share += rows.row(row).cast<double>().cwiseProduct(product.row(row).cast<double>()).transpose();
    });
    const Eigen::VectorXd total = tile_share.rowwise().sum();
    return {total.data(), total.data() + total.size()};
}

double outputError(MatrixView difference, MatrixView hessian) {
    requireHessianShape(hessian, difference.cols(), "outputError");
    return outputError(difference, QuadraticForm(hessian));
}

double outputError(MatrixView difference, const QuadraticForm& form) {
    double sum = 0.0;
    for (const double share : formByRow(difference, form)) sum += share;
    return sum;
}

LayerError layerError(MatrixView weight, MatrixView quantized, MatrixView hessian) {
    if (weight.rows() != quantized.rows() || weight.cols() != quantized.cols()) {
        throw Error(ErrorCode::ShapeMismatch, "layerError: quantized weight: expected [" + std::to_string(weight.rows()) + ", " +
                                                  std::to_string(weight.cols()) + "], found [" + std::to_string(quantized.rows()) + ", " +
                                                  std::to_string(quantized.cols()) + "]");
    }
    struct Sums {
        double difference = 0.0, weight = 0.0, max_abs = 0.0;
    };
    const Matrix difference = weight - quantized;
    std::vector<Sums> row_sums(static_cast<std::size_t>(weight.rows()));
    parallelFor(weight.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const auto d = difference.row(row);
            row_sums[static_cast<std::size_t>(row)] = {d.cast<double>().squaredNorm(), weight.row(row).cast<double>().squaredNorm(),
                                                       d.cols() > 0 ? static_cast<double>(d.cwiseAbs().maxCoeff()) : 0.0};
        }
    });
    Sums total;
    for (const Sums& row : row_sums) {
        total.difference += row.difference;
        total.weight += row.weight;
        total.max_abs = std::max(total.max_abs, row.max_abs);
    }
    requireHessianShape(hessian, weight.cols(), "layerError");
    const QuadraticForm form(hessian);
    LayerError error;
    error.output_error = outputError(difference, form);
    const double output = outputError(weight, form);
    error.relative_output_error = output > 0.0 ? error.output_error / output : 0.0;
    error.weight_mse = weight.size() > 0 ? total.difference / static_cast<double>(weight.size()) : 0.0;
    error.weight_sqnr_db =
        total.difference > 0.0 ? 10.0 * std::log10(total.weight / total.difference) : std::numeric_limits<double>::infinity();
    error.max_abs_error = total.max_abs;
    return error;
}

}  // namespace salient
