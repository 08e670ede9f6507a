#include "core/quant/gptq_blocks.h"

#include <algorithm>

namespace salient {
namespace {

// Enough that what is collected for a panel is a large product, few enough that little is handed on inside one.
constexpr std::size_t kBlocksPerPanel = 4;

void appendBlocks(std::vector<ColumnBlock>& blocks, Index first, Index last, Index size) {
    for (Index at = first; at < last; at += size) blocks.push_back({at, std::min(last, at + size), at});
}

std::vector<ColumnBlock> columnBlocks(const GptqGroups& groups, const GptqOptions& options, Index n_columns) {
    std::vector<ColumnBlock> blocks;
    if (!groups.areTakenOnTheWay()) {
        appendBlocks(blocks, 0, n_columns, options.block_size);
        return blocks;
    }
    const Index group_size = groups.size();
    if (options.group_parameters == GptqOptions::GroupParameters::Fresh) {
        for (Index group = 0; group < n_columns; group += group_size)
            appendBlocks(blocks, group, std::min(n_columns, group + group_size), std::min(group_size, options.block_size));
    } else {
        appendBlocks(blocks, 0, n_columns, options.block_size);
    }
    for (ColumnBlock& block : blocks) {
        const Index last_start = (block.last - 1) / group_size * group_size;
        if (last_start >= block.first) block.reach = std::min(n_columns, last_start + group_size);
    }
    return blocks;
}

}  // namespace

std::vector<ColumnPanel> columnPanels(const GptqGroups& groups, const GptqOptions& options, Index n_columns) {
    std::vector<ColumnPanel> panels;
    for (const ColumnBlock& block : columnBlocks(groups, options, n_columns)) {
        if (panels.empty() || panels.back().blocks.size() == kBlocksPerPanel) panels.push_back({{}, block.first, 0, 0});
        ColumnPanel& panel = panels.back();
        panel.blocks.push_back(block);
        panel.last = block.last;
        panel.end = std::max({panel.end, block.last, block.reach});
    }
    return panels;
}

}  // namespace salient
