#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"

namespace salient {

/// A word is a token or unknown. Immutable; safe to share between threads.
class WordLevelModel {
public:
    /// As the other models have one; nothing is kept, for finding a word costs no more than finding it among those kept.
    class Workspace {};

    /// Throws Error{Format} for ids out of range; `origin` is the file's name. An unk_token outside the vocabulary stands for nothing.
    WordLevelModel(StringMap<TokenId> vocabulary, std::string unk_token, std::string_view origin);

    /// Appends the token of one word. Throws Error{Format} for a word that is no token when the model has none for such.
    void encode(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const;

    [[nodiscard]] std::optional<TokenId> idOf(std::string_view token) const { return vocabulary_.idOf(token); }
    /// The token's text, or nothing for an id the vocabulary has not.
    [[nodiscard]] std::optional<std::string_view> textOf(TokenId id) const { return vocabulary_.textOf(id); }
    [[nodiscard]] TokenId maxId() const noexcept { return vocabulary_.maxId(); }

private:
    Vocabulary vocabulary_;
    std::string unk_token_;
    std::optional<TokenId> unk_id_;
};

}  // namespace salient
