#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/tokenizer/tokenizer.h"

namespace salient {

/// Lets a hash map keyed by strings be asked with a view.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
template <typename Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

/// Tokens by text and by id, one of each for the other. Immutable.
class Vocabulary {
public:
    /// Throws Error{Format} for an id out of range, far beyond the number of tokens, or of two tokens; `origin` is the file's name.
    Vocabulary(StringMap<TokenId> ids, std::string_view origin);

    [[nodiscard]] const StringMap<TokenId>& ids() const noexcept { return ids_; }
    [[nodiscard]] std::optional<TokenId> idOf(std::string_view token) const;
    /// The token's text, or nothing for an id that no token has.
    [[nodiscard]] std::optional<std::string_view> textOf(TokenId id) const;
    /// -1 when there is no token.
    [[nodiscard]] TokenId maxId() const noexcept { return static_cast<TokenId>(texts_.size()) - 1; }

private:
    StringMap<TokenId> ids_;
    std::vector<std::string> texts_;  // by id; empty for a hole
};

/// Throws Error{Format} "openTokenizer: origin: model: reason".
[[noreturn]] void failModel(std::string_view origin, const std::string& reason);

}  // namespace salient
