#include "core/quant/gptq_problem.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/error.h"
#include "core/kernels/cholesky.h"
#include "core/kernels/parallel.h"
#include "core/quant/check.h"

namespace salient {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& expected, const std::string& found) {
    throw Error(ErrorCode::InvalidOption, "quantizeGptq: " + option + ": expected " + expected + ", found " + found);
}

void requirePermutation(const std::vector<Index>& order, Index n_columns) {
    const std::string expected = "each of " + std::to_string(n_columns) + " columns once";
    if (static_cast<Index>(order.size()) != n_columns) refuse("column order", expected, std::to_string(order.size()) + " columns");
    std::vector<bool> seen(order.size());
    for (const Index column : order) {
        if (column < 0 || column >= n_columns) refuse("column order", expected, "column " + std::to_string(column));
        if (seen[static_cast<std::size_t>(column)]) refuse("column order", expected, "column " + std::to_string(column) + " twice");
        seen[static_cast<std::size_t>(column)] = true;
    }
}

std::vector<Index> processingOrder(const Eigen::VectorXf& diagonal, const GptqOptions& options) {
    if (!options.column_order.empty()) {
        requirePermutation(options.column_order, diagonal.size());
        return options.column_order;
    }
    std::vector<Index> order(static_cast<std::size_t>(diagonal.size()));
    std::iota(order.begin(), order.end(), Index{0});
    if (options.act_order) std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return diagonal[a] > diagonal[b]; });
    return order;
}

}  // namespace

GptqProblem makeGptqProblem(MatrixView weight, MatrixView hessian, const GridSpec& grid, const GptqOptions& options) {
    grid.validate();
    options.validate();
    const Index n_columns = weight.cols();
    requireHessianShape(hessian, n_columns, "quantizeGptq");
    requireFinite(weight, "quantizeGptq", "weight");
    requireFinite(hessian, "quantizeGptq", "Hessian");
    for (const Index column : options.keep_columns) {
        if (column >= n_columns) refuse("kept column", "less than " + std::to_string(n_columns), std::to_string(column));
    }

    GptqProblem problem;
    Eigen::VectorXf diagonal = hessian.diagonal();
    std::vector<bool> is_dead(static_cast<std::size_t>(n_columns));
    for (Index column = 0; column < n_columns; ++column) {
        if (diagonal[column] != 0.0F) continue;
        diagonal[column] = 1.0F;
        is_dead[static_cast<std::size_t>(column)] = true;
        problem.dead_columns.push_back(column);
    }
    problem.order = processingOrder(diagonal, options);

    const std::vector<Index>& order = problem.order;
    problem.weight.resize(weight.rows(), n_columns);
    problem.hessian.resize(n_columns, n_columns);
    parallelFor(weight.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            for (Index p = 0; p < n_columns; ++p) {
                const Index column = order[static_cast<std::size_t>(p)];
                problem.weight(row, p) = is_dead[static_cast<std::size_t>(column)] ? 0.0F : weight(row, column);
            }
        }
    });
    parallelFor(n_columns, 16, [&](Index first, Index last) {
        for (Index p = first; p < last; ++p) {
            const Index column = order[static_cast<std::size_t>(p)];
            for (Index q = 0; q < n_columns; ++q) problem.hessian(p, q) = hessian(column, order[static_cast<std::size_t>(q)]);
            problem.hessian(p, p) = diagonal[column];
        }
    });
    return problem;
}

std::vector<double> dampingSchedule(const GptqOptions& options) {
    std::vector<double> schedule{options.damping};
    while (static_cast<int>(schedule.size()) < options.max_damping_tries && schedule.back() < 1.0) {
        schedule.push_back(schedule.back() > 0.0 ? std::min(schedule.back() * 10.0, 1.0) : 1e-5);
    }
    return schedule;
}

GptqFactor factorize(Matrix hessian, const GptqOptions& options) {
    GptqFactor factor;
    const Eigen::VectorXf diagonal = hessian.diagonal();
    const double mean = diagonal.size() > 0 ? diagonal.cast<double>().mean() : 0.0;
    for (const double fraction : dampingSchedule(options)) {
        factor.damping_tries.push_back(fraction);
        hessian.diagonal() = diagonal.array() + static_cast<float>(fraction * mean);
        factor.r = reversedCholesky(hessian);
        if (factor.r.size() > 0 || hessian.size() == 0) return factor;
    }
    refuseHessian(factor.damping_tries);
}

void refuseHessian(const std::vector<double>& tries) {
    std::string list;
    for (const double fraction : tries) list += (list.empty() ? "" : ", ") + std::to_string(fraction);
    throw Error(ErrorCode::NotPositiveDefinite,
                "quantizeGptq: Hessian: expected a positive definite matrix after damping, found none with damping " + list);
}

GptqGroups::GptqGroups(const GridSpec& grid, const GptqOptions& options, Index in_features, const std::vector<Index>& order)
    : count_(grid.groupCount(in_features)),
      size_(grid.per_tensor ? std::max<Index>(in_features, 1) : std::max<Index>(grid.groupSizeFor(in_features), 1)),
      on_the_way_(grid.group_size > 0 && !grid.per_tensor && !options.static_groups),
      of_position_(static_cast<std::size_t>(in_features)) {
    for (Index p = 0; p < in_features; ++p) {
        const auto position = static_cast<std::size_t>(p);
        of_position_[position] = (on_the_way_ ? p : order[position]) / size_;
    }
}

std::vector<std::int32_t> GptqGroups::byColumn(const std::vector<Index>& order) const {
    std::vector<std::int32_t> group_index(order.size());
    for (std::size_t p = 0; p < order.size(); ++p)
        group_index[static_cast<std::size_t>(order[p])] = static_cast<std::int32_t>(of_position_[p]);
    return group_index;
}

void takeGridsAhead(MatrixView weight, const GptqProblem& problem, const GptqOptions& options, QuantizedTensor& tensor) {
    const GridSpec& spec = tensor.spec;
    Matrix source = weight;
    const bool keeps_dead = spec.group_size < 0 && options.group_parameters == GptqOptions::GroupParameters::Published;
    if (!keeps_dead) {
        for (const Index column : problem.dead_columns) source.col(column).setZero();
    }
    if (spec.per_tensor) {
        const GridPoint grid = gridOf(source.data(), source.size(), spec);
        requireFiniteScale(grid, spec, "quantizeGptq", 0, 0);
        tensor.scale.setConstant(grid.scale);
        tensor.zero.setConstant(grid.zero);
        return;
    }
    const Index size = spec.groupSizeFor(weight.cols());
    parallelFor(weight.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            for (Index group = 0; group < tensor.scale.cols(); ++group) {
                const Index begin = group * size;
                const GridPoint grid = gridOf(source.row(row).data() + begin, std::min(size, weight.cols() - begin), spec);
                requireFiniteScale(grid, spec, "quantizeGptq", row, group);
                tensor.scale(row, group) = grid.scale;
                tensor.zero(row, group) = grid.zero;
            }
        }
    });
}

}  // namespace salient
