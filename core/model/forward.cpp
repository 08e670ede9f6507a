#include "core/model/forward.h"

#include <algorithm>

#include "core/error.h"
#include "core/kernels/elementwise.h"
#include "core/model/block_parts.h"
#include "core/model/logit_tiles.h"

namespace salient {

namespace {

/// The four inputs of a block, in the order of inputGroups().
enum GroupIndex { kAttentionInput, kAttentionOutput, kMlpInput, kMlpHidden };

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

    /// Shows a group's input; true when the pass ends here.
    [[nodiscard]] bool observe(int group, MatrixView x) const {
        if (observer) observer({block, group, x, first_token});
        return group == stop_after_group;
    }

    /// h [tokens, hidden], in place; garbage when the pass was stopped.
    void run(MatrixSpan h) const {
        const bool before = config.norm_before;
        {
            const Matrix normed = before ? normalize(h, weights.attention_norm, config) : Matrix(h);
            if (observe(kAttentionInput, normed)) return;
            const Matrix mixed = attend(normed, weights, config, block, seq_len, compute);
            if (observe(kAttentionOutput, mixed)) return;
            add(h, applyLinear(mixed, weights.linears.at(Role::AttentionOutput), compute));
        }
        if (!before) h = normalize(h, weights.attention_norm, config);

        const Matrix normed = before ? normalize(h, weights.mlp_norm, config) : Matrix(h);
        if (observe(kMlpInput, normed)) return;
        const Matrix activated = mlpHidden(normed, weights, config, compute);
        if (observe(kMlpHidden, activated)) return;
        add(h, applyLinear(activated, weights.linears.at(Role::Down), compute));
        if (!before) h = normalize(h, weights.mlp_norm, config);
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
