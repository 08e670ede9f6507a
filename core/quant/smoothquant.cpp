#include "core/quant/smoothquant.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"

namespace salient {
namespace {

constexpr float kLeastScale = 1e-5F;

[[noreturn]] void refuse(const char* operation, const char* subject, const std::string& expected, const std::string& found) {
    throw Error(ErrorCode::InvalidOption, std::string(operation) + ": " + subject + ": expected " + expected + ", found " + found);
}

}  // namespace

std::vector<float> columnMaxAbs(std::span<const MatrixView> weights) {
    if (weights.empty()) return {};
    Eigen::RowVectorXf highest = Eigen::RowVectorXf::Zero(weights.front().cols());
    for (const MatrixView& weight : weights) {
        if (weight.cols() != highest.cols()) {
            throw Error(ErrorCode::ShapeMismatch, "columnMaxAbs: weight: expected " + std::to_string(highest.cols()) + " columns, found " +
                                                      std::to_string(weight.cols()));
        }
        for (Index row = 0; row < weight.rows(); ++row) highest = highest.cwiseMax(weight.row(row).cwiseAbs());
    }
    return {highest.data(), highest.data() + highest.size()};
}

BoundedScales boundedSmoothScales(std::span<const float> max_abs, std::span<const MatrixView> weights, const SmoothQuantOptions& options) {
    options.validate();
    const std::vector<float> weight_max = columnMaxAbs(weights);
    if (weight_max.size() != max_abs.size()) {
        throw Error(ErrorCode::ShapeMismatch, "smoothScales: activation maxima: expected " + std::to_string(weight_max.size()) +
                                                  " values, found " + std::to_string(max_abs.size()));
    }
    const auto alpha = static_cast<float>(options.alpha);
    const auto rest = static_cast<float>(1.0 - options.alpha);
    BoundedScales result{std::vector<float>(max_abs.size()), 0};
    for (std::size_t j = 0; j < max_abs.size(); ++j) {
        const float activation = std::pow(max_abs[j], alpha);
        const float difficulty = options.activation_only ? 1.0F : std::pow(std::max(weight_max[j], kLeastScale), rest);
        // Nothing to move: the least scale would only blow up what comes before, 1e5-fold.
        const bool was_never_active = max_abs[j] == 0.0F;
        result.scales[j] = was_never_active ? 1.0F : std::max(activation / difficulty, kLeastScale);
        const bool is_weight_raised = !options.activation_only && weight_max[j] < kLeastScale;
        if (!was_never_active && (is_weight_raised || activation / difficulty < kLeastScale)) ++result.n_bounded;
    }
    return result;
}

std::vector<float> smoothScales(std::span<const float> max_abs, std::span<const MatrixView> weights, const SmoothQuantOptions& options) {
    return boundedSmoothScales(max_abs, weights, options).scales;
}

std::vector<float> smoothScales(std::span<const float> max_abs, std::span<const MatrixView> weights, double alpha) {
    SmoothQuantOptions options;
    options.alpha = alpha;
    return smoothScales(max_abs, weights, options);
}

Int8Weight toInt8Weight(const QuantizedTensor& tensor, ActivationScale activation, float input_scale) {
    if (tensor.scale.cols() != 1) refuse("toInt8Weight", "groups per row", "1", std::to_string(tensor.scale.cols()));
    if (!tensor.spec.is_symmetric) refuse("toInt8Weight", "grid", "symmetric", "asymmetric");
    if (tensor.spec.bits > 8) refuse("toInt8Weight", "bits", "at most 8", std::to_string(tensor.spec.bits));
    Int8Weight weight;
    const int zero = 1 << (tensor.spec.bits - 1);
    weight.codes = (tensor.codes.cast<int>().array() - zero).cast<std::int8_t>().matrix();
    weight.row_scale.assign(tensor.scale.data(), tensor.scale.data() + tensor.scale.size());
    weight.activation = activation;
    weight.input_scale = input_scale;
    return weight;
}

}  // namespace salient
