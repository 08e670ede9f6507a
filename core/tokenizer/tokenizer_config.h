#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace salient {

/// What tokenizer_config.json and special_tokens_map.json add to a tokenizer that does not say it itself. A missing file
/// leaves the defaults.
struct TokenizerConfig {
    std::optional<bool> add_bos_token;
    std::optional<bool> add_eos_token;
    bool add_prefix_space = false;
    std::optional<std::string> bos_token;
    std::vector<std::string> special_tokens;  ///< bos, eos, unk, pad and additional ones

    /// Throws Error{Io}, Error{Format}.
    [[nodiscard]] static TokenizerConfig read(const std::filesystem::path& directory);
};

}  // namespace salient
