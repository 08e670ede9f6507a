#include "core/quant/awq.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/kernels/parallel.h"
#include "core/kernels/round.h"
#include "core/quant/check.h"
#include "core/quant/nearest_row.h"
#include "core/quant/quadratic_form.h"

namespace salient {
namespace {

constexpr float kLeastScale = 1e-4F;

// tr(D H Dᵀ) with D = W − Q(W·s)/s, summed over the weights.
double scaledLoss(std::span<const MatrixView> weights, const QuadraticForm& form, std::span<const float> scales, const GridSpec& grid) {
    std::vector<float> inverse;
    for (const float s : scales) inverse.push_back(1.0F / s);
    const int max_code = (1 << grid.bits) - 1;
    double loss = 0.0;
    for (const MatrixView& weight : weights) {
        std::vector<double> row_loss(static_cast<std::size_t>(weight.rows()));
        parallelFor(weight.rows(), QuadraticForm::kRows, [&](Index first, Index last) {
            const auto rounding_errors = [&](Index at, MatrixSpan errors) {
                for (Index row = 0; row < errors.rows(); ++row) {
                    const std::span<const float> w(weight.row(first + at + row).data(), scales.size());
                    const RowGrids grids = gridsOfScaledRow(w, scales, grid);
                    scaledRoundingError(w, scales, inverse, groupWidth(grid, weight.cols()), grids.scale, grids.zero, max_code,
                                        {errors.row(row).data(), scales.size()});
                }
            };
            form.addTo(last - first, rounding_errors,
                       std::span(row_loss).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)));
        });
        for (const double row : row_loss) loss += row;
    }
    return loss;
}

// Points that the quick losses cannot tell apart from the least one are taken again in float32: the choice is then that of exact losses.
void settleLeaders(AwqCurve& curve, std::span<const MatrixView> weights, const MatrixView& hessian,
                   const std::vector<std::vector<float>>& scales, const GridSpec& grid, JobContext& job) {
    constexpr double kDoubt = 2e-3;  // several times what a quick loss may be off
    const double limit = *std::ranges::min_element(curve.losses) * (1.0 + kDoubt);
    std::vector<std::size_t> leaders;
    for (std::size_t i = 0; i < curve.losses.size(); ++i) {
        if (curve.losses[i] <= limit) leaders.push_back(i);
    }
    const auto n_leaders = static_cast<std::int64_t>(leaders.size());
    if (n_leaders == 1) return;
    const QuadraticForm form(hessian);
    for (std::int64_t k = 0; k < n_leaders; ++k) {
        job.checkpoint({"settling the best scales", k, n_leaders});
        const std::size_t i = leaders[static_cast<std::size_t>(k)];
        curve.losses[i] = scaledLoss(weights, form, scales[i], grid);
    }
}

}  // namespace

std::vector<float> awqScales(std::span<const float> mean_abs, double ratio, bool duo, std::span<const float> weight_mean) {
    if (duo && weight_mean.size() != mean_abs.size()) {
        throw Error(ErrorCode::ShapeMismatch, "awqScales: weight mean: expected " + std::to_string(mean_abs.size()) + " values, found " +
                                                  std::to_string(weight_mean.size()));
    }
    std::vector<float> scales(mean_abs.size());
    const auto exponent = static_cast<float>(ratio);
    const auto rest = static_cast<float>(1.0 - ratio);
    for (std::size_t j = 0; j < scales.size(); ++j) {
        const float salience = std::pow(mean_abs[j], exponent);
        scales[j] = std::max(duo ? salience / (std::pow(weight_mean[j], rest) + kLeastScale) : salience, kLeastScale);
    }
    if (scales.empty()) return scales;
    const auto [lowest, highest] = std::minmax_element(scales.begin(), scales.end());
    const float middle = std::sqrt(*highest * *lowest);
    for (float& s : scales) s /= middle;
    return scales;
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

double awqLoss(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> scales, const GridSpec& grid) {
    for (const MatrixView& weight : weights) requireHessianShape(hessian, weight.cols(), "awqLoss");
    return scaledLoss(weights, QuadraticForm(hessian), scales, grid);
}

AwqCurve awqSearch(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> mean_abs, const GridSpec& grid,
                   const AwqOptions& options, JobContext& job) {
    options.validate();
    grid.validate();
    requireHessianShape(hessian, static_cast<Index>(mean_abs.size()), "awqSearch");
    for (const MatrixView& weight : weights) requireFinite(weight, "awqSearch", "weight");
    const std::span<const MatrixView> judged = options.joint_loss ? weights : weights.first(std::min<std::size_t>(weights.size(), 1));
    const std::vector<float> weight_mean = options.duo ? awqWeightMean(weights, grid.group_size) : std::vector<float>{};
    AwqCurve curve;
    std::vector<std::vector<float>> scales;
    const QuadraticForm quick(hessian, FormPrecision::Quick);
    for (int i = 0; i < options.n_grid; ++i) {
        job.checkpoint({"searching scales", i, options.n_grid});
        curve.ratios.push_back(static_cast<double>(i) / options.n_grid);
        scales.push_back(awqScales(mean_abs, curve.ratios.back(), options.duo, weight_mean));
        curve.losses.push_back(scaledLoss(judged, quick, scales.back(), grid));
    }
    if (quick.isRounded()) settleLeaders(curve, judged, hessian, scales, grid, job);
    curve.best = std::ranges::min_element(curve.losses) - curve.losses.begin();
    curve.best_scales = std::move(scales[static_cast<std::size_t>(curve.best)]);
    return curve;
}

}  // namespace salient
