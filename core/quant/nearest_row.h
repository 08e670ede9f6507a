#pragma once

#include <span>
#include <vector>

#include "core/quant/grid.h"

namespace salient {

/// Scale and zero point of each group of one row.
struct RowGrids {
    std::vector<float> scale;
    std::vector<float> zero;
    GridCounts counts = {};
};

/// Columns of a row that share a grid.
[[nodiscard]] Index groupWidth(const GridSpec& spec, Index n_columns) noexcept;

/// The grids of one row, each group from its own weights. Not for one scale per tensor. A scale that its stored type cannot hold comes
/// out infinite.
[[nodiscard]] RowGrids gridsOfRow(std::span<const float> row, const GridSpec& spec);

/// The same of the scaled row w_j · column_scale_j; column_scale: as long as the row.
[[nodiscard]] RowGrids gridsOfScaledRow(std::span<const float> row, std::span<const float> column_scale, const GridSpec& spec);

}  // namespace salient
