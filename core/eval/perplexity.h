#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    /// What llama.cpp's llama-perplexity prints: the stream's windows, each with BOS in the place of its first token if the tokenizer adds
    /// one; only predictions of the second half count, those made at positions seq_len / 2 to seq_len − 2.
    SecondHalf,
};
[[nodiscard]] std::string_view name(PerplexityProtocol protocol) noexcept;  ///< "stream", "bos-windows", "second-half"
[[nodiscard]] const std::vector<std::string>& perplexityProtocolNames();    ///< in that order
/// Throws Error{InvalidOption} listing the names.
[[nodiscard]] PerplexityProtocol perplexityProtocolFromName(std::string_view name);

struct PerplexitySpec {
    PerplexityProtocol protocol = PerplexityProtocol::Stream;
    Index seq_len = 0;    ///< 0: min(2048, the model's positions)
    Index max_chars = 0;  ///< > 0: characters (code points) of the text used
    Index n_windows = 0;  ///< > 0: at most so many windows
};

/// How far the next-token distributions of a model are from the original's, over the same predictions. See divergence.h.
struct Divergence {
    double mean_kl = 0.0;  ///< KL(original ‖ model), nats
    double median_kl = 0.0;
    double p99_kl = 0.0;
    double max_kl = 0.0;
    double same_top = 1.0;  ///< share of the predictions whose likeliest token is the same
    Index n_tokens = 0;
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
    std::optional<Divergence> divergence = {};  ///< where the model was compared with the original
    /// By layer, tokens so small that their int8 scale was held at the least one (Int8Weight::n_raised_tokens); layers without are left
    /// out.
    std::map<std::string, std::int64_t> raised_tokens = {};
    /// By layer, int8 inputs beyond the largest of calibration, which fixed the scale (Int8Weight::n_saturated_inputs); likewise.
    std::map<std::string, std::int64_t> saturated_inputs = {};
};

/// Runs block by block, all windows at once, so each block is loaded once. Throws Error{InvalidOption} when the text is too short for one
/// window, Error{NonFinite} naming block, channel, sample and token of the first hidden state that is no number, or the logit. Checkpoints
/// per chunk.
[[nodiscard]] PerplexityResult perplexity(const Model& model, const BlockLoader& blocks, std::string_view text, const PerplexitySpec& spec,
                                          const ForwardOptions& options, JobContext& job);

}  // namespace salient
