#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/kernels/parallel.h"
#include "core/kernels/quadratic_form.h"
#include "core/kernels/round.h"
#include "core/quant/awq.h"
#include "core/quant/check.h"
#include "core/quant/nearest_row.h"

namespace salient {
namespace {

// A quick loss closer to another one than this cannot tell which is less: several times what it may be off.
constexpr double kDoubt = 2e-3;

using Row = std::span<const float>;

std::vector<Row> rowsOf(std::span<const MatrixView> weights) {
    std::vector<Row> rows;
    for (const MatrixView& weight : weights) {
        for (Index i = 0; i < weight.rows(); ++i) rows.emplace_back(weight.row(i).data(), static_cast<std::size_t>(weight.cols()));
    }
    return rows;
}

// d·H·dᵀ of each row, with d = w − Q(w·s)/s.
std::vector<double> rowLosses(std::span<const Row> rows, const QuadraticForm& form, std::span<const float> scales, const GridSpec& grid) {
    std::vector<float> inverse;
    for (const float s : scales) inverse.push_back(1.0F / s);
    const Index width = groupWidth(grid, static_cast<Index>(scales.size()));
    std::vector<double> losses(rows.size());
    const auto n_rows = static_cast<Index>(rows.size());
    const Index tile = n_rows < 8 * QuadraticForm::kRows ? QuadraticForm::kRows / 2 : QuadraticForm::kRows;  // few rows: shared evenly
    parallelFor(n_rows, tile, [&](Index first, Index last) {
        const auto rounding_errors = [&](Index at, MatrixSpan errors) {
            for (Index i = 0; i < errors.rows(); ++i) {
                const Row w = rows[static_cast<std::size_t>(first + at + i)];
                const RowGrids grids = gridsOfScaledRow(w, scales, grid);
                scaledRoundingError(w, scales, inverse, width, grids.scale, grids.zero, grid.codeRange(),
                                    {errors.row(i).data(), scales.size()});
            }
        };
        form.addTo(last - first, rounding_errors,
                   std::span(losses).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)));
    });
    return losses;
}

