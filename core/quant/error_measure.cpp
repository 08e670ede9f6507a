#include "core/quant/error_measure.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/kernels/parallel.h"
#include "core/quant/check.h"
#include "core/quant/scaling.h"
#include "core/quant/w8a8_error.h"

namespace salient {

LayerErrorMeasure::LayerErrorMeasure(MatrixView weight, MatrixView hessian)
    : weight_(weight), form_((requireHessianShape(hessian, weight.cols(), "layerError"), hessian)) {}

double LayerErrorMeasure::outputEnergy() {
    if (output_energy_ < 0.0) output_energy_ = outputError(weight_, form_);
    return output_energy_;
}

LayerError LayerErrorMeasure::of(MatrixView quantized) {
    if (weight_.rows() != quantized.rows() || weight_.cols() != quantized.cols()) {
        throw Error(ErrorCode::ShapeMismatch, "layerError: quantized weight: expected [" + std::to_string(weight_.rows()) + ", " +
                                                  std::to_string(weight_.cols()) + "], found [" + std::to_string(quantized.rows()) + ", " +
                                                  std::to_string(quantized.cols()) + "]");
    }
    struct Sums {
        double difference = 0.0, weight = 0.0, max_abs = 0.0;
    };
    const Matrix difference = weight_ - quantized;
    std::vector<Sums> row_sums(static_cast<std::size_t>(weight_.rows()));
    parallelFor(weight_.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const auto d = difference.row(row);
            row_sums[static_cast<std::size_t>(row)] = {d.cast<double>().squaredNorm(), weight_.row(row).cast<double>().squaredNorm(),
                                                       d.cols() > 0 ? static_cast<double>(d.cwiseAbs().maxCoeff()) : 0.0};
        }
    });
    Sums total;
    for (const Sums& row : row_sums) {
        total.difference += row.difference;
        total.weight += row.weight;
        total.max_abs = std::max(total.max_abs, row.max_abs);
    }
    LayerError error;
    error.output_error = outputError(difference, form_);
    const double output = outputEnergy();
    error.relative_output_error = output > 0.0 ? error.output_error / output : 0.0;
    error.weight_mse = weight_.size() > 0 ? total.difference / static_cast<double>(weight_.size()) : 0.0;
    error.weight_sqnr_db =
        total.difference > 0.0 ? 10.0 * std::log10(total.weight / total.difference) : std::numeric_limits<double>::infinity();
    error.max_abs_error = total.max_abs;
    return error;
}

ErrorMeasure::ErrorMeasure(MatrixView weight, const InputStatistics& input, ActivationScale activations)
    : weights_(weight, input.hessian), input_(input), activations_(activations) {}

LayerError ErrorMeasure::of(MatrixView rounded, std::span<const float> scales) {
    LayerError error = scales.empty() ? weights_.of(rounded) : weights_.of(unscaledColumns(rounded, scales));
    if (activations_ == ActivationScale::None) return error;
    const std::vector<float> ones(static_cast<std::size_t>(rounded.cols()), 1.0F);
    const double output = weights_.outputEnergy();
    error.output_error +=
        activationRoundingError(rounded, input_.hessian, input_.channels.max_abs, scales.empty() ? ones : scales, activations_);
    error.relative_output_error = output > 0.0 ? error.output_error / output : 0.0;
    return error;
}

}  // namespace salient
