#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/tokenizer/added_tokens.h"

namespace salient {

/// What tokenizer_config.json, special_tokens_map.json and added_tokens.json add to a tokenizer that does not say it itself. A
/// missing file leaves the defaults.
struct TokenizerConfig {
    std::optional<bool> add_bos_token;
    std::optional<bool> add_eos_token;
    bool add_prefix_space = false;
    std::string tokenizer_class;  ///< as tokenizer_config.json names it; empty: it does not
    std::optional<std::string> bos_token;
    std::optional<std::string> eos_token;
    /// bos, eos, unk, pad and additional ones, without the ids that the vocabulary has for them.
    std::vector<AddedToken> special_tokens;
    /// Those of added_tokens.json and, where both know a text, rather of "added_tokens_decoder" in tokenizer_config.json. Looked for in
    /// the text as it is.
    std::vector<AddedToken> added_tokens;

    /// Throws Error{Io}, Error{Format}.
    [[nodiscard]] static TokenizerConfig read(const std::filesystem::path& directory);
};

}  // namespace salient
