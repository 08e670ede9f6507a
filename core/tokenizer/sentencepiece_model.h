#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace salient {

/// How SentencePiece makes pieces of a text; the numbers are its own.
enum class SentencePieceKind : int {
    Unigram = 1,  ///< scores are probabilities, of which the best sum is sought
    Bpe = 2,      ///< neighbours whose union has the highest score are merged first
    Word = 3,     ///< what lies between spaces is a piece or unknown
    Char = 4,     ///< a character is a piece or unknown
};

/// The vocabulary of a tokenizer.model, and what is done to a text first.
struct SentencePieceVocabulary {
    struct Piece {
        std::string text;
        float score = 0.0F;
        int type = 1;  ///< 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
    };
    SentencePieceKind kind = SentencePieceKind::Bpe;
    std::vector<Piece> pieces;               ///< by id
    std::string bos, eos, unknown, padding;  ///< texts; empty: none
    bool byte_fallback = true;               ///< unknown characters become their bytes, <0xNN>
    bool adds_space_prefix = true;
    bool removes_extra_spaces = false;
    std::string charsmap = {};  ///< what is replaced before pieces are looked for (charsmap.h); empty: nothing
};

/// The content of a tokenizer.model (sentencepiece_model.proto) that holds it.
[[nodiscard]] std::string sentencePieceModel(const SentencePieceVocabulary& vocabulary);

/// The vocabulary of a tokenizer.model. Throws Error{Format} for a broken wire format; what checkSentencePieceModel() looks for besides is
/// taken as it is.
[[nodiscard]] SentencePieceVocabulary sentencePieceVocabulary(std::string_view model);

/// What a tokenizer.model does to a text before it looks for pieces.
struct SentencePieceRewriting {
    bool replaces_characters = false;  ///< by a table (charsmap.h)
    bool removes_extra_spaces = true;  ///< makes one space of several, and none of those at both ends
};

/// That alone: pieces are passed over, so that a vocabulary of 256,000 takes a few milliseconds. Throws as sentencePieceVocabulary().
[[nodiscard]] SentencePieceRewriting sentencePieceRewriting(std::string_view model);

}  // namespace salient
