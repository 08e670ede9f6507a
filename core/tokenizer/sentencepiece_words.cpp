#include "core/tokenizer/sentencepiece_words.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <utility>

#include "core/tokenizer/piece_proto.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr char32_t kMark = 0x2581;
constexpr std::string_view kMarkText = "▁";

bool reachesAcross(const SentencePieceVocabulary::Piece& piece) {
    std::string_view text = piece.text;
    if (text.find(' ') != std::string_view::npos) return true;
    while (text.starts_with(kMarkText)) text.remove_prefix(kMarkText.size());
    return text.find(kMarkText) != std::string_view::npos;
}

bool isMark(const SentencePieceVocabulary::Piece& piece) {
    return piece.text == kMarkText && (piece.type == piece_proto::kNormal || piece.type == piece_proto::kUserDefined);
}

/// A word that looks like this would be unknown although it is a piece, and would join an unknown one before it.
bool isUnknownWord(const SentencePieceVocabulary::Piece& piece) {
    return piece.type == piece_proto::kUnknown && piece.text.starts_with(kMarkText);
}

/// Whether words that no piece reaches across become the same pieces whatever stands around them.
bool wordsStandAlone(const SentencePieceVocabulary& vocabulary) {
    if (std::ranges::any_of(vocabulary.pieces, isUnknownWord)) return false;
    switch (vocabulary.kind) {
        case SentencePieceKind::Bpe:
        case SentencePieceKind::Char:
            return true;
        case SentencePieceKind::Word:
            return vocabulary.byte_fallback;
        case SentencePieceKind::Unigram:
            return false;
    }
    return false;
}

/// The last characters of what vanishes or becomes space, in order; nothing when a replacement may reach across a space.
std::optional<std::vector<char32_t>> charactersThatBecomeSpace(const std::optional<Charsmap>& charsmap) {
    std::vector<char32_t> characters{U' ', kMark};
    bool is_known = true;
    const auto add = [&](const Charsmap::Entry& entry) {
        const std::string_view to = entry.replacement;
        std::size_t begin = entry.ending.size();
        while (begin > 0 && (static_cast<unsigned char>(entry.ending[--begin]) & 0xC0U) == 0x80U) {
        }
        const std::string_view last = entry.ending.substr(begin);
        // What follows an entry that ends inside a character is another that begins there, unlike those that are gone through here.
        is_known = is_known && !entry.has_space && !last.empty() && unicode::isValid(last);
        const bool becomes_space = to.empty() || to.ends_with(' ') || to.ends_with(kMarkText);
        if (is_known && becomes_space) characters.push_back(unicode::decodeAt(last, 0).value);
    };
    if (charsmap && !charsmap->forEachEntry(add)) return std::nullopt;
    if (!is_known) return std::nullopt;
    std::ranges::sort(characters);
    return characters;
}

}  // namespace

SentencePieceWords::SentencePieceWords(const SentencePieceVocabulary& vocabulary, const std::optional<Charsmap>& charsmap) {
    const bool knows_mark = vocabulary.byte_fallback || std::ranges::any_of(vocabulary.pieces, isMark);
    if (!vocabulary.adds_space_prefix || !knows_mark || !wordsStandAlone(vocabulary)) return;
    if (std::ranges::any_of(vocabulary.pieces, reachesAcross)) return;
    auto characters = charactersThatBecomeSpace(charsmap);
    if (!characters) return;
    cuts_ = true;
    never_before_ = *std::move(characters);
}

std::size_t SentencePieceWords::firstEnd(std::string_view text) const {
    if (!cuts_) return text.size();
    for (std::size_t i = text.find(' ', 1); i != std::string_view::npos; i = text.find(' ', i + 1)) {
        if (i + 1 == text.size()) break;
        if (!std::ranges::binary_search(never_before_, unicode::decodeBefore(text, i).value)) return i;
    }
    return text.size();
}

}  // namespace salient
