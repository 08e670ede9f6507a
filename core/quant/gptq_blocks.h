#pragma once

#include <vector>

#include "core/quant/gptq_problem.h"

namespace salient {

/// Columns [first, last) that are rounded one after another; then their errors go on, as one product, to the columns to come of the same
/// panel.
struct ColumnBlock {
    Index first = 0;
    Index last = 0;
    Index reach = 0;  ///< end of the last group that starts in the block; `first` when none does or grids are taken ahead
};

/// A few blocks one after another. What all columns before a panel add to it is collected when the panel starts (the paper's lazy batch,
/// seen from the columns that receive it: long sums instead of many passes over what is still to come).
struct ColumnPanel {
    std::vector<ColumnBlock> blocks;
    Index first = 0;
    Index last = 0;
    Index end = 0;  ///< past the last column, or past the last that a block takes a grid from, if that is further
};

/// Where the solver stops to take grids. Published: blocks of the option's size, and grids are taken when a block starts. Fresh: a new
/// block at every group, so that a group is fully updated when its grid is taken; the result does not depend on the block size then.
[[nodiscard]] std::vector<ColumnPanel> columnPanels(const GptqGroups& groups, const GptqOptions& options, Index n_columns);

}  // namespace salient
