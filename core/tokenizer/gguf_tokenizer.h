#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/io/gguf.h"
#include "core/tokenizer/tokenizer.h"

namespace salient {

/// The tokenizer that a GGUF file carries, and the files of a Hugging Face directory that mean the same.
struct GgufTokenizer {
    std::shared_ptr<const Tokenizer> tokenizer;  ///< null when the file has none ("no_vocab"), or one that is not known
    std::map<std::string, std::string> files;    ///< name → content: tokenizer.json or tokenizer.model, tokenizer_config.json
    std::string obstacle = {};  ///< why it is null although the file has one: "tokenizer.ggml.pre: expected …, found …"
};

// Keys under "tokenizer.ggml.": "model", "llama" for SentencePiece's merging by scores and "gpt2" for byte-level BPE; "tokens", texts by
// id; "token_type", 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; "scores" (SentencePiece); "merges", "left right", and
// "pre" (BPE, pre_tokenizer_names.h); "bos_token_id", "eos_token_id", "unknown_token_id", "padding_token_id"; "add_bos_token",
// "add_eos_token", "add_space_prefix".

/// A "llama" vocabulary becomes a tokenizer.model, a "gpt2" one a tokenizer.json, and is read as one. An unknown "pre" is an obstacle, for
/// the weights can be read without it. Throws Error{Unsupported} naming another model, Error{Format}.
[[nodiscard]] GgufTokenizer readGgufTokenizer(const GgufFile& file);

}  // namespace salient
