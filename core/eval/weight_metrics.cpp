#include "core/eval/weight_metrics.h"

#include <algorithm>

#include "core/kernels/parallel.h"

namespace salient {

WeightMetrics weightMetrics(MatrixView weight) {
    WeightMetrics metrics;
    if (weight.size() == 0) return metrics;
    const auto n = static_cast<double>(weight.size());
    struct RowSums {
        double sum = 0.0, second = 0.0, fourth = 0.0, max_abs = 0.0;
    };
    std::vector<RowSums> rows(static_cast<std::size_t>(weight.rows()));
    constexpr Index kGrain = 16;
    const auto forEachRow = [&](auto&& measure) {
        parallelFor(weight.rows(), kGrain, [&](Index first, Index last) {
            for (Index row = first; row < last; ++row) measure(weight.row(row), rows[static_cast<std::size_t>(row)]);
        });
    };

    forEachRow([](const auto& values, RowSums& sums) {
        sums.sum = values.template cast<double>().sum();
        sums.max_abs = static_cast<double>(values.cwiseAbs().maxCoeff());
    });
    double mean = 0.0;
    for (const RowSums& row : rows) {
        mean += row.sum / n;
        metrics.max_abs = std::max(metrics.max_abs, row.max_abs);
    }

    forEachRow([mean](const auto& values, RowSums& sums) {
        const Eigen::ArrayXd squares = (values.template cast<double>().array() - mean).square().transpose();
        sums.second = squares.sum();
        sums.fourth = squares.square().sum();
    });
    double second = 0.0;
    double fourth = 0.0;
    for (const RowSums& row : rows) {
        second += row.second;
        fourth += row.fourth;
    }
    // Rounding of the mean leaves equal weights a trace of spread.
    constexpr double kTrace = 1e-24;
    if (second > kTrace * n * metrics.max_abs * metrics.max_abs) metrics.kurtosis = n * fourth / (second * second);
    return metrics;
}

std::vector<WeightMetrics> weightMetrics(const Model& model, JobContext& job) {
    std::vector<WeightMetrics> metrics;
    metrics.reserve(model.linears.size());
    const auto total = static_cast<std::int64_t>(model.linears.size());
    for (const LinearInfo& linear : model.linears) {
        job.checkpoint({"reading weights", static_cast<std::int64_t>(metrics.size()), total, linear.name});
        metrics.push_back(weightMetrics(loadLinear(model, linear)));
    }
    return metrics;
}

}  // namespace salient
