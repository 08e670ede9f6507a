#include <algorithm>

#include "core/kernels/parallel.h"
#include "core/kernels/round.h"
#include "core/quant/check.h"
#include "core/quant/grid.h"

namespace salient {
namespace {

// Columns that share a grid: all of them for one scale per tensor.
Index groupWidth(const GridSpec& spec, Index n_columns) {
    return std::max<Index>(spec.per_tensor ? n_columns : spec.groupSizeFor(n_columns), 1);
}

QuantizedTensor emptyTensor(MatrixView weight, const GridSpec& spec) {
    const Index n_groups = spec.groupCount(weight.cols());
    QuantizedTensor tensor{
        spec, CodeMatrix(weight.rows(), weight.cols()), Matrix(weight.rows(), n_groups), Matrix(weight.rows(), n_groups), {}};
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

// Grids of one row from vectorized ranges; the MSE search looks at every weight instead.
void takeRowGrids(std::span<const float> row_weights, Index row, QuantizedTensor& tensor) {
    const GridSpec& spec = tensor.spec;
    const Index n_columns = static_cast<Index>(row_weights.size());
    const Index width = groupWidth(spec, n_columns);
    const auto n_groups = static_cast<std::size_t>(tensor.scale.cols());
    if (spec.mse_search) {
        for (Index group = 0; group < tensor.scale.cols(); ++group) {
            const Index first = group * width;
            setGrid(tensor, row, group, gridOf(row_weights.data() + first, std::min(width, n_columns - first), spec));
        }
        return;
    }
    std::vector<float> lowest(n_groups);
    std::vector<float> highest(n_groups);
    rangePerGroup(row_weights, width, lowest, highest);
    for (std::size_t group = 0; group < n_groups; ++group)
        setGrid(tensor, row, static_cast<Index>(group), gridFromRange(lowest[group], highest[group], spec));
}

}  // namespace

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
            for (Index col = first; col < last; ++col) tensor.codes(row, col) = roundToGrid(weight(row, col), grid, (1 << spec.bits) - 1);
        }
    }
    return tensor;
}

QuantizedTensor quantizeNearest(MatrixView weight, const GridSpec& spec) {
    spec.validate();
    requireFinite(weight, "quantizeNearest", "weight");
    QuantizedTensor tensor = emptyTensor(weight, spec);
    if (weight.size() == 0) return tensor;
    const auto n_columns = static_cast<std::size_t>(weight.cols());
    const auto n_groups = static_cast<std::size_t>(tensor.scale.cols());
    const GridPoint shared = spec.per_tensor ? tensorGrid(weight, spec) : GridPoint{};
    parallelFor(weight.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const std::span<const float> row_weights(weight.row(row).data(), n_columns);
            if (spec.per_tensor) {
                setGrid(tensor, row, 0, shared);
            } else {
                takeRowGrids(row_weights, row, tensor);
            }
            roundRow(row_weights, groupWidth(spec, weight.cols()), {tensor.scale.row(row).data(), n_groups},
                     {tensor.zero.row(row).data(), n_groups}, (1 << spec.bits) - 1, {tensor.codes.row(row).data(), n_columns});
        }
    });
    return tensor;
}

}  // namespace salient
