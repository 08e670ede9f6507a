#pragma once

#include <string>
#include <vector>

#include "core/exporter/loader_verdicts.h"

namespace salient {

/// What one format holds at one width: found by asking exportObstacles() about a model whose every layer has a size that all packings can
/// divide, so that the table cannot say anything else than the exporter does.
struct FormatRow {
    int bits = 4;
    bool is_symmetric = true;
    ActivationScale activations = ActivationScale::None;
    std::vector<Index> group_sizes;      ///< of −1 (the whole row), 16, 32, 64, 128 and 256
    bool holds_static_order = false;     ///< activation order with static groups
    bool holds_order = false;            ///< activation order whose groups follow it (g_idx)
    std::string stored_as;               ///< GGUF: the block type; empty otherwise
    std::vector<std::string> remarks;    ///< exportRemarks() for groups of 128, or one scale per row in W8A8
    std::vector<LoaderVerdict> loaders;  ///< loaderVerdicts() for the same
};

/// What loaders make of the format with the settings that it is made for: 4 bits in groups of 128, with zero points in AWQ.
[[nodiscard]] std::vector<LoaderVerdict> usualVerdicts(ExportFormat format);

/// Every width that the format holds, W8A8 last. GGUF: as codes, without loss; dequantized it takes every width, as its own row says.
[[nodiscard]] std::vector<FormatRow> formatRows(ExportFormat format);

}  // namespace salient
