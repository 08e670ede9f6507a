#pragma once

#include "core/model/forward.h"

namespace salient {

/// The logits of some rows, one tile of the vocabulary after the other, for sums over the vocabulary that never hold it whole:
/// a loss, or the divergence between two models whose tiles are read side by side. The head's weights are converted tile by tile
/// from the mapped file, tied or not.
class LogitTiles {
public:
    /// hidden [rows, hidden_size] after the last block. The model must outlive this.
    LogitTiles(const Model& model, MatrixView hidden, const ForwardOptions& options);

    [[nodiscard]] Index tileCount() const noexcept;
    /// Id of the first token of a tile.
    [[nodiscard]] Index firstToken(Index tile) const noexcept;
    /// [rows, tokens of the tile].
    [[nodiscard]] Matrix tile(Index index) const;

private:
    const Model& model_;
    const TensorView& head_;
    Matrix states_;            ///< [rows, embedding_size], what the head multiplies
    std::vector<float> bias_;  ///< [vocabulary], empty when the head has none
    Compute compute_;
};

}  // namespace salient
