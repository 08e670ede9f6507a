#include "core/quant/awq.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"

namespace salient {
namespace {

constexpr float kLeastScale = 1e-4F;

// What the means of the channels give, before the least scale takes the place of what is smaller.
std::vector<float> unboundedScales(std::span<const float> mean_abs, double ratio, bool duo, std::span<const float> weight_mean) {
    if (duo && weight_mean.size() != mean_abs.size()) {
        throw Error(ErrorCode::ShapeMismatch, "awqScales: weight mean: expected " + std::to_string(mean_abs.size()) + " values, found " +
                                                  std::to_string(weight_mean.size()));
    }
    std::vector<float> scales(mean_abs.size());
    const auto exponent = static_cast<float>(ratio);
    const auto rest = static_cast<float>(1.0 - ratio);
    for (std::size_t j = 0; j < scales.size(); ++j) {
        const float salience = std::pow(mean_abs[j], exponent);
        scales[j] = duo ? salience / (std::pow(weight_mean[j], rest) + kLeastScale) : salience;
    }
    return scales;
}

}  // namespace

std::vector<float> awqScales(std::span<const float> mean_abs, double ratio, bool duo, std::span<const float> weight_mean) {
    std::vector<float> scales = unboundedScales(mean_abs, ratio, duo, weight_mean);
    if (scales.empty()) return scales;
    for (float& s : scales) s = std::max(s, kLeastScale);
    const auto [lowest, highest] = std::minmax_element(scales.begin(), scales.end());
    const float middle = std::sqrt(*highest * *lowest);
    for (float& s : scales) s /= middle;
    return scales;
}

Index raisedAwqScales(std::span<const float> mean_abs, double ratio, bool duo, std::span<const float> weight_mean) {
    const std::vector<float> scales = unboundedScales(mean_abs, ratio, duo, weight_mean);
    Index n_raised = 0;
    for (std::size_t j = 0; j < scales.size(); ++j) n_raised += mean_abs[j] > 0.0F && scales[j] < kLeastScale ? 1 : 0;
    return n_raised;
}

std::vector<float> awqWeightMean(std::span<const MatrixView> weights, Index group_size) {
    if (weights.empty()) return {};
    const Index n_cols = weights.front().cols();
    const Index size = group_size < 0 ? n_cols : group_size;
    std::vector<double> sum(static_cast<std::size_t>(n_cols));
    Index n_rows = 0;
    for (const MatrixView& weight : weights) {
        n_rows += weight.rows();
        for (Index row = 0; row < weight.rows(); ++row) {
            for (Index first = 0; first < n_cols; first += size) {
                const auto group = weight.row(row).segment(first, std::min(size, n_cols - first)).cwiseAbs();
                const float highest = group.maxCoeff() + 1e-6F;
                for (Index j = 0; j < group.cols(); ++j)
                    sum[static_cast<std::size_t>(first + j)] += static_cast<double>(group[j] / highest);
            }
        }
    }
    std::vector<float> mean;
    mean.reserve(sum.size());
    for (const double s : sum) mean.push_back(static_cast<float>(s / static_cast<double>(n_rows)));
    return mean;
}

}  // namespace salient
