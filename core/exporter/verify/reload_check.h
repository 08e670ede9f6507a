#pragma once

#include <optional>
#include <string>

#include "core/exporter/export_checkpoint.h"
#include "core/exporter/verify.h"

namespace salient {

/// What a model in memory and the one that was written and opened again make of the same tokens.
struct ReloadComparison {
    Index n_tokens = 0;
    double meant_nats = 0.0;      ///< mean cross-entropy of the model in memory; its perplexity is the exponential
    double found_nats = 0.0;      ///< … of what was written
    double tolerance_nats = 0.0;  ///< by how much they may differ; 0: they are not judged, for the model predicts worse than chance
    std::string expected;         ///< the tolerance in words

    [[nodiscard]] bool agrees() const noexcept;
    /// A note with both perplexities, or a failure where they are judged and do not agree.
    [[nodiscard]] Finding finding() const;
};

/// Whether a written model computes as the one in memory did: a few hundred tokens are carried through each block as it was made, and
/// through the written model when it is complete; their cross-entropies must agree to 1 % or 0.01 nats, which leaves room for norms,
/// biases and dequantized weights that are rounded when they are stored. GGUF's Q8_0 may be off by three times as much: where it does not
/// hold the codes, it rounds to 1/127 of the largest of 32 weights, an error of half a percent of their root mean square, and BF16 errs by
/// a sixth of a percent. Weights are compared one by one elsewhere (verifyCheckpoint()); this says that they, norms, biases and embeddings
/// together are still the same function.
/// Cost: two forward passes of at most 256 tokens; one block's weights are held while they are added.
class ReloadCheck {
public:
    /// The first two windows, at most 128 tokens of each; nothing is checked without windows of two tokens, or where the format rounds
    /// the weights once more (Q4_K, Q6_K, Q4_K_M).
    ReloadCheck(std::shared_ptr<const Model> original, const TokenWindows& windows, const ForwardOptions& forward,
                const ExportOptions& written);

    /// Carries the tokens through the next block. All must come, in order.
    void add(const QuantizedBlock& block, JobContext& job);
    /// Runs what was written. Models that predict worse than chance are not judged: untrained ones, which magnify the last bit of a norm.
    /// Nothing where nothing was checked or blocks are missing. Throws what opening the model throws.
    [[nodiscard]] std::optional<ReloadComparison> measure(const std::filesystem::path& directory, JobContext& job) const;
    /// What measure() finds, as a finding.
    [[nodiscard]] std::optional<Finding> compare(const std::filesystem::path& directory, JobContext& job) const;

private:
    [[nodiscard]] double crossEntropy(const Model& model, const HiddenStates& hidden, JobContext& job) const;

    std::shared_ptr<const Model> original_;
    ForwardOptions forward_;
    TokenWindows windows_;
    HiddenStates hidden_;
    ExportFormat format_;
    double per_cent_ = 1.0;  // of the cross-entropy in memory, by which that of what was written may differ
    int n_added_ = 0;
};

/// A model in memory.
[[nodiscard]] std::optional<ReloadComparison> reloadComparison(const QuantizedModel& model, const TokenWindows& windows,
                                                               const ForwardOptions& forward, const ExportOptions& written,
                                                               const std::filesystem::path& directory, JobContext& job);
[[nodiscard]] std::optional<Finding> reloadFinding(const QuantizedModel& model, const TokenWindows& windows, const ForwardOptions& forward,
                                                   const ExportOptions& written, const std::filesystem::path& directory, JobContext& job);

}  // namespace salient
