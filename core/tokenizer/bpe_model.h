#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tokenizer/pair_table.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/vocabulary.h"
#include "core/tokenizer/word_cache.h"

namespace salient {

/// What the model's file says beside vocabulary and merges.
struct BpeOptions {
    std::optional<std::string> unk_token;  ///< stands for a character the vocabulary has not; without it such a character goes
    bool fuse_unk = false;                 ///< neighbouring unknown characters become one token
    bool byte_fallback = false;            ///< such a character becomes its bytes <0xNN> where the vocabulary has them all
    bool ignore_merges = false;            ///< a word that is a token is that token, whatever the merges say
};

/// Byte-pair encoding: a word starts as its characters, and the neighbours whose merge was learnt first are merged, the
/// leftmost of equals first, until no merge is left. Sennrich et al., "Neural Machine Translation of Rare Words with
/// Subword Units", arXiv:1508.07909, section 3.2. Immutable; safe to share between threads.
class BpeModel {
public:
    using Merges = std::vector<std::pair<std::string, std::string>>;

    /// Results for words seen before in one text, and scratch space. One per thread; bounded.
    class Workspace {
        friend class BpeModel;
        WordCache seen;
        std::vector<std::int32_t> previous, next;
        std::vector<std::uint32_t> ranks;
        std::vector<std::uint64_t> queue;
        std::vector<TokenId> symbols;
    };

    /// Throws Error{Format} for a merge whose parts or result are not in the vocabulary, or for an id out of range; `origin` is
    /// the file's name.
    BpeModel(StringMap<TokenId> vocabulary, const Merges& merges, BpeOptions options, std::string_view origin);

    /// Appends the tokens of one word. O(n log n) in its length, and close to linear in practice: a long word is cut first
    /// where no merge can reach across.
    void encode(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const;

    [[nodiscard]] std::optional<TokenId> idOf(std::string_view token) const { return vocabulary_.idOf(token); }
    /// The token's text, or nothing for an id the vocabulary has not.
    [[nodiscard]] std::optional<std::string_view> textOf(TokenId id) const { return vocabulary_.textOf(id); }
    [[nodiscard]] TokenId maxId() const noexcept { return vocabulary_.maxId(); }

private:
    void encodeSegment(std::string_view segment, Workspace& workspace, std::vector<TokenId>& ids) const;
    void appendSymbols(std::string_view segment, std::vector<TokenId>& symbols) const;
    void mergeShort(Workspace& workspace) const;
    void mergeLong(Workspace& workspace) const;
    [[nodiscard]] std::uint32_t rankOf(TokenId left, TokenId right) const noexcept;
    [[nodiscard]] TokenId symbolOf(char32_t c) const noexcept;
    [[nodiscard]] bool canJoin(char32_t left, char32_t right) const noexcept;

    BpeOptions options_;
    Vocabulary vocabulary_;
    PairTable ranks_;                   // (left id, right id) → rank
    std::vector<TokenId> merged_;       // by rank
    PairTable joins_;                   // (last character of a left part, first of its right part), for all merges
    std::vector<std::uint32_t> pages_;  // code point / 256 → page of symbols_
    std::vector<TokenId> symbols_;      // pages of 256 ids of single characters, -1 for none
    std::vector<TokenId> byte_ids_;     // by byte, -1 for none
    TokenId unk_id_ = -1;
    bool bytes_stay_apart_ = false;  // all 256 bytes have a token, and no merge knows any of them
};

}  // namespace salient
