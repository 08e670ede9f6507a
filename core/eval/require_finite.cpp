#include "core/eval/require_finite.h"

#include <optional>

#include "core/error.h"
#include "core/model/logit_tiles.h"
#include "core/quant/check.h"

namespace salient {

namespace {

constexpr const char* kWhy = ": the model's activations overflow or its weights are damaged";

std::string placeOf(Index row, Index seq_len) {
    return "sample " + std::to_string(row / seq_len) + ", token " + std::to_string(row % seq_len);
}

}  // namespace

void requireFiniteStates(const HiddenStates& hidden, const std::string& subject) {
    const std::optional<MatrixPlace> bad = nonFinitePlace(hidden.values);
    if (!bad) return;
    throw Error(ErrorCode::NonFinite, subject + ": expected finite hidden states, found " +
                                          std::to_string(hidden.values(bad->row, bad->column)) + " in channel " +
                                          std::to_string(bad->column) + ", " + placeOf(bad->row, hidden.seq_len) + kWhy);
}

void refuseLogits(const Model& model, MatrixView hidden, Index row, Index seq_len, const ForwardOptions& options,
                  const std::string& subject) {
    const LogitTiles tiles(model, hidden.middleRows(row, 1), options);
    for (Index i = 0; i < tiles.tileCount(); ++i) {
        const Matrix logits = tiles.tile(i);
        const std::optional<MatrixPlace> bad = nonFinitePlace(logits);
        if (!bad) continue;
        throw Error(ErrorCode::NonFinite,
                    subject + ": head: expected finite logits, found " + std::to_string(logits(bad->row, bad->column)) + " for entry " +
                        std::to_string(tiles.firstToken(i) + bad->column) + " of the vocabulary in " + placeOf(row, seq_len) + kWhy);
    }
    throw Error(ErrorCode::NonFinite, subject + ": head: expected a finite loss, found none in " + placeOf(row, seq_len) + kWhy);
}

}  // namespace salient