double sumOf(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

// tr(D H Dᵀ) summed over the weights.
double lossOf(std::span<const MatrixView> weights, const QuadraticForm& form, std::span<const float> scales, const GridSpec& grid) {
    double loss = 0.0;
    for (const MatrixView& weight : weights) loss += sumOf(rowLosses(rowsOf({&weight, 1}), form, scales, grid));
    return loss;
}

// The points of the ratio grid, and the weights that judge them.
struct Search {
    std::span<const MatrixView> weights;
    std::vector<double> ratios;
    std::vector<std::vector<float>> scales;  // a point each
};

Search searchOf(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> mean_abs, const GridSpec& grid,
                const AwqOptions& options) {
    options.validate();
    grid.validate();
    requireHessianShape(hessian, static_cast<Index>(mean_abs.size()), "awqSearch");
    for (const MatrixView& weight : weights) requireFinite(weight, "awqSearch", "weight");
    Search search{options.joint_loss ? weights : weights.first(std::min<std::size_t>(weights.size(), 1)), {}, {}};
    const std::vector<float> weight_mean = options.duo ? awqWeightMean(weights, grid.group_size) : std::vector<float>{};
    for (int i = 0; i < options.n_grid; ++i) {
        search.ratios.push_back(static_cast<double>(i) / options.n_grid);
        search.scales.push_back(awqScales(mean_abs, search.ratios.back(), options.duo, weight_mean));
    }
    return search;
}

// Of the points, those whose quick losses cannot be told apart from the least one are taken again in float32: the choice is then that of
// exact losses. losses: one per point.
void settleLeaders(std::span<const std::size_t> points, std::span<double> losses, const Search& search, const MatrixView& hessian,
                   const GridSpec& grid, JobContext& job) {
    const double limit = *std::ranges::min_element(losses) * (1.0 + kDoubt);
    std::vector<std::size_t> leaders;
    for (std::size_t k = 0; k < losses.size(); ++k) {
        if (losses[k] <= limit) leaders.push_back(k);
    }
    const auto n_leaders = static_cast<std::int64_t>(leaders.size());
    if (n_leaders == 1) return;
    const QuadraticForm form(hessian);
    for (std::int64_t i = 0; i < n_leaders; ++i) {
        job.checkpoint({"settling the best scales", i, n_leaders});
        const std::size_t k = leaders[static_cast<std::size_t>(i)];
        losses[k] = lossOf(search.weights, form, search.scales[points[k]], grid);
    }
}

// The rows of a race, as positions among all rows.
struct Heat {
    std::vector<std::size_t> certain;  // those that may lose much more than others: all are taken
    std::vector<std::size_t> sampled;  // of the rest, every kStep-th in the order of what they may lose
    std::vector<std::size_t> rest;     // not taken
};

// What rounding may cost a row: Σ over groups of the squared range times the trace of its part of H.
std::vector<double> mostRowLosses(std::span<const Row> rows, const MatrixView& hessian, const GridSpec& grid) {
    const Index n = hessian.cols();
    const Index width = groupWidth(grid, n);
    std::vector<double> trace;
    for (Index first = 0; first < n; first += width)
        trace.push_back(hessian.diagonal().segment(first, std::min(width, n - first)).cast<double>().sum());
    std::vector<double> most(rows.size());
    parallelFor(static_cast<Index>(rows.size()), QuadraticForm::kRows, [&](Index first, Index last) {
        std::vector<float> lowest(trace.size());
        std::vector<float> highest(trace.size());
        for (Index i = first; i < last; ++i) {
            rangePerGroup(rows[static_cast<std::size_t>(i)], width, lowest, highest);
            for (std::size_t g = 0; g < trace.size(); ++g) {
                const double range = static_cast<double>(std::max(highest[g], 0.0F)) - static_cast<double>(std::min(lowest[g], 0.0F));
                most[static_cast<std::size_t>(i)] += range * range * trace[g];
            }
        }
    });
    return most;
}

Heat heatOf(std::span<const Row> rows, const MatrixView& hessian, const GridSpec& grid) {
    constexpr std::size_t kCertainShare = 16;
    constexpr std::size_t kStep = 8;
    const std::vector<double> most = mostRowLosses(rows, hessian, grid);
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return most[a] > most[b]; });
    Heat heat;
    const std::size_t n_certain = rows.size() / kCertainShare;
    for (std::size_t k = 0; k < order.size(); ++k) {
        auto& part = k < n_certain ? heat.certain : (k - n_certain) % kStep == kStep / 2 ? heat.sampled : heat.rest;
        part.push_back(order[k]);
    }
    return heat;
}

std::vector<Row> rowsAt(std::span<const Row> rows, std::span<const std::size_t> positions) {
    std::vector<Row> taken;
    taken.reserve(positions.size());
    for (const std::size_t position : positions) taken.push_back(rows[position]);
    return taken;
}

// By how much one point's loss over all rows exceeds another's, and the standard error of that: the certain rows count once, each
// sampled one for those it stands for.
struct Lead {
    double difference;
    double standard_error;
};

Lead leadOf(std::span<const double> losses, std::span<const double> others, const Heat& heat) {
    const std::size_t n_certain = heat.certain.size();
    const auto n_sampled = static_cast<double>(heat.sampled.size());
    const double n_stood_for = n_sampled + static_cast<double>(heat.rest.size());
    double certain = 0.0;
    for (std::size_t k = 0; k < n_certain; ++k) certain += losses[k] - others[k];
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t k = n_certain; k < losses.size(); ++k) {
        const double difference = losses[k] - others[k];
        sum += difference;
        squares += difference * difference;
    }
    const double mean = sum / n_sampled;
    const double variance = std::max(0.0, squares / n_sampled - mean * mean) * n_sampled / (n_sampled - 1.0);
    return {certain + n_stood_for * mean, n_stood_for * std::sqrt(variance / n_sampled)};
}

// The points that the heat leaves in the race, and their losses on its rows (certain ones first).
struct Survivors {
    std::vector<std::size_t> points;
    std::vector<double> losses;
};

