#include "core/quant/gptq_problem.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/error.h"
#include "core/kernels/cholesky.h"
#include "core/kernels/layout.h"
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

void checkGptqWeight(MatrixView weight, const GridSpec& grid, const GptqOptions& options) {
    grid.validate();
    options.validate();
    requireFinite(weight, "quantizeGptq", "weight");
    for (const Index column : options.keep_columns) {
        if (column >= weight.cols()) refuse("kept column", "less than " + std::to_string(weight.cols()), std::to_string(column));
    }
}

void checkGptqHessian(MatrixView hessian, const GptqOptions& options) {
    options.validate();
    requireHessianShape(hessian, hessian.cols(), "quantizeGptq");
    requireFinite(hessian, "quantizeGptq", "Hessian");
}

GptqColumns gptqColumns(const Eigen::VectorXf& diagonal, const GptqOptions& options) {
    GptqColumns columns;
    Eigen::VectorXf activity = diagonal;
    for (Index column = 0; column < diagonal.size(); ++column) {
        if (diagonal[column] != 0.0F) continue;
        activity[column] = 1.0F;  // as in the published code, which sorts after it has mended the diagonal
        columns.dead.push_back(column);
    }
    columns.order = processingOrder(activity, options);
    return columns;
}

Matrix gptqWeight(MatrixView weight, const GptqColumns& columns) {
    std::vector<bool> is_dead(columns.order.size());
    for (const Index column : columns.dead) is_dead[static_cast<std::size_t>(column)] = true;
    Matrix ordered(weight.rows(), weight.cols());
    parallelFor(weight.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            for (Index p = 0; p < weight.cols(); ++p) {
                const Index column = columns.order[static_cast<std::size_t>(p)];
                ordered(row, p) = is_dead[static_cast<std::size_t>(column)] ? 0.0F : weight(row, column);
            }
        }
    });
    return ordered;
}

Matrix gptqHessian(MatrixView hessian, const GptqColumns& columns) {
    Matrix ordered(hessian.rows(), hessian.cols());
    parallelFor(hessian.rows(), 16, [&](Index first, Index last) {
        for (Index p = first; p < last; ++p) {
            const auto row = hessian.row(columns.order[static_cast<std::size_t>(p)]);
            for (Index q = 0; q < hessian.cols(); ++q) ordered(p, q) = row[columns.order[static_cast<std::size_t>(q)]];
            if (ordered(p, p) == 0.0F) ordered(p, p) = 1.0F;
        }
    });
    return ordered;
}

std::vector<double> dampingSchedule(const GptqOptions& options) {
    std::vector<double> schedule{options.damping};
    while (static_cast<int>(schedule.size()) < options.max_damping_tries && schedule.back() < 1.0) {
        schedule.push_back(schedule.back() > 0.0 ? std::min(schedule.back() * 10.0, 1.0) : 1e-5);
    }
    return schedule;
}

GptqFactor factorizeGptq(MatrixView hessian, const GptqOptions& options) {
    checkGptqHessian(hessian, options);
    GptqFactor factor;
    factor.columns = gptqColumns(hessian.diagonal(), options);
    Matrix damped = gptqHessian(hessian, factor.columns);
    const Eigen::VectorXf diagonal = damped.diagonal();
    const double mean = diagonal.size() > 0 ? diagonal.cast<double>().mean() : 0.0;
    for (const double fraction : dampingSchedule(options)) {
        factor.damping_tries.push_back(fraction);
        damped.diagonal() = diagonal.array() + static_cast<float>(fraction * mean);
        if (factorReversed(damped)) {
            mirrorUpper(damped);
            factor.r = std::move(damped);
            return factor;
        }
        mirrorLower(damped);
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

void takeGridsAhead(MatrixView weight, const GptqColumns& columns, const GptqOptions& options, QuantizedTensor& tensor) {
    const GridSpec& spec = tensor.spec;
    Matrix source = weight;
    const bool keeps_dead = spec.group_size < 0 && options.group_parameters == GptqOptions::GroupParameters::Published;
    if (!keeps_dead) {
        for (const Index column : columns.dead) source.col(column).setZero();
    }
    if (spec.per_tensor) {
        const GridPoint grid = gridOf(source.data(), source.size(), spec);
        requireFiniteScale(grid, spec, "quantizeGptq", 0, 0);
        tensor.scale.setConstant(grid.scale);
        tensor.zero.setConstant(grid.zero);
        tensor.counts.add(grid.notes);
        return;
    }
    const Index size = spec.groupSizeFor(weight.cols());
    constexpr Index kRows = 16;
    std::vector<GridCounts> counts(static_cast<std::size_t>((weight.rows() + kRows - 1) / kRows));
    parallelFor(weight.rows(), kRows, [&](Index first, Index last) {
        GridCounts counted;
        for (Index row = first; row < last; ++row) {
            for (Index group = 0; group < tensor.scale.cols(); ++group) {
                const Index begin = group * size;
                const GridPoint grid = gridOf(source.row(row).data() + begin, std::min(size, weight.cols() - begin), spec);
                requireFiniteScale(grid, spec, "quantizeGptq", row, group);
                tensor.scale(row, group) = grid.scale;
                tensor.zero(row, group) = grid.zero;
                counted.add(grid.notes);
            }
        }
        counts[static_cast<std::size_t>(first / kRows)] = counted;
    });
    tensor.counts += sumOf(counts);
}

}  // namespace salient
