#include "core/quant/layer_error.h"

#include "core/kernels/gemm.h"
#include "core/kernels/parallel.h"
#include "core/quant/check.h"
#include "core/quant/error_measure.h"

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
    return LayerErrorMeasure(weight, hessian).of(quantized);
}

}  // namespace salient
