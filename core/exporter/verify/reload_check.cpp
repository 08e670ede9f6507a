#include "core/exporter/verify/reload_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

#include "core/exporter/gguf/weights.h"

namespace salient {

namespace {

constexpr Index kWindows = 2;
constexpr Index kTokens = 128;
constexpr double kRelativeTolerance = 0.01;
constexpr double kTolerance_nats = 0.01;

TokenWindows firstOf(const TokenWindows& windows) {
    TokenWindows chosen;
    chosen.seq_len = std::min(kTokens, windows.seq_len);
    if (chosen.seq_len < 2) return {};
    for (Index w = 0; w < std::min(kWindows, windows.count()); ++w) {
        const std::span<const TokenId> window = windows.window(w).first(static_cast<std::size_t>(chosen.seq_len));
        chosen.ids.insert(chosen.ids.end(), window.begin(), window.end());
    }
    return chosen;
}

}  // namespace

ReloadCheck::ReloadCheck(std::shared_ptr<const Model> original, const TokenWindows& windows, const ForwardOptions& forward,
                         const ExportOptions& written)
    : original_(std::move(original)), forward_(forward), format_(written.format) {
    const bool is_gguf = format_ == ExportFormat::Gguf;
    is_judged_ = !is_gguf || written.gguf_weights == GgufWeights::Lossless;
    if (is_gguf && roundsWeights(written.gguf_weights)) return;
    windows_ = firstOf(windows);
    if (windows_.count() > 0) hidden_ = embed(*original_, windows_);
}

void ReloadCheck::add(const QuantizedBlock& block, JobContext& job) {
    if (windows_.count() == 0 || block.block != n_added_) return;
    JobContext silent(job.stopToken());
    forwardBlock(*original_, overlay(loadBlock(*original_, block.block), *original_, block), block.block, hidden_, forward_, {}, silent);
    ++n_added_;
}

double ReloadCheck::crossEntropy(const Model& model, const HiddenStates& hidden, JobContext& job) const {
    std::vector<TokenId> targets(windows_.ids.begin() + 1, windows_.ids.end());
    targets.push_back(-1);
    for (Index w = 1; w < windows_.count(); ++w) targets[static_cast<std::size_t>(w * windows_.seq_len - 1)] = -1;
    const std::vector<double> nll = negativeLogLikelihood(model, hidden.values, targets, forward_, job);
    const auto n_scored = static_cast<double>(windows_.count() * (windows_.seq_len - 1));
    return std::accumulate(nll.begin(), nll.end(), 0.0) / n_scored;
}

std::optional<Finding> ReloadCheck::compare(const std::filesystem::path& directory, JobContext& job) const {
    if (windows_.count() == 0 || n_added_ != original_->config.n_blocks) return std::nullopt;
    const bool is_plain = format_ == ExportFormat::Dequantized || format_ == ExportFormat::Gguf;
    const std::shared_ptr<const Model> written = Model::open(directory, !is_plain);
    const BlockLoader blocks = is_plain ? originalBlocks(written) : storedBlocks(written);
    JobContext silent(job.stopToken());
    HiddenStates hidden = embed(*written, windows_);
    for (int block = 0; block < written->config.n_blocks; ++block) {
        job.checkpoint({"verifying", block, written->config.n_blocks, "block " + std::to_string(block)});
        forwardBlock(*written, blocks(block), block, hidden, forward_, {}, silent);
    }
    const double meant = crossEntropy(*original_, hidden_, silent);
    const double found = crossEntropy(*written, hidden, silent);
    const bool agrees = std::abs(found - meant) <= std::max(kTolerance_nats, kRelativeTolerance * meant);
    char text[160];
    std::snprintf(text, sizeof text, "perplexity of %td calibration tokens %.5g, %.5g in memory", windows_.ids.size(), std::exp(found),
                  std::exp(meant));
    const bool is_sensible = meant < std::log(static_cast<double>(original_->config.vocabulary_size));
    if (!is_judged_ || !is_sensible || agrees) return Finding{Severity::Note, "reloaded", text};
    return Finding{Severity::Failure, "reloaded", std::string(text) + ": expected cross-entropies that agree to 1 %"};
}

std::optional<Finding> reloadFinding(const QuantizedModel& model, const TokenWindows& windows, const ForwardOptions& forward,
                                     const ExportOptions& written, const std::filesystem::path& directory, JobContext& job) {
    ReloadCheck check(model.original, windows, forward, written);
    for (const QuantizedBlock& block : model.blocks) check.add(block, job);
    return check.compare(directory, job);
}

}  // namespace salient
