#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/sentencepiece_model.h"

namespace salient {

/// Where a text may be cut so that SentencePiece makes the same pieces of its parts as of the whole: at a space that no piece reaches
/// across. The space goes, for every part gets one in front. Most parts come again, so that they need not be encoded, and SentencePiece
/// needs about 140 bytes of memory per byte of a part (Tokenizer::bytesPerTextByte() tells forecasts).
///
/// What is not cut goes to the library as it is. Its time is O(n (log n + L)) in the bytes of a text for BPE, whose pairs wait in a heap,
/// at most three per character, and O(n L) for the others, L being the bytes of the longest piece or entry of the charsmap.
class SentencePieceWords {
public:
    /// Never cuts.
    SentencePieceWords() = default;
    /// For a vocabulary that puts a ▁ in front of a text and writes spaces as ▁, and the table of its normalizer. Cuts only when
    ///  - no piece holds a space or a ▁ behind another character, and ▁ itself is known, so that it joins no run of unknown characters;
    ///  - no entry of the charsmap holds a space or ends inside a character;
    ///  - a word's pieces do not depend on its neighbours. In BPE they do not: merges across words there are none, and those of a word come
    ///    in the same order whatever stands around it; this holds of an unused piece, too, which is taken apart again into the two that it
    ///    was made of. Words that are pieces as a whole join into one token where several in a row are unknown, so they need bytes to fall
    ///    back to. Unigram scores are summed from the start of the text in single precision, which decides near ties: never cut.
    SentencePieceWords(const SentencePieceVocabulary& vocabulary, const std::optional<Charsmap>& charsmap);

    /// Whether a text may be cut at all.
    [[nodiscard]] bool cuts() const noexcept { return cuts_; }
    /// Where the first part of a text ends: at a space, or at the end of the text.
    [[nodiscard]] std::size_t firstEnd(std::string_view text) const;

private:
    bool cuts_ = false;
    std::vector<char32_t> never_before_;  // in order: a space behind one of these may be part of a longer run
};

}  // namespace salient
