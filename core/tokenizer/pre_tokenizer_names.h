#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/io/json_file.h"

namespace salient {

/// What llama.cpp's name for a byte-level tokenizer's way of cutting a text into words ("tokenizer.ggml.pre") stands for, in the terms of
/// a tokenizer.json. The expressions are those of the published tokenizers that the names were given to; llama.cpp's own spellings of them
/// cut alike.
struct NamedPreTokenizer {
    Json pre_tokenizer;
    bool has_nfc = false;        ///< the published tokenizers normalize to NFC first; llama.cpp does not
    bool ignore_merges = false;  ///< a word that is a token is that token
    bool adds_bos = false;       ///< unless the file says otherwise
};

/// Nothing for a name that is not among preTokenizerNames().
[[nodiscard]] std::optional<NamedPreTokenizer> preTokenizerFromName(std::string_view name);

/// All names that are known, for a message.
[[nodiscard]] std::string preTokenizerNames();

/// The first name whose way of cutting is that of a tokenizer.json's "pre_tokenizer"; empty when no name stands for it.
[[nodiscard]] std::string preTokenizerName(const Json& pre_tokenizer, bool ignore_merges);

/// Whether an expression is one of those tokenizers': in use as it is, so that its steps need not be counted (MatchBudget).
[[nodiscard]] bool isPublishedExpression(std::string_view expression);

}  // namespace salient
