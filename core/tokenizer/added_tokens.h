#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/tokenizer/tokenizer.h"

namespace salient {

/// A token that is cut out of a text before anything else looks at it.
struct AddedToken {
    TokenId id = 0;
    std::string content;
    bool single_word = false;  ///< only where no word character touches it
    bool lstrip = false;       ///< takes the white space before it along
    bool rstrip = false;       ///< takes the white space after it along
    bool normalized = true;    ///< looked for after normalization, in normalized form
    bool special = false;      ///< left out of decoded text when asked
};

/// Finds a set of tokens in a text: from left to right, the longest at each place. One step per byte of the text
/// wherever no token begins.
class AddedTokenMatcher {
public:
    AddedTokenMatcher() = default;
    explicit AddedTokenMatcher(std::vector<AddedToken> tokens);

    /// Calls back for the pieces of a valid UTF-8 text in order: `token` is null for text between tokens. Empty pieces are left out.
    void split(std::string_view text, const std::function<void(std::string_view piece, const AddedToken* token)>& sink) const;

private:
    struct Match {
        const AddedToken* token = nullptr;
        std::size_t end = 0;
    };
    [[nodiscard]] Match longestAt(std::string_view text, std::size_t begin) const;

    std::vector<AddedToken> tokens_;
    std::array<bool, 256> starts_{};                          // bytes that a token begins with
    std::unordered_map<std::uint64_t, std::uint32_t> edges_;  // trie: node · 256 + byte → node; the root is 0
    std::vector<std::int32_t> token_at_;                      // by node: index into tokens_, or -1
};

}  // namespace salient