Survivors runHeat(const Heat& heat, std::span<const Row> all_rows, const Search& search, const QuadraticForm& form, const GridSpec& grid,
                  JobContext& job) {
    constexpr double kStandardErrors = 6.0;
    std::vector<std::size_t> positions = heat.certain;
    positions.insert(positions.end(), heat.sampled.begin(), heat.sampled.end());
    const std::vector<Row> rows = rowsAt(all_rows, positions);
    const std::vector<double> nothing(rows.size());
    std::vector<std::vector<double>> losses;
    std::size_t leader = 0;
    double least = 0.0;
    for (std::size_t i = 0; i < search.scales.size(); ++i) {
        job.checkpoint({"searching scales", static_cast<std::int64_t>(i), static_cast<std::int64_t>(search.scales.size())});
        losses.push_back(rowLosses(rows, form, search.scales[i], grid));
        const double loss = leadOf(losses.back(), nothing, heat).difference;
        if (i == 0 || loss < least) {
            leader = i;
            least = loss;
        }
    }
    Survivors survivors;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        const Lead lead = leadOf(losses[i], losses[leader], heat);
        if (lead.difference > kStandardErrors * lead.standard_error + kDoubt * least) continue;
        survivors.points.push_back(i);
        survivors.losses.push_back(sumOf(losses[i]));
    }
    return survivors;
}

AwqCurve wholeCurve(Search search, const MatrixView& hessian, FormPrecision precision, const GridSpec& grid, JobContext& job) {
    const QuadraticForm form(hessian, precision);
    const auto n_points = static_cast<std::int64_t>(search.scales.size());
    AwqCurve curve;
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < search.scales.size(); ++i) {
        job.checkpoint({"searching scales", static_cast<std::int64_t>(i), n_points});
        points.push_back(i);
        curve.losses.push_back(lossOf(search.weights, form, search.scales[i], grid));
    }
    if (form.isRounded()) settleLeaders(points, curve.losses, search, hessian, grid, job);
    curve.ratios = std::move(search.ratios);
    curve.best = std::ranges::min_element(curve.losses) - curve.losses.begin();
    curve.best_scales = std::move(search.scales[static_cast<std::size_t>(curve.best)]);
    return curve;
}

}  // namespace

double awqLoss(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> scales, const GridSpec& grid) {
    for (const MatrixView& weight : weights) requireHessianShape(hessian, weight.cols(), "awqLoss");
    return lossOf(weights, QuadraticForm(hessian), scales, grid);
}

AwqCurve awqSearch(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> mean_abs, const GridSpec& grid,
                   const AwqOptions& options, JobContext& job) {
    return wholeCurve(searchOf(weights, hessian, mean_abs, grid, options), hessian, FormPrecision::Float32, grid, job);
}

AwqChoice awqChoose(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> mean_abs, const GridSpec& grid,
                    const AwqOptions& options, JobContext& job) {
    constexpr std::size_t kLeastRows = 2048;
    Search search = searchOf(weights, hessian, mean_abs, grid, options);
    const std::vector<Row> rows = rowsOf(search.weights);
    if (rows.size() < kLeastRows) {
        AwqCurve curve = wholeCurve(std::move(search), hessian, FormPrecision::Quick, grid, job);
        return {curve.ratios[static_cast<std::size_t>(curve.best)], std::move(curve.best_scales)};
    }
    const QuadraticForm quick(hessian, FormPrecision::Quick);
    const Heat heat = heatOf(rows, hessian, grid);
    auto [points, losses] = runHeat(heat, rows, search, quick, grid, job);
    if (points.size() > 1) {
        const std::vector<Row> rest = rowsAt(rows, heat.rest);
        for (std::size_t k = 0; k < points.size(); ++k) {
            job.checkpoint({"settling the best scales", static_cast<std::int64_t>(k), static_cast<std::int64_t>(points.size())});
            losses[k] += sumOf(rowLosses(rest, quick, search.scales[points[k]], grid));
        }
        if (quick.isRounded()) settleLeaders(points, losses, search, hessian, grid, job);
    }
    const auto best = static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin());
    return {search.ratios[points[best]], std::move(search.scales[points[best]])};
}

}  // namespace salient
