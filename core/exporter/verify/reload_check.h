#pragma once

#include <optional>

#include "core/exporter/export_checkpoint.h"
#include "core/exporter/verify.h"

namespace salient {

/// Whether a written model computes as the one in memory did: a few hundred tokens are carried through each block as it was made, and
/// through the written model when it is complete; their cross-entropies must agree to 1 % or 0.01 nats, which leaves room for norms and
/// biases that are rounded when they are stored. Weights are compared one by one elsewhere (verifyCheckpoint()); this says that they,
/// norms, biases and embeddings together are still the same function.
/// Cost: two forward passes of at most 256 tokens; one block's weights are held while they are added.
class ReloadCheck {
public:
    /// The first two windows, at most 128 tokens of each; nothing is checked without windows of two tokens, or where the format rounds
    /// the weights once more (Q4_K, Q6_K, Q4_K_M).
    ReloadCheck(std::shared_ptr<const Model> original, const TokenWindows& windows, const ForwardOptions& forward,
                const ExportOptions& written);

    /// Carries the tokens through the next block. All must come, in order.
    void add(const QuantizedBlock& block, JobContext& job);
    /// Runs what was written. A note with both perplexities, or a failure when they differ. Noted alone are Q8_0, F16 and BF16 forms of
    /// other weights, and models that predict worse than chance: untrained ones, which magnify the last bit of a norm. Nothing where
    /// nothing was checked or blocks are missing. Throws what opening the model throws.
    [[nodiscard]] std::optional<Finding> compare(const std::filesystem::path& directory, JobContext& job) const;

private:
    [[nodiscard]] double crossEntropy(const Model& model, const HiddenStates& hidden, JobContext& job) const;

    std::shared_ptr<const Model> original_;
    ForwardOptions forward_;
    TokenWindows windows_;
    HiddenStates hidden_;
    ExportFormat format_;
    bool is_judged_ = true;
    int n_added_ = 0;
};

/// A model in memory.
[[nodiscard]] std::optional<Finding> reloadFinding(const QuantizedModel& model, const TokenWindows& windows, const ForwardOptions& forward,
                                                   const ExportOptions& written, const std::filesystem::path& directory, JobContext& job);

}  // namespace salient
