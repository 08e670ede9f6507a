#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/model/forward.h"
#include "core/tokenizer/tokenizer.h"

namespace salient {

/// A text as one string: a plain file as it is; of a file of JSON lines (".jsonl", or a first line that is an object with a
/// "text" field) the texts, joined by blank lines. Throws Error{Io}, Error{Format} naming file and line.
[[nodiscard]] std::string readCorpus(const std::filesystem::path& file);

/// Which windows of a calibration text to run.
struct SampleSpec {
    int n_samples = 128;     ///< windows; fewer are taken when the text has fewer
    Index seq_len = 2048;    ///< tokens per window
    std::uint64_t seed = 0;  ///< of the choice; same seed, same windows on every machine
    /// Which windows. Random: seeded starts that do not overlap. Stream: the first windows of the stream, one after another. BosWindows:
    /// the stream has no BOS; window w is BOS and the first seq_len − 1 tokens from w · seq_len: what perplexity's protocol of that
    /// name reads, so that statistics can be compared with it.
    enum class Choice { Random, Stream, BosWindows } choice = Choice::Random;
    /// Throws Error{InvalidOption}.
    void validate() const;
};

/// The chosen windows and where they come from.
struct Samples {
    SampleSpec spec;
    TokenWindows windows;
    std::vector<Index> first_token;  ///< position of each window in the token stream of the text
    Index stream_tokens = 0;         ///< length of that stream
};

/// Cuts the text's token stream (with the tokenizer's BOS in front of the text, if it adds one) into windows at seeded random
/// starts that do not overlap; a text too short for n_samples windows gives as many as fit, in seeded order.
/// Throws Error{InvalidOption} when the text is shorter than one window, saying how many tokens it has.
[[nodiscard]] Samples drawSamples(const Tokenizer& tokenizer, std::string_view text, const SampleSpec& spec);

}  // namespace salient
