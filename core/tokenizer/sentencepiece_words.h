#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/tokenizer/sentencepiece_model.h"

namespace salient {

/// Where a text may be cut so that SentencePiece makes the same pieces of its parts as of the whole: at a space that no piece reaches
/// across. The space goes, for every part gets one in front. SentencePiece needs some hundred bytes of memory per byte of a part, and most
/// parts come again, so that they need not be encoded.
class SentencePieceWords {
public:
    /// Never cuts.
    SentencePieceWords() = default;
    /// For a vocabulary that puts a ▁ in front of a text and writes spaces as ▁. Cuts only when
    ///  - no piece holds a space or a ▁ behind another character, and ▁ itself is known, so that it joins no run of unknown characters;
    ///  - no entry of the charsmap holds a space or ends inside a character.
    /// Two things depend on the part still, so that there the parts are long: unigram scores are summed from its start, which a near tie
    /// may tell, and an unused piece is taken apart again as the last pair in it that would make one.
    explicit SentencePieceWords(const SentencePieceVocabulary& vocabulary);

    /// Where the first part of a text ends: at a space, or at the end of the text.
    [[nodiscard]] std::size_t firstEnd(std::string_view text) const;

private:
    bool cuts_ = false;
    std::size_t least_bytes_ = 0;
    std::vector<char32_t> never_before_;  // in order: a space behind one of these may be part of a longer run
};

}  // namespace salient
