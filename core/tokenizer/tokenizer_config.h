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
    std::optional<std::string> bos_token;
    std::vector<std::string> special_tokens;  ///< bos, eos, unk, pad and additional ones
    /// Those of added_tokens.json and, where both know a text, rather of "added_tokens_decoder" in tokenizer_config.json. Looked for in
    /// the text as it is.
    std::vector<AddedToken> added_tokens;

    /// Throws Error{Io}, Error{Format}.
    [[nodiscard]] static TokenizerConfig read(const std::filesystem::path& directory);
};

}  // namespace salient
