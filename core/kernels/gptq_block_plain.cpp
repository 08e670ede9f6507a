#include <algorithm>
#include <cmath>

#include "core/kernels/gptq_block.h"
#include "core/kernels/triangular.h"

namespace salient {

void gptqRoundBlockPlain(const GptqBlock& block, MatrixSpan difference, CodeSpan codes, std::span<double> column_loss) {
    const Index n = block.weight.rows();
    const auto least = static_cast<float>(block.code_range.least);
    const auto greatest = static_cast<float>(block.code_range.greatest);
    for (Index row = 0; row < block.weight.cols(); ++row) {
        for (Index j = 0; j < n; ++j) {
            const auto column = static_cast<std::size_t>(j);
            float sum = block.correction(j, row);
            for (Index i = 0; i < j; ++i) sum += difference(i, row) * block.factor(i, j);
            const float c = block.weight(j, row) + sum / block.factor(j, j);
            const Index grid = block.grid_of_column[column];
            const float scale = block.scale(grid, row);
            const float zero = block.zero(grid, row);
            const float code = std::clamp(std::nearbyint(c / scale) + zero, least, greatest);
            const bool is_kept = !block.keep.empty() && block.keep[column] != 0;
            const float rounded = is_kept ? c : scale * (code - zero);
            codes(j, row) = static_cast<std::uint8_t>(code);
            difference(j, row) = block.weight(j, row) - rounded;
            const double error = static_cast<double>(block.factor(j, j) * (c - rounded));
            column_loss[column] += 0.5 * error * error;
        }
    }
}

void gptqUpdatedColumnsPlain(MatrixView factor, MatrixView weight, MatrixView correction, MatrixSpan updated) {
    updated = correction;
    solveUpperTilePlain(factor, updated);
    updated += weight;
}

void rangeOverColumnsPlain(MatrixView tile, std::span<float> lowest, std::span<float> highest) {
    for (Index j = 0; j < tile.rows(); ++j) {
        for (Index row = 0; row < tile.cols(); ++row) {
            float& low = lowest[static_cast<std::size_t>(row)];
            float& high = highest[static_cast<std::size_t>(row)];
            low = j == 0 ? tile(j, row) : std::min(low, tile(j, row));
            high = j == 0 ? tile(j, row) : std::max(high, tile(j, row));
        }
    }
}

}  // namespace salient
