#include "core/model/forward.h"

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "core/kernels/elementwise.h"
#include "core/model/block_parts.h"
#include "core/model/experts.h"
#include "core/model/logit_tiles.h"

namespace salient {

namespace {

/// The first inputs of a block in inputGroups(); groupPlaces() tells the others.
enum GroupIndex { kAttentionInput, kAttentionOutput };

/// One chunk of windows on its way through one block.
struct ChunkPass {
    const ModelConfig& config;
    const BlockWeights& weights;
    int block;
    Index seq_len;
    Index first_token;
    Compute compute;
    const InputObserver& observer;
    int stop_after_group;
    GroupPlaces places = groupPlaces(config);

    /// Shows a group's input; true when the pass ends here.
    [[nodiscard]] bool observe(int group, MatrixView x, std::span<const Index> rows = {}) const {
        if (observer) observer({block, group, x, first_token, rows});
        return group == stop_after_group;
    }

    /// h [tokens, hidden], in place; garbage when the pass was stopped.
    void run(MatrixSpan h) const {
        if (config.parallel_residual) {
            runParallel(h);
        } else {
            runInTurn(h);
        }
    }

private:
    /// What attention adds to the residual stream, given its normed input; nothing when the pass ends inside.
    [[nodiscard]] std::optional<Matrix> attention(MatrixView normed) const {
        if (observe(kAttentionInput, normed)) return std::nullopt;
        const Matrix mixed = attend(normed, weights, config, block, seq_len, compute);
        if (observe(kAttentionOutput, mixed)) return std::nullopt;
        return output(applyLinear(mixed, weights.linears.at(Role::AttentionOutput), compute), weights.attention_post_norm);
    }

    /// What the MLP adds.
    [[nodiscard]] std::optional<Matrix> mlp(MatrixView normed) const {
        if (!config.shares_norm && observe(places.mlp_input, normed)) return std::nullopt;
        std::optional<Matrix> sum = config.hasExperts(block) ? mixture(normed) : oneMlp(normed, kNoExpert, places.mlp_hidden);
        if (!sum) return std::nullopt;
        return output(std::move(*sum), weights.mlp_post_norm);
    }

    /// The block's own MLP or the one that a mixture shows every token.
    [[nodiscard]] std::optional<Matrix> oneMlp(MatrixView normed, int expert, int hidden_group) const {
        const Matrix activated = mlpHidden(normed, weights, config, expert, compute);
        if (observe(hidden_group, activated)) return std::nullopt;
        return applyLinear(activated, weights.linears.at({Role::Down, expert}), compute);
    }

    [[nodiscard]] std::optional<Matrix> mixture(MatrixView normed) const {
        const std::vector<ExpertTokens> chosen = routeTokens(normed, weights.linears.at(Role::Router), config.experts);
        Matrix sum = Matrix::Zero(normed.rows(), normed.cols());
        for (int expert = 0; expert < static_cast<int>(chosen.size()); ++expert) {
            if (!addExpert(normed, expert, chosen[static_cast<std::size_t>(expert)], sum)) return std::nullopt;
        }
        if (config.experts.shared_size == 0) return sum;
        const std::optional<Matrix> shared = oneMlp(normed, kSharedExpert, places.shared_hidden);
        if (!shared) return std::nullopt;
        addWeighted(sum, *shared, sharedWeights(normed, weights.linears.at(Role::SharedRouter)));
        return sum;
    }

    /// False when the pass ends here.
    [[nodiscard]] bool addExpert(MatrixView normed, int expert, const ExpertTokens& chosen, MatrixSpan sum) const {
        const int input_group = places.expert_inputs + expert;
        const int hidden_group = places.expert_hidden + expert;
        if (chosen.rows.empty()) return stop_after_group != input_group && stop_after_group != hidden_group;
        const Matrix x = gatherRows(normed, chosen.rows);
        if (observe(input_group, x, chosen.rows)) return false;
        const Matrix activated = mlpHidden(x, weights, config, expert, compute);
        if (observe(hidden_group, activated, chosen.rows)) return false;
        addWeighted(sum, applyLinear(activated, weights.linears.at({Role::Down, expert}), compute), chosen.weights, chosen.rows);
        return true;
    }

    [[nodiscard]] Matrix output(Matrix x, const NormWeights& post_norm) const {
        if (post_norm.exists()) x = normalize(x, post_norm, config);
        return x;
    }

    /// False when there is nothing to add: the pass ended.
    [[nodiscard]] static bool addTo(MatrixSpan h, const std::optional<Matrix>& part) {
        if (part) add(h, *part);
        return part.has_value();
    }

    void runInTurn(MatrixSpan h) const {
        const bool before = config.norm_before;
        if (!addTo(h, attention(before ? normalize(h, weights.attention_norm, config) : Matrix(h)))) return;
        if (!before) h = normalize(h, weights.attention_norm, config);

        if (!addTo(h, mlp(before ? normalize(h, weights.mlp_norm, config) : Matrix(h)))) return;
        if (!before) h = normalize(h, weights.mlp_norm, config);
    }

    void runParallel(MatrixSpan h) const {
        const Matrix normed = normalize(h, weights.attention_norm, config);
        const std::optional<Matrix> mixed = attention(normed);
        if (!mixed) return;
        if (!addTo(h, mlp(config.shares_norm ? normed : normalize(h, weights.mlp_norm, config)))) return;
        add(h, *mixed);
    }
};

Index tokensPerChunk(const HiddenStates& hidden, const ForwardOptions& options) {
    return std::max<Index>(1, options.chunk_tokens / hidden.seq_len) * hidden.seq_len;
}

}  // namespace

void forwardBlock(const Model& model, const BlockWeights& weights, int block, HiddenStates& hidden, const ForwardOptions& options,
                  const InputObserver& observer, JobContext& job, int stop_after_group) {
    const Index n_tokens = hidden.values.rows();
    const Index chunk = tokensPerChunk(hidden, options);
    const std::string detail =
        model.moduleName(model.config.family->block_prefix.substr(0, model.config.family->block_prefix.size() - 1), block);
    for (Index first = 0; first < n_tokens; first += chunk) {
        job.checkpoint({"running the model", first, n_tokens, detail});
        const ChunkPass pass{model.config, weights, block, hidden.seq_len, first, options.compute, observer, stop_after_group};
        auto rows = hidden.values.middleRows(first, std::min(chunk, n_tokens - first));
        if (stop_after_group < 0) {
            pass.run(rows);
        } else {
            Matrix copy = rows;
            pass.run(copy);
        }
    }
    job.checkpoint({"running the model", n_tokens, n_tokens, detail});
}

std::vector<TokenId> generateGreedy(const Model& model, const BlockLoader& blocks, std::vector<TokenId> prompt, int n_tokens,
                                    const ForwardOptions& options, JobContext& job) {
    if (prompt.empty()) throw Error(ErrorCode::InvalidOption, "generate: prompt: expected at least one token, found none");
    for (int done = 0; done < n_tokens; ++done) {
        job.checkpoint({"generating", done, n_tokens});
        HiddenStates hidden = embed(model, {prompt, static_cast<Index>(prompt.size())});
        JobContext quiet;
        for (int block = 0; block < model.config.n_blocks; ++block) forwardBlock(model, blocks(block), block, hidden, options, {}, quiet);
        const Matrix last = logits(model, hidden.values.bottomRows(1), options);
        Index best = 0;
        last.row(0).maxCoeff(&best);
        prompt.push_back(static_cast<TokenId>(best));
    }
    return prompt;
}

}  // namespace salient
