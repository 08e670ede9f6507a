#include "core/eval/divergence.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/eval/require_finite.h"
#include "core/eval/text_pass.h"
#include "core/kernels/parallel.h"
#include "core/model/logit_tiles.h"

namespace salient {

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kNone = -std::numeric_limits<double>::infinity();

/// Sums over the vocabulary for one prediction, fed tile by tile. With p = softmax(a) of the original and q = softmax(b):
/// KL(p ‖ q) = Σ p (a − b) − log Σ eᵃ + log Σ eᵇ. Sums are kept relative to the largest logit so far.
struct Prediction {
    double top_a = kNone;
    double top_b = kNone;
    double sum_a = 0.0;       ///< Σ e^(a − top_a)
    double sum_b = 0.0;       ///< Σ e^(b − top_b)
    double difference = 0.0;  ///< Σ e^(a − top_a) (a − b)
    Index top_token_a = -1;
    Index top_token_b = -1;
    double target_logit = 0.0;  ///< b of the token that came

    void add(std::span<const float> a, std::span<const float> b, Index first_token, Index target) {
        const Index n = static_cast<Index>(a.size());
        const auto [best_a, best_b] = std::pair(std::ranges::max_element(a), std::ranges::max_element(b));
        if (static_cast<double>(*best_a) > top_a) {
            const double shrink = std::exp(top_a - static_cast<double>(*best_a));  // 0 at first
            sum_a *= shrink;
            difference *= shrink;
            top_a = static_cast<double>(*best_a);
            top_token_a = first_token + (best_a - a.begin());
        }
        if (static_cast<double>(*best_b) > top_b) {
            sum_b *= std::exp(top_b - static_cast<double>(*best_b));
            top_b = static_cast<double>(*best_b);
            top_token_b = first_token + (best_b - b.begin());
        }
        for (Index i = 0; i < n; ++i) {
            const auto of_a = static_cast<double>(a[static_cast<std::size_t>(i)]);
            const auto of_b = static_cast<double>(b[static_cast<std::size_t>(i)]);
            const double weight = std::exp(of_a - top_a);
            sum_a += weight;
            sum_b += std::exp(of_b - top_b);
            difference += weight * (of_a - of_b);
        }
        if (target >= first_token && target < first_token + n)
            target_logit = static_cast<double>(b[static_cast<std::size_t>(target - first_token)]);
    }

    [[nodiscard]] double kl() const {
        const double kl = difference / sum_a - (top_a + std::log(sum_a)) + (top_b + std::log(sum_b));
        return kl < 0.0 ? 0.0 : kl;  // rounding may leave a little less than nothing; what is no number stays none
    }
    [[nodiscard]] double nll() const { return top_b + std::log(sum_b) - target_logit; }
    [[nodiscard]] bool hasSameTop() const { return top_token_a == top_token_b; }
};

/// Throws Error{NonFinite} for the first prediction that is no number.
void requireFinitePredictions(const std::vector<Prediction>& predictions, const EvaluationReference& reference, const Model& model,
                              const Matrix& hidden, const ForwardOptions& options, const std::string& subject) {
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        if (reference.text.targets[i] < 0 || (std::isfinite(predictions[i].nll()) && std::isfinite(predictions[i].kl()))) continue;
        refuseLogits(model, hidden, static_cast<Index>(i), reference.text.windows.seq_len, options, subject);
    }
}

/// The head of both models over the windows, side by side, in chunks of rows and tiles of the vocabulary. subject: of errors.
std::vector<Prediction> comparePredictions(const EvaluationReference& reference, const Model& model, const Matrix& hidden,
                                           const ForwardOptions& options, const std::string& subject, JobContext& job) {
    std::vector<Prediction> predictions(reference.text.targets.size());
    const Index n_rows_total = hidden.rows();
    const Index chunk = std::max<Index>(1, options.chunk_tokens);
    for (Index first = 0; first < n_rows_total; first += chunk) {
        const Index n_rows = std::min(chunk, n_rows_total - first);
        const LogitTiles original(*reference.model, reference.hidden.middleRows(first, n_rows), options);
        const LogitTiles other(model, hidden.middleRows(first, n_rows), options);
        for (Index i = 0; i < original.tileCount(); ++i) {
            job.checkpoint({"scoring", first * original.tileCount() + i * n_rows, n_rows_total * original.tileCount()});
            const Matrix a = original.tile(i);
            const Matrix b = other.tile(i);
            constexpr Index kRows = 16;
            parallelFor(n_rows, kRows, [&](Index from, Index to) {
                for (Index row = from; row < to; ++row) {
                    const auto at = static_cast<std::size_t>(first + row);
                    const Index target = reference.text.targets[at];
                    if (target < 0) continue;
                    const auto n = static_cast<std::size_t>(a.cols());
                    predictions[at].add({a.row(row).data(), n}, {b.row(row).data(), n}, original.firstToken(i), target);
                }
            });
        }
    }
    requireFinitePredictions(predictions, reference, model, hidden, options, subject);
    return predictions;
}

/// Of every position; 0 where nothing is predicted.
std::vector<double> losses(const EvaluationReference& reference, const std::vector<Prediction>& predictions) {
    std::vector<double> loss(predictions.size(), 0.0);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        if (reference.text.targets[i] >= 0) loss[i] = predictions[i].nll();
    }
    return loss;
}

