#include "core/quant/gptq_blocks.h"

#include <algorithm>

namespace salient {
namespace {

// [first, last) in runs of `size`, as one panel.
void appendPanel(std::vector<ColumnBlock>& blocks, Index first, Index last, Index size) {
    for (Index at = first; at < last; at += size) blocks.push_back({at, std::min(last, at + size), first, last, at});
}

}  // namespace

std::vector<ColumnBlock> columnBlocks(const GptqGroups& groups, const GptqOptions& options, Index n_columns) {
    const Index block_size = options.block_size;
    const Index group_size = groups.size();
    const bool fresh = options.group_parameters == GptqOptions::GroupParameters::Fresh;
    std::vector<ColumnBlock> blocks;
    if (!groups.areTakenOnTheWay() || !fresh) {
        for (Index first = 0; first < n_columns; first += block_size)
            appendPanel(blocks, first, std::min(n_columns, first + block_size), block_size);
    } else if (group_size < block_size) {
        const Index panel_size = block_size / group_size * group_size;
        for (Index first = 0; first < n_columns; first += panel_size)
            appendPanel(blocks, first, std::min(n_columns, first + panel_size), group_size);
    } else {
        for (Index group = 0; group < n_columns; group += group_size) {
            const Index end = std::min(n_columns, group + group_size);
            for (Index first = group; first < end; first += block_size)
                appendPanel(blocks, first, std::min(end, first + block_size), block_size);
        }
    }
    if (!groups.areTakenOnTheWay()) return blocks;
    for (ColumnBlock& block : blocks) {
        const Index last_start = (block.last - 1) / group_size * group_size;
        if (last_start >= block.first) block.reach = std::min(n_columns, last_start + group_size);
    }
    return blocks;
}

}  // namespace salient
