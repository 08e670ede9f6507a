#pragma once

#include <chrono>
#include <vector>

#include "core/eval/perplexity.h"
#include "core/model/raised_tokens.h"
#include "core/model/text_windows.h"

namespace salient {

/// The windows that a spec asks for. Throws as perplexity() does.
[[nodiscard]] TextWindows evaluationWindows(const Model& model, std::string_view text, const PerplexitySpec& spec);

/// Windows of an evaluation text on their way through one model, with progress over the whole way: "perplexity", one unit a token
/// through a block, the head counting as one more block. The arguments must outlive it.
class TextPass {
public:
    TextPass(const Model& model, const TextWindows& text, const ForwardOptions& options, JobContext& job);

    /// Throws Error{NonFinite} naming block, channel, sample and token of the first hidden state that is no number.
    void runBlocks(const BlockLoader& blocks);
    /// Final hidden states, [tokens, hidden_size].
    [[nodiscard]] const Matrix& hidden() const noexcept { return hidden_.values; }
    [[nodiscard]] Matrix takeHidden() { return std::move(hidden_.values); }
    /// Where the work on the head reports.
    [[nodiscard]] JobContext headProgress();
    /// loss: of every position, 0 where nothing is predicted. Throws Error{NonFinite} naming the logit, sample and token of the first that
    /// is no number. Not after takeHidden().
    [[nodiscard]] PerplexityResult result(const std::vector<double>& loss, PerplexityProtocol protocol,
                                          std::chrono::steady_clock::time_point start) const;
    /// Blocks, head and result.
    [[nodiscard]] PerplexityResult perplexity(const BlockLoader& blocks, PerplexityProtocol protocol);

private:
    void report(const Progress& now, std::int64_t units_before);

    const Model& model_;
    const TextWindows& text_;
    const ForwardOptions& options_;
    JobContext& job_;
    HiddenStates hidden_;
    RaisedTokens raised_tokens_;
    std::int64_t n_positions_;
};

}  // namespace salient
