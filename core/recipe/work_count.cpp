#include "core/recipe/work_count.h"

#include <algorithm>
#include <cmath>

#include "core/calib/calibrate.h"
#include "core/quant/quantize_block.h"
#include "core/recipe/memory_forecast.h"

namespace salient {

namespace {

// What a part takes, in the multiply-adds of a dense product that takes as long. Measured by tests/bench/run, whose unit is a float32
// product of 4096 × 4096 × 4096; what is called an allowance is not among its rows.
constexpr double kForward = 1.25;         // of the multiply-adds of a pass; allowance for norms, activations and the softmax
constexpr double kGramFloat32 = 1.2;      // of tokens · in² / 2: 32768 tokens of 4096 channels take 4.8 products
constexpr double kGramBFloat16 = 0.73;    // the same, in float32 products: 2.9 of them
constexpr double kGptqFactor = 0.29;      // of in³, and …
constexpr double kGptqSolve = 0.71;       // … of out · in²: 4096 × 4096 takes 1.0 products, 11008 × 4096 takes 2.2
constexpr double kAwqSearch = 1.45 / 20;  // of out · in², per ratio: 20 of them take 1.45 products
constexpr double kAwqClip = 17.6 / 10;    // of out · in · group size, per level: 10 of them, groups of 128, take 0.55 products
constexpr double kRounding = 49.0;        // per weight: 4096 × 4096 take 0.012 products
constexpr double kGridSearch = 5000.0;    // per weight, with --mse; allowance
constexpr double kErrorForm = 0.5;        // of out · in²: one triangle of a product with H
constexpr double kFormsPerLayer = 3.0;    // the layer as rounded and as plain rounding has it, and the weight's own
constexpr double kAlphas = 21.0;          // of SmoothQuant's search, each judged by one form

double asDouble(std::int64_t value) { return static_cast<double>(value); }

/// The share of a block's tokens that reach that expert.
double tokenShare(const ModelConfig& config, int expert) {
    if (expert < 0) return 1.0;  // no expert's, or the one that every token sees
    return asDouble(config.experts.per_token) / std::max(1.0, asDouble(config.experts.count));
}

/// Positions that the tokens of one window look back at, summed up.
double positionsSeen(double seq_len, double window) {
    if (window <= 0.0 || window >= seq_len) return seq_len * (seq_len + 1.0) / 2.0;
    return window * (window + 1.0) / 2.0 + (seq_len - window) * window;
}

JobWork inCompute(double multiply_adds, Compute compute) {
    return compute == Compute::Float32 ? JobWork{multiply_adds, 0.0} : JobWork{0.0, multiply_adds};
}

JobWork headWork(const Model& model, double n_tokens, Compute compute) { return inCompute(headMultiplyAdds(model, n_tokens), compute); }

JobWork gramWork(const Model& model, double n_tokens, Compute compute) {
    return {(compute == Compute::Float32 ? kGramFloat32 : kGramBFloat16) * gramMultiplyAdds(model, n_tokens), 0.0};
}

/// One layer by itself; `own` is the method as it is for this layer.
double layerWork(const LinearInfo& linear, const MethodSpec& own) {
    const double weights = asDouble(linear.out_features) * asDouble(linear.in_features);
    const double product = weights * asDouble(linear.in_features);
    const double rounding = own.grid.mse_search ? kGridSearch : kRounding;
    double work = kFormsPerLayer * kErrorForm * product + 2.0 * rounding * weights;
    if (own.rounding == Rounding::Gptq) work += kGptqSolve * product;
    if (own.scaling == Scaling::Awq) {
        if (own.awq.search_scale && own.awq.fixed_ratio < 0.0) work += kAwqSearch * own.awq.n_grid * product;
        if (own.awq.fixed_clip < 0.0 && clipsLayer(linear.name, own.awq))
            work += kAwqClip * own.awq.n_clip_levels * weights * asDouble(own.grid.groupSizeFor(linear.in_features));
    }
    if (own.scaling == Scaling::SmoothQuant && own.smoothquant.search_alpha) work += kAlphas * kErrorForm * product;
    return work;
}

/// The share of the blocks whose Hessians a calibration does not keep.
double shareMadeAgain(const Model& model) {
    std::int64_t kept_bytes = 0;
    int n_made_again = 0;
    for (int block = 0; block < model.config.n_blocks; ++block) {
        const std::int64_t bytes = hessianBytesOfBlock(model, block);
        if (kept_bytes + bytes <= CalibrationOptions{}.hessian_budget_bytes) {
            kept_bytes += bytes;
        } else {
            ++n_made_again;
        }
    }
    return static_cast<double>(n_made_again) / std::max(1, model.config.n_blocks);
}

/// What a later start of that run begins with; the number of blocks where nothing is left.
int firstBlockLeft(const Model& model, const DoneWork& done, std::size_t run) {
    if (run >= done.runs.size()) return 0;
    return done.runs[run].is_made ? model.config.n_blocks : done.runs[run].n_blocks;
}

/// The share of the blocks from that one on. What is kept is a stranger's: it may say anything.
double shareFrom(const Model& model, int first) {
    const int n_blocks = model.config.n_blocks;
    return static_cast<double>(n_blocks - std::clamp(first, 0, n_blocks)) / std::max(1, n_blocks);
}

}  // namespace

double forwardMultiplyAdds(const Model& model, double n_tokens, Index seq_len) {
    const ModelConfig& config = model.config;
    double per_token = 0.0;
    for (const LinearInfo& linear : model.linears)
        per_token += tokenShare(config, linear.expert) * asDouble(linear.out_features) * asDouble(linear.in_features);
    const double length = std::max(1.0, asDouble(seq_len));
    for (int block = 0; block < config.n_blocks; ++block) {
        const double positions = positionsSeen(length, asDouble(config.slidingWindow(block))) / length;
        per_token += 2.0 * positions * asDouble(config.n_heads) * asDouble(config.head_dim);
    }
    return n_tokens * per_token;
}

double headMultiplyAdds(const Model& model, double n_tokens) {
    return n_tokens * asDouble(model.config.vocabulary_size) * asDouble(model.config.embedding_size);
}

double gramMultiplyAdds(const Model& model, double n_tokens) {
    double per_token = 0.0;
    for (int block = 0; block < model.config.n_blocks; ++block) {
        for (int group = 0; group < static_cast<int>(model.groups.size()); ++group) {
            if (!model.hasGroup(block, group)) continue;
            const InputGroup& input = model.groups[static_cast<std::size_t>(group)];
            const double channels = asDouble(input.in_features);
            per_token += tokenShare(model.config, input.expert) * channels * channels / 2.0;
        }
    }
    return n_tokens * per_token;
}

JobWork forwardWork(const Model& model, double n_tokens, Index seq_len, Compute compute) {
    return inCompute(kForward * forwardMultiplyAdds(model, n_tokens, seq_len), compute);
}

JobWork calibrationWork(const Model& model, double n_tokens, Index seq_len, Compute compute) {
    return forwardWork(model, n_tokens, seq_len, compute) + gramWork(model, n_tokens, compute);
}

JobWork quantizationWork(const Model& model, const MethodSpec& method, int first_block) {
    double work = 0.0;
    for (int block = std::max(0, first_block); block < model.config.n_blocks; ++block) {
        const BlockLayers layers = blockLayers(model, block, method);
        std::vector<bool> is_factorized(model.groups.size(), false);
        for (std::size_t i = 0; i < layers.all.size(); ++i) {
            if (layers.is_kept[i]) continue;
            const LinearInfo& linear = *layers.all[i];
            const MethodSpec own = methodFor(method, linear.name);
            work += layerWork(linear, own);
            const auto group = static_cast<std::size_t>(linear.group);
            if (own.rounding != Rounding::Gptq || is_factorized[group]) continue;
            is_factorized[group] = true;  // for all layers that share the input
            work += kGptqFactor * std::pow(asDouble(linear.in_features), 3.0);
        }
    }
    return {work, 0.0};
}

JobWork comparisonWork(const Model& model, double n_tokens, Index seq_len, Compute compute) {
    return forwardWork(model, n_tokens, seq_len, compute) + 2.0 * headWork(model, n_tokens, compute);  // its own, and the original's
}

JobWork evaluationWork(const Model& model, double n_tokens, Index seq_len, std::size_t n_runs, Compute compute) {
    return forwardWork(model, n_tokens, seq_len, compute) + headWork(model, n_tokens, compute) +
           static_cast<double>(n_runs) * comparisonWork(model, n_tokens, seq_len, compute);
}

JobWork sensitivityWork(const Model& model, const MethodSpec& method, double n_tokens, Index seq_len, Compute compute) {
    const JobWork half_pass = 0.5 * forwardWork(model, n_tokens, seq_len, compute);
    const auto n_layers = static_cast<double>(quantizedLayers(model, method).size());
    return n_layers * (half_pass + 2.0 * headWork(model, n_tokens, compute));
}

JobWork jobWork(const Model& model, const Recipe& recipe, bool keep_models, bool has_calibration, const DoneWork& done) {
    const SampleSpec samples = resolved(recipe.samples, model);
    const double n_tokens = static_cast<double>(samples.n_samples) * asDouble(samples.seq_len);
    const bool runs_text = recipe.inputs.empty();
    const JobWork pass = runs_text ? calibrationWork(model, n_tokens, samples.seq_len, recipe.compute) : JobWork{};
    const JobWork forward = runs_text ? forwardWork(model, n_tokens, samples.seq_len, recipe.compute) : JobWork{};
    const auto n_shared = std::ranges::count_if(recipe.runs, [](const RecipeRun& run) { return !needsOwnWalk(run.method); });
    const bool is_one_walk = n_shared == 1 && !keep_models && !has_calibration;

    JobWork work;
    std::size_t n_together = 0;  // of the runs that share statistics, those with blocks left
    double together = 0.0;       // the share of the blocks that one of them has left
    for (std::size_t i = 0; i < recipe.runs.size(); ++i) {
        const RecipeRun& run = recipe.runs[i];
        const int first = firstBlockLeft(model, done, i);
        const double left = shareFrom(model, first);
        if (left == 0.0) continue;
        work += quantizationWork(model, run.method, first);
        const bool needs_own = needsOwnWalk(run.method);
        if (!needs_own && !is_one_walk) {
            ++n_together;
            together = std::max(together, left);
            continue;
        }
        work += left * pass;
        if (needs_own) work += left * forward;                                         // the block is looked at, and passed once more
        if (needs_own && run.method.true_sequential) work += left * (pass + forward);  // every stage again, behind those before it
        // What enters the first block that is left is kept with an export, and made again for a model in memory.
        if (!run.format || keep_models) work += (1.0 - left) * forward;
    }
    if (n_together > 0) {
        const double left = shareFrom(model, done.n_shared_blocks);
        if (!has_calibration && left > 0.0) work += left * pass + (1.0 - left) * forward;
        // The window makes a job of every run.
        const std::size_t at_once = keep_models ? 1 : runsAtOnce(model, recipe.max_memory_bytes);
        const std::size_t n_walks = (n_together + at_once - 1) / at_once;
        const double again = together * shareMadeAgain(model);
        if (again > 0.0) work += static_cast<double>(n_walks) * (again * pass + (1.0 - again) * forward);
    }
    if (!recipe.evaluation_text.empty()) {
        const Index seq_len = recipe.perplexity.seq_len > 0 ? recipe.perplexity.seq_len : samples.seq_len;
        const double n_evaluated = asDouble(evaluatedTokens(recipe.evaluation_text, recipe.perplexity, seq_len));
        if (!done.has_original) work += evaluationWork(model, n_evaluated, seq_len, 0, recipe.compute);
        const auto n_left = std::ssize(recipe.runs) - std::ranges::count_if(done.runs, &DoneWork::Run::is_evaluated);
        work += static_cast<double>(n_left) * comparisonWork(model, n_evaluated, seq_len, recipe.compute);
    }
    return work;
}

}  // namespace salient
