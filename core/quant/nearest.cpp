#include <algorithm>

#include "core/kernels/parallel.h"
#include "core/quant/check.h"
#include "core/quant/grid.h"

namespace salient {
namespace {

QuantizedTensor emptyTensor(MatrixView weight, const GridSpec& spec) {
    const Index n_groups = spec.groupCount(weight.cols());
    QuantizedTensor tensor;
    tensor.spec = spec;
    tensor.codes.resize(weight.rows(), weight.cols());
    tensor.scale.resize(weight.rows(), n_groups);
    tensor.zero.resize(weight.rows(), n_groups);
    tensor.group_index.resize(static_cast<std::size_t>(weight.cols()));
    const Index size = spec.per_tensor ? weight.cols() : spec.groupSizeFor(weight.cols());
    for (Index col = 0; col < weight.cols(); ++col) {
        tensor.group_index[static_cast<std::size_t>(col)] = static_cast<std::int32_t>(col / size);
    }
    return tensor;
}

GridPoint tensorGrid(MatrixView weight, const GridSpec& spec) {
    if (weight.size() == 0) return gridFromRange(0.0F, 0.0F, spec);
    const Matrix all = weight;  // contiguous, as gridOf() takes it
    return gridOf(all.data(), all.size(), spec);
}

void quantizeRow(MatrixView weight, Index row, QuantizedTensor& tensor, const GridPoint* shared_grid) {
    const GridSpec& spec = tensor.spec;
    const Index n_cols = weight.cols();
    const Index size = spec.per_tensor ? n_cols : spec.groupSizeFor(n_cols);
    const int max_code = (1 << spec.bits) - 1;
    const float* w = weight.row(row).data();
    for (Index group = 0; group < tensor.scale.cols(); ++group) {
        const Index first = group * size;
        const Index last = std::min(n_cols, first + size);
        const GridPoint grid = shared_grid != nullptr ? *shared_grid : gridOf(w + first, last - first, spec);
        requireFiniteScale(grid, spec, "quantizeNearest", row, group);
        tensor.scale(row, group) = grid.scale;
        tensor.zero(row, group) = grid.zero;
        for (Index col = first; col < last; ++col) tensor.codes(row, col) = roundToGrid(w[col], grid, max_code);
    }
}

}  // namespace

QuantizedTensor quantizeNearestPlain(MatrixView weight, const GridSpec& spec) {
    spec.validate();
    requireFinite(weight, "quantizeNearest", "weight");
    QuantizedTensor tensor = emptyTensor(weight, spec);
    const GridPoint shared = spec.per_tensor ? tensorGrid(weight, spec) : GridPoint{};
    for (Index row = 0; row < weight.rows(); ++row) quantizeRow(weight, row, tensor, spec.per_tensor ? &shared : nullptr);
    return tensor;
}

QuantizedTensor quantizeNearest(MatrixView weight, const GridSpec& spec) {
    spec.validate();
    requireFinite(weight, "quantizeNearest", "weight");
    QuantizedTensor tensor = emptyTensor(weight, spec);
    const GridPoint shared = spec.per_tensor ? tensorGrid(weight, spec) : GridPoint{};
    parallelFor(weight.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) quantizeRow(weight, row, tensor, spec.per_tensor ? &shared : nullptr);
    });
    return tensor;
}

}  // namespace salient
