#include <algorithm>
#include <functional>
#include <utility>

#include "core/kernels/convert.h"
#include "core/kernels/parallel.h"
#include "core/kernels/round.h"
#include "core/quant/check.h"
#include "core/quant/grid.h"
#include "core/quant/nearest_row.h"

namespace salient {
namespace {

QuantizedTensor emptyTensor(MatrixView weight, const GridSpec& spec) {
    const Index n_groups = spec.groupCount(weight.cols());
    QuantizedTensor tensor{
        spec, CodeMatrix(weight.rows(), weight.cols()), Matrix(weight.rows(), n_groups), Matrix(weight.rows(), n_groups), {}, {}};
    for (Index col = 0; col < weight.cols(); ++col)
        tensor.group_index.push_back(static_cast<std::int32_t>(col / groupWidth(spec, weight.cols())));
    return tensor;
}

GridPoint tensorGrid(MatrixView weight, const GridSpec& spec) {
    const Matrix all = weight;  // contiguous, as gridOf() takes it
    return gridOf(all.data(), all.size(), spec);
}

void setGrid(QuantizedTensor& tensor, Index row, Index group, const GridPoint& grid) {
    requireFiniteScale(grid, tensor.spec, "quantizeNearest", row, group);
    tensor.scale(row, group) = grid.scale;
    tensor.zero(row, group) = grid.zero;
}

RowGrids noGrids(Index n_columns, const GridSpec& spec) {
    const auto n_groups = static_cast<std::size_t>(spec.groupCount(n_columns));
    return {std::vector<float>(n_groups), std::vector<float>(n_groups), {}};
}

// Lowest and highest values, held in the places of scale and zero, become the grids.
RowGrids gridsFromRanges(RowGrids ranges, const GridSpec& spec) {
    for (std::size_t group = 0; group < ranges.scale.size(); ++group) {
        const GridPoint grid = gridFromRange(ranges.scale[group], ranges.zero[group], spec);
        ranges.scale[group] = grid.scale;
        ranges.zero[group] = grid.zero;
        if (grid.notes != 0U) ranges.counts.add(grid.notes);
    }
    return ranges;
}

}  // namespace

Index groupWidth(const GridSpec& spec, Index n_columns) noexcept {
    return std::max<Index>(spec.per_tensor ? n_columns : spec.groupSizeFor(n_columns), 1);
}

RowGrids gridsOfRow(std::span<const float> row, const GridSpec& spec) {
    const auto n_columns = static_cast<Index>(row.size());
    RowGrids grids = noGrids(n_columns, spec);
    if (!spec.mse_search) {
        rangePerGroup(row, groupWidth(spec, n_columns), grids.scale, grids.zero);
        return gridsFromRanges(std::move(grids), spec);
    }
    const Index width = groupWidth(spec, n_columns);
    for (std::size_t group = 0; group < grids.scale.size(); ++group) {
        const Index first = static_cast<Index>(group) * width;
        const GridPoint grid = gridOf(row.data() + first, std::min(width, n_columns - first), spec);
        grids.scale[group] = grid.scale;
        grids.zero[group] = grid.zero;
        grids.counts.add(grid.notes);
    }
    return grids;
}

RowGrids gridsOfScaledRow(std::span<const float> row, std::span<const float> column_scale, const GridSpec& spec) {
    if (spec.mse_search) {
        std::vector<float> scaled(row.size());
        std::ranges::transform(row, column_scale, scaled.begin(), std::multiplies<>());
        return gridsOfRow(scaled, spec);
    }
    const auto n_columns = static_cast<Index>(row.size());
    RowGrids grids = noGrids(n_columns, spec);
    scaledRangePerGroup(row, column_scale, groupWidth(spec, n_columns), grids.scale, grids.zero);
    return gridsFromRanges(std::move(grids), spec);
}

QuantizedTensor quantizeNearestPlain(MatrixView weight, const GridSpec& spec) {
    spec.validate();
    requireFinite(weight, "quantizeNearest", "weight");
    QuantizedTensor tensor = emptyTensor(weight, spec);
    const Index width = groupWidth(spec, weight.cols());
    for (Index row = 0; row < weight.rows(); ++row) {
        for (Index group = 0; group < tensor.scale.cols(); ++group) {
            const Index first = group * width;
            const Index last = std::min(weight.cols(), first + width);
            const GridPoint grid = spec.per_tensor ? tensorGrid(weight, spec) : gridOf(weight.row(row).data() + first, last - first, spec);
            setGrid(tensor, row, group, grid);
            if (!spec.per_tensor || row == 0) tensor.counts.add(grid.notes);
            for (Index col = first; col < last; ++col) tensor.codes(row, col) = roundToGrid(weight(row, col), grid, spec.codeRange());
        }
    }
    return tensor;
}

QuantizedTensor quantizeNearest(MatrixView weight, const GridSpec& spec) {
    spec.validate();
    QuantizedTensor tensor = emptyTensor(weight, spec);
    if (weight.size() == 0) return tensor;
    const auto n_columns = static_cast<std::size_t>(weight.cols());
    const auto n_groups = static_cast<std::size_t>(tensor.scale.cols());
    if (spec.per_tensor) requireFinite(weight, "quantizeNearest", "weight");
    const GridPoint shared = spec.per_tensor ? tensorGrid(weight, spec) : GridPoint{};
    if (spec.per_tensor) tensor.counts.add(shared.notes);
    constexpr Index kRows = 16;
    std::vector<GridCounts> counts(static_cast<std::size_t>((weight.rows() + kRows - 1) / kRows));
    parallelFor(weight.rows(), kRows, [&](Index first, Index last) {
        GridCounts counted;
        for (Index row = first; row < last; ++row) {
            const std::span<const float> row_weights(weight.row(row).data(), n_columns);
            // Row by row, while the row is in the cache; the whole weight is searched only for the message.
            if (firstNonFinite(row_weights) >= 0) requireFinite(weight, "quantizeNearest", "weight");
            const RowGrids grids = spec.per_tensor ? RowGrids{{shared.scale}, {shared.zero}, {}} : gridsOfRow(row_weights, spec);
            for (std::size_t group = 0; group < n_groups; ++group)
                setGrid(tensor, row, static_cast<Index>(group), {grids.scale[group], grids.zero[group]});
            roundRow(row_weights, groupWidth(spec, weight.cols()), grids.scale, grids.zero, spec.codeRange(),
                     {tensor.codes.row(row).data(), n_columns});
            counted += grids.counts;
        }
        counts[static_cast<std::size_t>(first / kRows)] = counted;
    });
    tensor.counts += sumOf(counts);
    return tensor;
}

}  // namespace salient
