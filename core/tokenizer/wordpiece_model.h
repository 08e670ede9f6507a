#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/piece_trie.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"
#include "core/tokenizer/word_cache.h"

namespace salient {

/// What the model's file says beside its vocabulary.
struct WordPieceOptions {
    std::string unk_token = "[UNK]";               ///< stands for a whole word that the vocabulary cannot spell
    std::string continuing_subword_prefix = "##";  ///< before tokens that do not begin a word
    std::int64_t max_input_chars_per_word = 100;   ///< a word of more code points is unknown
};

/// The longest token that a word begins with, then the longest that goes on from there, to its end; a word that cannot be spelled
/// like that is one unknown token. Devlin et al., "BERT", arXiv:1810.04805, section 3; Wu et al., arXiv:1609.08144, section 4.1.
/// Immutable; safe to share between threads.
class WordPieceModel {
public:
    /// Results for words seen before in one text. One per thread; bounded.
    class Workspace {
        friend class WordPieceModel;
        WordCache seen;
    };

    /// Throws Error{Format} for an unk_token outside the vocabulary, ids out of range, or more or longer tokens than
    /// tokenizer_limits allow; `origin` is the file's name.
    WordPieceModel(StringMap<TokenId> vocabulary, WordPieceOptions options, std::string_view origin);

    /// Appends the tokens of one word. O(n · the longest token) in its length.
    void encode(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const;

    [[nodiscard]] std::optional<TokenId> idOf(std::string_view token) const { return vocabulary_.idOf(token); }
    /// The token's text, or nothing for an id the vocabulary has not.
    [[nodiscard]] std::optional<std::string_view> textOf(TokenId id) const { return vocabulary_.textOf(id); }
    [[nodiscard]] TokenId maxId() const noexcept { return vocabulary_.maxId(); }

private:
    [[nodiscard]] bool appendSpelled(std::string_view word, std::vector<TokenId>& ids) const;

    WordPieceOptions options_;
    Vocabulary vocabulary_;
    PieceTrie trie_;
    PieceTrie::Node continuing_;  // behind the prefix; nowhere when no token has it
    TokenId unk_id_ = -1;
};

}  // namespace salient
