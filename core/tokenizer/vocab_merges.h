#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/tokenizer/tokenizer.h"

namespace salient {

/// How a text is cut into words before the two files' tokens are made of them, which no file of theirs says.
struct TwoFilesForm {
    std::string_view pre_tokenizer;  ///< its name (pre_tokenizer_names.h)
    bool has_nfc = false;            ///< composed first
};

/// By the "tokenizer_class" of tokenizer_config.json, with or without "Fast" at its end: GPT-2's way for that of GPT-2 (which GPT-J,
/// GPT-Neo and OPT name), CodeGen (Phi-2), a class that says nothing, or none; that of GPT-NeoX and of Qwen2. Throws Error{Unsupported}
/// "place: …" naming another.
[[nodiscard]] TwoFilesForm twoFilesForm(std::string_view tokenizer_class, const std::string& place);

/// Reads the two files of GPT-2 and its relatives: vocab.json and merges.txt, byte-level BPE in the form of twoFilesForm(). Special and
/// added tokens, a prefix space and whether BOS and EOS are put around a text come from tokenizer_config.json, special_tokens_map.json and
/// added_tokens.json where they are present. Throws Error{Io}, Error{Format}, Error{Unsupported}.
[[nodiscard]] std::shared_ptr<const Tokenizer> readVocabAndMerges(const std::filesystem::path& directory);

}  // namespace salient
