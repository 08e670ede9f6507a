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
constexpr double kPerCent = 1.0;
constexpr double kPerCentOfQ8_0 = 3.0;
/// What is left of a relative tolerance where hardly anything is lost to begin with.
constexpr double kLeastOfPerCent_nats = 0.01;

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

bool ReloadComparison::agrees() const noexcept { return std::abs(found_nats - meant_nats) <= tolerance_nats; }

Finding ReloadComparison::finding() const {
    char text[160];
    std::snprintf(text, sizeof text, "perplexity of %td calibration tokens %.5g, %.5g in memory", n_tokens, std::exp(found_nats),
                  std::exp(meant_nats));
    if (!std::isfinite(meant_nats))
        return {Severity::Warning, "reloaded", std::string(text) + "; not judged: what the model gives in memory is no number"};
    if (tolerance_nats <= 0.0)
        return {Severity::Note, "reloaded", std::string(text) + "; not judged, since the model predicts worse than chance"};
    if (agrees()) return {Severity::Note, "reloaded", text};
    return {Severity::Failure, "reloaded", std::string(text) + ": expected " + expected};
}

ReloadCheck::ReloadCheck(std::shared_ptr<const Model> original, const TokenWindows& windows, const ForwardOptions& forward,
                         const ExportOptions& written)
    : original_(std::move(original)), forward_(forward), format_(written.format) {
    const bool is_gguf = format_ == ExportFormat::Gguf;
    per_cent_ = is_gguf && written.gguf_weights == GgufWeights::Q8_0 ? kPerCentOfQ8_0 : kPerCent;
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

std::optional<ReloadComparison> ReloadCheck::measure(const std::filesystem::path& directory, JobContext& job) const {
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
    ReloadComparison result;
    result.n_tokens = static_cast<Index>(windows_.ids.size());
    result.meant_nats = crossEntropy(*original_, hidden_, silent);
    result.found_nats = crossEntropy(*written, hidden, silent);
    const bool is_sensible = result.meant_nats < std::log(static_cast<double>(original_->config.vocabulary_size));
    if (is_sensible) result.tolerance_nats = per_cent_ * std::max(kLeastOfPerCent_nats, 0.01 * result.meant_nats);
    char text[80];
    std::snprintf(text, sizeof text, "cross-entropies that agree to %.0f %% or %.2g nats", per_cent_, per_cent_ * kLeastOfPerCent_nats);
    result.expected = text;
    return result;
}

std::optional<Finding> ReloadCheck::compare(const std::filesystem::path& directory, JobContext& job) const {
    const std::optional<ReloadComparison> measured = measure(directory, job);
    return measured ? std::optional(measured->finding()) : std::nullopt;
}

std::optional<ReloadComparison> reloadComparison(const QuantizedModel& model, const TokenWindows& windows, const ForwardOptions& forward,
                                                 const ExportOptions& written, const std::filesystem::path& directory, JobContext& job) {
    ReloadCheck check(model.original, windows, forward, written);
    for (const QuantizedBlock& block : model.blocks) check.add(block, job);
    return check.measure(directory, job);
}

std::optional<Finding> reloadFinding(const QuantizedModel& model, const TokenWindows& windows, const ForwardOptions& forward,
                                     const ExportOptions& written, const std::filesystem::path& directory, JobContext& job) {
    const std::optional<ReloadComparison> measured = reloadComparison(model, windows, forward, written, directory, job);
    return measured ? std::optional(measured->finding()) : std::nullopt;
}

}  // namespace salient