double quantile(const std::vector<double>& sorted, double share) {
    return sorted[static_cast<std::size_t>(std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

Divergence summary(const EvaluationReference& reference, const std::vector<Prediction>& predictions) {
    Divergence result;
    std::vector<double> kl;
    kl.reserve(predictions.size());
    Index n_same = 0;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        if (reference.text.targets[i] < 0) continue;
        kl.push_back(predictions[i].kl());
        n_same += predictions[i].hasSameTop() ? 1 : 0;
    }
    result.n_tokens = static_cast<Index>(kl.size());
    result.mean_kl = std::accumulate(kl.begin(), kl.end(), 0.0) / static_cast<double>(kl.size());
    result.same_top = static_cast<double>(n_same) / static_cast<double>(kl.size());
    std::ranges::sort(kl);
    result.median_kl = quantile(kl, 0.5);
    result.p99_kl = quantile(kl, 0.99);
    result.max_kl = kl.back();
    return result;
}

void requireSameVocabulary(const Model& original, const Model& model) {
    if (original.config.vocabulary_size == model.config.vocabulary_size) return;
    throw Error(ErrorCode::ShapeMismatch, "divergence: vocabulary: expected the original's " +
                                              std::to_string(original.config.vocabulary_size) + " tokens, found " +
                                              std::to_string(model.config.vocabulary_size));
}

/// One block's quantized layers, each in a copy of the model of its own.
class BlockSensitivity {
public:
    BlockSensitivity(const QuantizedBlock& block, const Model& model, const BlockWeights& original, const HiddenStates& before,
                     const ForwardOptions& options, JobContext& job)
        : model_(model), options_(options) {
        for (const QuantizedLinear& linear : block.linears) {
            names_.push_back(linear.name);
            HiddenStates& hidden = states_.emplace_back(before);
            forwardBlock(model, overlayLayer(original, model, linear), block.block, hidden, options, {}, job);
            requireFiniteStates(hidden, subject(names_.size() - 1) + ": block " + std::to_string(block.block));
        }
    }

    void pass(int block, const BlockWeights& weights, JobContext& job) {
        for (std::size_t i = 0; i < states_.size(); ++i) {
            forwardBlock(model_, weights, block, states_[i], options_, {}, job);
            requireFiniteStates(states_[i], subject(i) + ": block " + std::to_string(block));
        }
    }

    /// What errors call the model in which that layer is quantized.
    [[nodiscard]] std::string subject(std::size_t i) const { return "sensitivity: with '" + names_[i] + "' quantized"; }

    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] const Matrix& hidden(std::size_t i) const { return states_[i].values; }

private:
    const Model& model_;
    const ForwardOptions& options_;
    std::vector<std::string> names_;
    std::vector<HiddenStates> states_;
};

}  // namespace

EvaluationReference evaluationReference(std::shared_ptr<const Model> model, std::string_view text, const PerplexitySpec& spec,
                                        const ForwardOptions& options, JobContext& job) {
    EvaluationReference reference;
    reference.text = evaluationWindows(*model, text, spec);
    TextPass pass(*model, reference.text, options, job);
    reference.perplexity = pass.perplexity(originalBlocks(model), spec.protocol);
    reference.hidden = pass.takeHidden();
    reference.model = std::move(model);
    return reference;
}

PerplexityResult evaluateAgainst(const EvaluationReference& reference, const Model& model, const BlockLoader& blocks,
                                 const ForwardOptions& options, JobContext& job) {
    const Clock::time_point start = Clock::now();
    requireSameVocabulary(*reference.model, model);
    TextPass pass(model, reference.text, options, job);
    pass.runBlocks(blocks);
    JobContext part = pass.headProgress();
    const std::vector<Prediction> predictions = comparePredictions(reference, model, pass.hidden(), options, "perplexity", part);
    PerplexityResult result = pass.result(losses(reference, predictions), reference.perplexity.protocol, start);
    result.divergence = summary(reference, predictions);
    return result;
}

void layerSensitivity(const QuantizedModel& model, const EvaluationReference& reference, const ForwardOptions& options,
                      const SensitivitySink& sink, JobContext& job) {
    const Model& original = *model.original;
    requireSameVocabulary(*reference.model, original);
    std::int64_t total = 0;
    for (const QuantizedBlock& block : model.blocks) total += static_cast<std::int64_t>(block.linears.size());
    std::int64_t done = 0;
    HiddenStates hidden = embed(original, reference.text.windows);
    for (int b = 0; b < original.config.n_blocks; ++b) {
        const auto quantized = std::ranges::find(model.blocks, b, &QuantizedBlock::block);
        // The copies of a block advance together; what they report is not layers done.
        JobContext part(job.stopToken(), [&](const Progress&) {
            job.checkpoint({"sensitivity", done, total, "block " + std::to_string(b)});
        });
        const BlockWeights weights = loadBlock(original, b);
        if (quantized != model.blocks.end() && !quantized->linears.empty()) {
            BlockSensitivity layers(*quantized, original, weights, hidden, options, part);
            for (int later = b + 1; later < original.config.n_blocks; ++later) layers.pass(later, loadBlock(original, later), part);
            for (std::size_t i = 0; i < layers.names().size(); ++i) {
                const std::vector<Prediction> predictions =
                    comparePredictions(reference, original, layers.hidden(i), options, layers.subject(i), part);
                const Divergence divergence = summary(reference, predictions);
                const std::vector<double> loss = losses(reference, predictions);
                const double mean_nll = std::accumulate(loss.begin(), loss.end(), 0.0) / static_cast<double>(divergence.n_tokens);
                sink({layers.names()[i], divergence.mean_kl, mean_nll - reference.perplexity.mean_nll, divergence.same_top});
                ++done;
            }
        }
        forwardBlock(original, weights, b, hidden, options, {}, part);
    }
    job.checkpoint({"sensitivity", total, total});
}

}  // namespace salient
