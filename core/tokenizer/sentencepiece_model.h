#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace salient {

/// A vocabulary as SentencePiece's BPE keeps it: neighbours whose union has the highest score are merged first.
struct SentencePieceVocabulary {
    struct Piece {
        std::string text;
        float score = 0.0F;
        int type = 1;  ///< 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
    };
    bool is_bpe = true;                      ///< false: another model, whose scores mean something else
    std::vector<Piece> pieces;               ///< by id
    std::string bos, eos, unknown, padding;  ///< texts; empty: none
    bool byte_fallback = true;               ///< unknown characters become their bytes, <0xNN>
    bool adds_space_prefix = true;
    bool removes_extra_spaces = false;
    std::string charsmap = {};  ///< what is replaced before pieces are looked for (charsmap.h); empty: nothing
};

/// The content of a tokenizer.model (sentencepiece_model.proto) that holds it.
[[nodiscard]] std::string sentencePieceModel(const SentencePieceVocabulary& vocabulary);

/// The vocabulary of a tokenizer.model that checkSentencePieceModel() has found in order.
[[nodiscard]] SentencePieceVocabulary sentencePieceVocabulary(std::string_view model);

}  // namespace salient
