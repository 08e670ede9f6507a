#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/seeded_hash.h"
#include "core/tokenizer/tokenizer.h"

namespace salient {

/// Tokens by text and by id, one of each for the other. Immutable.
class Vocabulary {
public:
    /// Throws Error{Format} for an id out of range, far beyond the number of tokens, or of two tokens; `origin` is the file's name. Which
    /// token is named does not depend on the order of `ids`: of all that are wrong the first in the order of texts.
    Vocabulary(StringMap<TokenId> ids, std::string_view origin);

    /// In no order, and in another one in each process.
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
