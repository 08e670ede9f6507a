#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/piece_trie.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/word_cache.h"

namespace salient {

/// What the model's file says beside its pieces.
struct UnigramOptions {
    std::optional<std::int64_t> unk_id;  ///< stands for what no piece covers; without it such a text is an error
    bool byte_fallback = false;          ///< what no piece covers becomes its bytes <0xNN> where there are pieces for all of them
};

/// Pieces with log-probabilities: of all ways to cut a word into them, the likeliest. A character that is no piece of its own may be
/// an unknown one, whose score is ten below the least of all pieces; neighbouring unknown ones become one token. Of equal ways, that
/// whose last piece is longest, and so on to the front.
/// Kudo, "Subword Regularization", arXiv:1804.10959, section 3.1; found by Viterbi's algorithm. Immutable; safe to share between threads.
class UnigramModel {
public:
    struct Piece {
        std::string text;
        double score = 0.0;  ///< a logarithm; finite
    };

    /// Results for words seen before in one text, and scratch space. One per thread.
    class Workspace {
        friend class UnigramModel;
        struct Cut {
            double score = 0.0;         ///< of the best way up to here
            std::uint32_t n_bytes = 0;  ///< of its last piece; 0: none was found yet
            TokenId id = -1;
        };
        struct Section {
            std::size_t begin = 0;
            TokenId id = -1;
        };
        WordCache seen;
        std::vector<Cut> best;  ///< by bytes before it
        std::vector<Section> sections;
    };

    /// A piece's id is its place; of equal ones the last counts. Throws Error{Format} for an unk_id that is no piece's, a score that
    /// is not finite, or more pieces or longer ones than tokenizer_limits allow; `origin` is the file's name.
    UnigramModel(std::vector<Piece> pieces, const UnigramOptions& options, std::string_view origin);

    /// Appends the tokens of one word. O(n · the longest piece) in its length. Throws Error{Format} when the word has what no piece
    /// covers and the model has no unk_id.
    void encode(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const;

    [[nodiscard]] std::optional<TokenId> idOf(std::string_view token) const;
    /// The piece's text, or nothing for an id that is no piece's.
    [[nodiscard]] std::optional<std::string_view> textOf(TokenId id) const;
    [[nodiscard]] TokenId maxId() const noexcept { return static_cast<TokenId>(pieces_.size()) - 1; }

private:
    void encodeAnew(std::string_view word, Workspace& workspace, std::vector<TokenId>& ids) const;
    void findBest(std::string_view word, Workspace& workspace) const;
    void appendUnknown(std::string_view text, std::vector<TokenId>& ids) const;

    std::vector<Piece> pieces_;  // by id
    PieceTrie trie_;
    std::array<TokenId, 256> byte_ids_;  // by byte, -1 for none
    TokenId unk_id_ = -1;
    double unk_score_ = 0.0;
};

}  // namespace salient
