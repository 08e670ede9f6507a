#include "core/tokenizer/sentencepiece_words.h"

#include <algorithm>
#include <optional>
#include <ranges>

#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr char32_t kMark = 0x2581;
constexpr std::string_view kMarkText = "▁";
constexpr std::size_t kLongPart = std::size_t{1} << 12U;  // what the library makes of it stays in a core's own cache

enum PieceType : int { kNormal = 1, kUserDefined = 4, kUnused = 5 };

bool reachesAcross(const SentencePieceVocabulary::Piece& piece) {
    std::string_view text = piece.text;
    if (text.find(' ') != std::string_view::npos) return true;
    while (text.starts_with(kMarkText)) text.remove_prefix(kMarkText.size());
    return text.find(kMarkText) != std::string_view::npos;
}

bool isMark(const SentencePieceVocabulary::Piece& piece) {
    return piece.text == kMarkText && (piece.type == kNormal || piece.type == kUserDefined);
}

/// The last characters of what vanishes or becomes space, in order; nothing when a replacement may reach across a space.
std::optional<std::vector<char32_t>> charactersThatBecomeSpace(const std::string& charsmap) {
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
    if (!charsmap.empty() && !Charsmap(charsmap, "charsmap").forEachEntry(add)) return std::nullopt;
    if (!is_known) return std::nullopt;
    std::ranges::sort(characters);
    return characters;
}

}  // namespace

SentencePieceWords::SentencePieceWords(const SentencePieceVocabulary& vocabulary) {
    const bool knows_mark = vocabulary.byte_fallback || std::ranges::any_of(vocabulary.pieces, isMark);
    if (!vocabulary.adds_space_prefix || !knows_mark || std::ranges::any_of(vocabulary.pieces, reachesAcross)) return;
    const auto characters = charactersThatBecomeSpace(vocabulary.charsmap);
    if (!characters) return;
    cuts_ = true;
    never_before_ = *characters;
    const bool has_unused =
        std::ranges::find(vocabulary.pieces, static_cast<int>(kUnused), &SentencePieceVocabulary::Piece::type) != vocabulary.pieces.end();
    if (!vocabulary.is_bpe || has_unused) least_bytes_ = kLongPart;
}

std::size_t SentencePieceWords::firstEnd(std::string_view text) const {
    if (!cuts_ || text.size() <= least_bytes_) return text.size();
    for (std::size_t i = text.find(' ', std::max<std::size_t>(least_bytes_, 1)); i != std::string_view::npos; i = text.find(' ', i + 1)) {
        if (i + 1 == text.size()) break;
        if (!std::ranges::binary_search(never_before_, unicode::decodeBefore(text, i).value)) return i;
    }
    return text.size();
}

}  // namespace salient
