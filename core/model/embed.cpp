#include <algorithm>

#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "core/model/block_parts.h"

namespace salient {

namespace {

/// Rows of the embedding; only the pages of tokens that occur are read.
Matrix lookUp(const Model& model, const std::vector<TokenId>& ids) {
    const TensorView& table = model.checkpoint->tensor(model.moduleName(model.config.family->embedding) + ".weight");
    Matrix values(static_cast<Index>(ids.size()), model.config.embedding_size);
    constexpr Index kTokens = 256;
    parallelFor(values.rows(), kTokens, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const TokenId id = ids[static_cast<std::size_t>(row)];
            values.row(row) = toMatrixRows(table, id, 1);
            if (values.row(row).allFinite()) continue;
            const Index column = firstNonFinite({values.row(row).data(), static_cast<std::size_t>(values.cols())});
            throw Error(ErrorCode::NonFinite, "embed: tensor '" + table.name + "': expected finite numbers, found " +
                                                  std::to_string(values(row, column)) + " at row " + std::to_string(id) + ", column " +
                                                  std::to_string(column));
        }
    });
    return values;
}

void checkWindows(const ModelConfig& config, const TokenWindows& windows) {
    if (windows.seq_len <= 0 || windows.ids.empty() || static_cast<Index>(windows.ids.size()) % windows.seq_len != 0) {
        throw Error(ErrorCode::InvalidOption, "embed: tokens: expected whole windows of " + std::to_string(windows.seq_len) + ", found " +
                                                  std::to_string(windows.ids.size()) + " tokens");
    }
    for (const TokenId id : windows.ids) {
        if (id >= 0 && id < config.vocabulary_size) continue;
        throw Error(ErrorCode::InvalidOption, "embed: token id: expected 0 to " + std::to_string(config.vocabulary_size - 1) +
                                                  " (the model's vocabulary), found " + std::to_string(id));
    }
    if (config.family->position == PositionKind::Learned && windows.seq_len > config.max_positions) {
        throw Error(ErrorCode::InvalidOption, "embed: window: expected at most " + std::to_string(config.max_positions) +
                                                  " tokens (the model's learned positions), found " + std::to_string(windows.seq_len));
    }
}

}  // namespace

HiddenStates embed(const Model& model, const TokenWindows& windows) {
    const ModelConfig& config = model.config;
    const Family& family = *config.family;
    checkWindows(config, windows);
    HiddenStates hidden{lookUp(model, windows.ids), windows.seq_len};
    if (config.embedding_scale != 1.0) hidden.values *= static_cast<float>(config.embedding_scale);
    if (!family.embedding_norm.empty())
        hidden.values = normalize(hidden.values, loadNorm(model, model.moduleName(family.embedding_norm)), config);
    if (config.embedding_size != config.hidden_size) {
        const std::vector<float> weight = model.floats(model.moduleName(family.project_in) + ".weight");
        hidden.values = linear(hidden.values, Eigen::Map<const Matrix>(weight.data(), config.hidden_size, config.embedding_size));
    }
    if (family.position == PositionKind::Learned) {
        const std::string name = model.moduleName(family.position_embedding) + ".weight";
        const Matrix positions = toMatrixRows(model.checkpoint->tensor(name), family.position_offset, windows.seq_len);
        for (Index window = 0; window < windows.count(); ++window) {
            add(hidden.values.middleRows(window * windows.seq_len, windows.seq_len), positions);
        }
    }
    return hidden;
}

}  // namespace salient
