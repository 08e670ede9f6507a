#pragma once

#include <string>

#include "core/job.h"
#include "core/model/forward.h"

namespace salient {

/// How a text becomes scored predictions. Every figure carries its protocol.
enum class PerplexityProtocol {
    /// The text as one token stream, BOS in front if the tokenizer adds one; windows of seq_len that do not overlap, each scored on
    /// its seq_len − 1 next-token predictions. The published protocol.
    Stream,
    /// The stream has no BOS; the model reads BOS and a window's first seq_len − 1 tokens; all seq_len predictions count.
    BosWindows,
};
[[nodiscard]] std::string_view name(PerplexityProtocol protocol) noexcept;  ///< "stream", "bos-windows"

struct PerplexitySpec {
    PerplexityProtocol protocol = PerplexityProtocol::Stream;
    Index seq_len = 0;    ///< 0: min(2048, the model's positions)
    Index max_chars = 0;  ///< > 0: characters (code points) of the text used
    Index n_windows = 0;  ///< > 0: at most so many windows
};

struct PerplexityResult {
    double perplexity = 0.0;
    double mean_nll = 0.0;  ///< nats
    Index n_tokens = 0;     ///< scored predictions
    Index n_windows = 0;
    Index seq_len = 0;
    PerplexityProtocol protocol = PerplexityProtocol::Stream;
    Compute compute = Compute::Float32;
    double seconds = 0.0;
};

/// Runs block by block, all windows at once, so each block is loaded once. Throws Error{InvalidOption} when the text is too short for one
/// window. Checkpoints per chunk.
[[nodiscard]] PerplexityResult perplexity(const Model& model, const BlockLoader& blocks, std::string_view text, const PerplexitySpec& spec,
                                          const ForwardOptions& options, JobContext& job);

}  // namespace salient
