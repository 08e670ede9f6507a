#include "core/eval/layer_metrics.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/kernels/gemm.h"

namespace salient {

namespace {

LayerMetrics metricsOf(const ChannelStatistics& channels) {
    LayerMetrics metrics;
    if (channels.channelCount() == 0 || channels.n_tokens == 0) return metrics;
    std::vector<float> maxima = channels.max_abs;
    metrics.max_abs = *std::max_element(maxima.begin(), maxima.end());
    const auto middle = maxima.begin() + static_cast<std::ptrdiff_t>(maxima.size() / 2);
    std::nth_element(maxima.begin(), middle, maxima.end());
    metrics.outlier_ratio = *middle > 0.0F ? metrics.max_abs / *middle : 0.0;
    const double sum = std::accumulate(channels.sum_abs.begin(), channels.sum_abs.end(), 0.0);
    metrics.mean_abs = sum / (static_cast<double>(channels.n_tokens) * static_cast<double>(channels.channelCount()));
    return metrics;
}

std::string shapeText(MatrixView m) { return "[" + std::to_string(m.rows()) + ", " + std::to_string(m.cols()) + "]"; }

}  // namespace

std::vector<LayerMetrics> layerMetrics(const Calibration& calibration) {
    std::vector<LayerMetrics> by_input;
    by_input.reserve(calibration.inputs.size());
    for (const InputStatistics& input : calibration.inputs) by_input.push_back(metricsOf(input.channels));

    const std::size_t n_groups = calibration.model->groups.size();
    std::vector<LayerMetrics> result;
    result.reserve(calibration.model->linears.size());
    for (const LinearInfo& linear : calibration.model->linears) {
        result.push_back(by_input.at(static_cast<std::size_t>(linear.block) * n_groups + static_cast<std::size_t>(linear.group)));
    }
    return result;
}

ErrorMap errorMap(MatrixView weight, MatrixView quantized, MatrixView hessian) {
    if (weight.rows() != quantized.rows() || weight.cols() != quantized.cols() || hessian.rows() != weight.cols() ||
        hessian.cols() != weight.cols()) {
        throw Error(ErrorCode::ShapeMismatch, "errorMap: weight " + shapeText(weight) + ", quantized " + shapeText(quantized) +
                                                  ", hessian " + shapeText(hessian) + ": expected [out, in], [out, in], [in, in]");
    }
    ErrorMap map;
    map.weight_error = quantized - weight;
    Matrix spread(weight.rows(), weight.cols());
    gemm(map.weight_error, false, hessian, false, spread);
    map.output_error = map.weight_error.cwiseProduct(spread);
    const auto shares = map.output_error.cast<double>();
    map.by_channel.resize(static_cast<std::size_t>(weight.cols()));
    map.by_row.resize(static_cast<std::size_t>(weight.rows()));
    Eigen::Map<Eigen::RowVectorXd>(map.by_channel.data(), weight.cols()) = shares.colwise().sum();
    Eigen::Map<Eigen::VectorXd>(map.by_row.data(), weight.rows()) = shares.rowwise().sum();
    map.total = layerError(weight, quantized, hessian);
    return map;
}

}  // namespace salient
