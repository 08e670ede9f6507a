#include "core/quant/w8a8_error.h"

#include <algorithm>
#include <cmath>

#include "core/kernels/parallel.h"
#include "core/kernels/quadratic_form.h"
#include "core/quant/check.h"
#include "core/quant/layer_error.h"
#include "core/quant/scaling.h"

namespace salient {
namespace {

constexpr double kLevels = 127.0;

// E[max_j x_j²] of independent normal x_j with variances `power`: ∫ P(max > t) dt, by the midpoint rule over u = t / (t + largest).
double expectedLargestSquare(const Eigen::ArrayXd& power) {
    const double largest = power.size() > 0 ? power.maxCoeff() : 0.0;
    if (!(largest > 0.0)) return 0.0;
    constexpr int kPoints = 64;
    constexpr double kNegligible = 1e-6;  // channels this much quieter never hold a token's maximum
    double integral = 0.0;
    for (int i = 0; i < kPoints; ++i) {
        const double u = (i + 0.5) / kPoints;
        const double t = 4.0 * largest * u / (1.0 - u);
        double log_below = 0.0;
        for (const double variance : power) {
            if (variance > kNegligible * largest) log_below += std::log(std::erf(std::sqrt(t / (2.0 * variance))));
            if (log_below < -40.0) break;
        }
        integral += (1.0 - std::exp(log_below)) * 4.0 * largest / ((1.0 - u) * (1.0 - u)) / kPoints;
    }
    return integral;
}

// What the points of a search have in common.
struct Smoothed {
    std::span<const MatrixView> weights;
    MatrixView hessian;
    std::span<const float> max_abs;
    const GridSpec& grid;
    ActivationScale activation;
};

double errorOf(const Smoothed& layers, const QuadraticForm& form, std::span<const float> scales) {
    double error = 0.0;
    for (const MatrixView& weight : layers.weights) {
        const Matrix rounded = quantizeNearest(scaledColumns(weight, scales), layers.grid).dequantize();
        error += outputError(weight - unscaledColumns(rounded, scales), form);
        error += activationRoundingError(rounded, layers.hessian, layers.max_abs, scales, layers.activation);
    }
    return error;
}

}  // namespace

double activationRoundingError(MatrixView rounded_weight, MatrixView hessian, std::span<const float> max_abs, std::span<const float> scales,
                               ActivationScale activation) {
    if (activation == ActivationScale::None) return 0.0;
    const Index n = rounded_weight.cols();
    requireHessianShape(hessian, n, "activationRoundingError");
    Eigen::ArrayXd power(n);  // E[x̂_j²]
    double highest = 1e-5;
    for (Index j = 0; j < n; ++j) {
        const auto s = static_cast<double>(scales[static_cast<std::size_t>(j)]);
        power[j] = 0.5 * static_cast<double>(hessian(j, j)) / (s * s);
        highest = std::max(highest, static_cast<double>(max_abs[static_cast<std::size_t>(j)]) / s);
    }
    double largest_square = highest * highest;
    if (activation == ActivationScale::PerToken) largest_square = std::min(largest_square, expectedLargestSquare(power));
    const double noise = largest_square / (kLevels * kLevels) / 12.0;
    Eigen::RowVectorXd weight_power = Eigen::RowVectorXd::Zero(n);
    constexpr Index kColumns = 256;
    parallelFor(n, kColumns, [&](Index first, Index last) {
        auto part = weight_power.segment(first, last - first);
        for (Index row = 0; row < rounded_weight.rows(); ++row)
            part += rounded_weight.row(row).segment(first, last - first).cast<double>().cwiseAbs2();
    });
    return 2.0 * (power.min(noise).transpose() * weight_power.array()).sum();
}

double w8a8Error(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> max_abs, std::span<const float> scales,
                 const GridSpec& grid, ActivationScale activation) {
    return errorOf({weights, hessian, max_abs, grid, activation}, QuadraticForm(hessian), scales);
}

SmoothCurve smoothSearch(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> max_abs, const GridSpec& grid,
                         ActivationScale activation, const SmoothQuantOptions& options, JobContext& job) {
    constexpr int kSteps = 20;
    requireHessianShape(hessian, static_cast<Index>(max_abs.size()), "smoothSearch");
    const QuadraticForm form(hessian);
    SmoothQuantOptions point = options;
    SmoothCurve curve;
    for (int i = 0; i <= kSteps; ++i) {
        job.checkpoint({"searching scales", i, kSteps + 1});
        point.alpha = static_cast<double>(i) / kSteps;
        curve.alphas.push_back(point.alpha);
        curve.losses.push_back(errorOf({weights, hessian, max_abs, grid, activation}, form, smoothScales(max_abs, weights, point)));
        if (curve.losses.back() < curve.losses[static_cast<std::size_t>(curve.best)]) curve.best = i;
    }
    return curve;
}

}  // namespace salient
