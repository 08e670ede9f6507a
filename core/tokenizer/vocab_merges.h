#pragma once

#include <filesystem>
#include <memory>

#include "core/tokenizer/tokenizer.h"

namespace salient {

/// Reads the two files of GPT-2 and its relatives (OPT, GPT-J, GPT-NeoX): vocab.json and merges.txt, byte-level BPE. Special and added
/// tokens, a prefix space and whether a BOS is put in front come from tokenizer_config.json, special_tokens_map.json and
/// added_tokens.json where they are present. Throws Error{Io}, Error{Format}, Error{Unsupported}.
[[nodiscard]] std::shared_ptr<const Tokenizer> readVocabAndMerges(const std::filesystem::path& directory);

}  // namespace salient
