#pragma once

#include <vector>

#include "core/calib/samples.h"
#include "core/model/model.h"
#include "core/recipe/recipe.h"

namespace salient {

// Multiply-adds of a job's parts as their definitions have them, before any of it is done. In double: sizes may be a stranger's.

/// Tokens through all blocks: out · in per layer and token (an expert's for the share of the tokens that it gets when all get as many), and
/// for attention heads · head_dim for each score and each value it weighs, over the positions that a token looks back at, its own included.
[[nodiscard]] double forwardMultiplyAdds(const Model& model, double n_tokens, Index seq_len);
/// Their logits.
[[nodiscard]] double headMultiplyAdds(const Model& model, double n_tokens);
/// One triangle of XᵀX for every input of every block: in² / 2 per token.
[[nodiscard]] double gramMultiplyAdds(const Model& model, double n_tokens);

/// Work as the multiply-adds of dense products that take as long.
struct JobWork {
    double float32 = 0.0;   ///< of float32 products
    double bfloat16 = 0.0;  ///< of bfloat16 products
    JobWork& operator+=(const JobWork& other) noexcept {
        float32 += other.float32;
        bfloat16 += other.bfloat16;
        return *this;
    }
};
[[nodiscard]] inline JobWork operator+(JobWork a, const JobWork& b) noexcept { return a += b; }
[[nodiscard]] inline JobWork operator*(double factor, const JobWork& work) noexcept {
    return {factor * work.float32, factor * work.bfloat16};
}

/// Running tokens through all blocks.
[[nodiscard]] JobWork forwardWork(const Model& model, double n_tokens, Index seq_len, Compute compute);
/// … and gathering every Hessian.
[[nodiscard]] JobWork calibrationWork(const Model& model, double n_tokens, Index seq_len, Compute compute);
/// Choosing scales, clipping, rounding and judging every layer from that block on, from statistics that are there.
[[nodiscard]] JobWork quantizationWork(const Model& model, const MethodSpec& method, int first_block = 0);
/// Perplexity of one model, compared with the original's, which is known.
[[nodiscard]] JobWork comparisonWork(const Model& model, double n_tokens, Index seq_len, Compute compute);
/// Perplexity of the original and of `n_runs` others, each compared with it.
[[nodiscard]] JobWork evaluationWork(const Model& model, double n_tokens, Index seq_len, std::size_t n_runs, Compute compute);
/// layerSensitivity(): half a forward pass and two heads per layer that the method rounds.
[[nodiscard]] JobWork sensitivityWork(const Model& model, const MethodSpec& method, double n_tokens, Index seq_len, Compute compute);

/// What of a recipe's job an earlier start has done.
struct DoneWork {
    struct Run {
        int n_blocks = 0;  ///< quantized; of a run that is_made it does not matter
        bool is_made = false;
        bool is_evaluated = false;
    };
    bool has_original = false;  ///< its evaluation
    int n_shared_blocks = 0;    ///< of the statistics that runs share
    std::vector<Run> runs;      ///< the recipe's; empty: nothing of any
};

/// A whole recipe, or what is left of it, the texts by their files' sizes. Reading, writing and verifying are not in it. keep_models,
/// has_calibration: as for forecastJob().
[[nodiscard]] JobWork jobWork(const Model& model, const Recipe& recipe, bool keep_models, bool has_calibration, const DoneWork& done = {});

}  // namespace salient
