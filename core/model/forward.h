#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/job.h"
#include "core/kernels/gemm.h"
#include "core/model/model.h"

namespace salient {

/// Token windows of equal length, one after another: window w is ids[w·seq_len, (w+1)·seq_len).
struct TokenWindows {
    std::vector<TokenId> ids;
    Index seq_len = 0;
    [[nodiscard]] Index count() const noexcept { return seq_len > 0 ? static_cast<Index>(ids.size()) / seq_len : 0; }
    [[nodiscard]] std::span<const TokenId> window(Index w) const {
        return std::span(ids).subspan(static_cast<std::size_t>(w * seq_len), static_cast<std::size_t>(seq_len));
    }
};

/// The residual stream of a batch of windows: values [windows · seq_len, hidden]. Every window starts at position 0.
struct HiddenStates {
    Matrix values;
    Index seq_len = 0;
};

struct ForwardOptions {
    Compute compute = Compute::Float32;
    Index chunk_tokens = 4096;  ///< about how many tokens go through a block at once (whole windows); bounds memory
};

/// The input that all layers of one group share, as the forward pass reaches it.
struct InputObservation {
    int block = 0;
    int group = 0;          ///< index into Model::groups
    MatrixView x;           ///< [tokens, in_features]
    Index first_token = 0;  ///< position of row 0 in the batch (window · seq_len + position)
    /// Where an expert sees some of the tokens: [tokens], ascending, to be added to first_token; empty: the rows follow one another.
    std::span<const Index> rows = {};

    /// Position in the batch of a row.
    [[nodiscard]] Index tokenOf(Index row) const { return first_token + (rows.empty() ? row : rows[static_cast<std::size_t>(row)]); }
};
/// Called on the coordinating thread, in a fixed order; the view is valid during the call.
using InputObserver = std::function<void(const InputObservation&)>;

/// Token (and position) embeddings. Throws Error{InvalidOption} for an id outside the vocabulary or a window longer
/// than the model's positions allow (learned positions).
[[nodiscard]] HiddenStates embed(const Model& model, const TokenWindows& windows);

/// Carries hidden states through one block, in place. Attention is causal and tiled: no [heads, T, T] array.
/// Tokens that go to the same expert are multiplied together, expert after expert; a token's outputs are added in the experts' order.
/// The observer, if any, sees each group's input once per chunk; an expert's unless no token of the chunk goes there. With stop_after_group
/// ≥ 0 the pass ends once that group was observed and the hidden states are left as they were. Checkpoints per chunk.
void forwardBlock(const Model& model, const BlockWeights& weights, int block, HiddenStates& hidden, const ForwardOptions& options,
                  const InputObserver& observer, JobContext& job, int stop_after_group = -1);

/// Logits [rows, vocabulary] of rows of the final hidden states: final norm, then the head.
[[nodiscard]] Matrix logits(const Model& model, MatrixView hidden, const ForwardOptions& options);

/// Negative log-likelihood (nats) of targets[i] after row i of the final hidden states; a negative target is skipped and gives 0.
/// Works in tiles, never holding all logits at once.
[[nodiscard]] std::vector<double> negativeLogLikelihood(const Model& model, MatrixView hidden, std::span<const TokenId> targets,
                                                        const ForwardOptions& options, JobContext& job);

/// The most likely continuation of a prompt, token by token (ties: the lowest id). Recomputes the prefix each time: for checks.
[[nodiscard]] std::vector<TokenId> generateGreedy(const Model& model, const BlockLoader& blocks, std::vector<TokenId> prompt, int n_tokens,
                                                  const ForwardOptions& options, JobContext& job);

}  // namespace salient
