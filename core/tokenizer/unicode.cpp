#include "core/tokenizer/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace salient::unicode {
namespace {

utf8proc_category_t category(char32_t c) noexcept { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

bool isAscii(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }

std::size_t skipAscii(std::string_view text, std::size_t i) noexcept {
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    for (std::uint64_t word = 0; i + sizeof word <= text.size(); i += sizeof word) {
        std::memcpy(&word, text.data() + i, sizeof word);
        if ((word & kHighBits) != 0) break;
    }
    while (i < text.size() && isAscii(text[i])) ++i;
    return i;
}

// How many bytes at `i` belong together, and whether they are a whole character.
struct Sequence {
    std::size_t n_bytes = 1;
    bool is_whole = false;
};

Sequence sequenceAt(std::string_view text, std::size_t i) noexcept {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t n_needed = 0;
    unsigned char low = 0x80;  // bounds of the second byte: they exclude overlong forms, surrogates and values past U+10FFFF
    unsigned char high = 0xBF;
    if (lead < 0x80) return {1, true};
    if (lead >= 0xC2 && lead <= 0xDF) {
        n_needed = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        n_needed = 2;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        n_needed = 3;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return {1, false};
    }
    for (std::size_t k = 1; k <= n_needed; ++k) {
        if (i + k >= text.size()) return {k, false};
        const auto byte = static_cast<unsigned char>(text[i + k]);
        if (byte < low || byte > high) return {k, false};
        low = 0x80;
        high = 0xBF;
    }
    return {n_needed + 1, true};
}

bool hasCombiningClass(utf8proc_int32_t c) noexcept { return utf8proc_get_property(c)->combining_class != 0; }

/// The Canonical Ordering Algorithm (Unicode 15, section 3.11). The library exchanges neighbours, which takes the square of a run's length.
void orderMarks(std::vector<utf8proc_int32_t>& points) {
    const auto classOf = [](utf8proc_int32_t c) { return utf8proc_get_property(c)->combining_class; };
    for (auto begin = points.begin(); begin != points.end();) {
        begin = std::find_if(begin, points.end(), hasCombiningClass);
        const auto end = std::find_if_not(begin, points.end(), hasCombiningClass);
        if (!std::ranges::is_sorted(begin, end, {}, classOf)) std::ranges::stable_sort(begin, end, {}, classOf);
        begin = end;
    }
}

/// `points` is scratch space.
void appendNormalized(std::string& result, std::string_view run, utf8proc_option_t options, std::vector<utf8proc_int32_t>& points) {
    constexpr std::size_t kLongestDecomposition = 18;
    points.clear();
    for (std::size_t i = 0; i < run.size();) {
        const CodePoint c = decodeAt(run, i);
        i += c.n_bytes;
        const std::size_t n = points.size();
        points.resize(n + kLongestDecomposition);
        int boundary = 0;
        const utf8proc_ssize_t n_added = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c.value), points.data() + n,
                                                                 static_cast<utf8proc_ssize_t>(kLongestDecomposition), options, &boundary);
        points.resize(n + static_cast<std::size_t>(std::clamp<utf8proc_ssize_t>(n_added, 0, kLongestDecomposition)));
    }
    orderMarks(points);
    const utf8proc_ssize_t n_points = utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(points.size()), options);
    for (utf8proc_ssize_t i = 0; i < n_points; ++i) appendUtf8(result, static_cast<char32_t>(points[static_cast<std::size_t>(i)]));
}

}  // namespace

CodePoint decodeBefore(std::string_view text, std::size_t end) noexcept {
    std::size_t start = end - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
    return decodeAt(text, start);
}

void appendUtf8(std::string& text, char32_t code_point) {
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        put(0xE0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    } else {
        put(0xF0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3FU));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    }
}

Broken findBroken(std::string_view text, std::size_t from) noexcept {
    std::size_t i = from;
    for (;;) {
        i = skipAscii(text, i);
        if (i == text.size()) return {i, 0};
        const Sequence sequence = sequenceAt(text, i);
        if (!sequence.is_whole) return {i, sequence.n_bytes};
        i += sequence.n_bytes;
    }
}

std::string replaceBroken(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    std::size_t i = 0;
    for (;;) {
        const Broken broken = findBroken(text, i);
        result.append(text.substr(i, broken.position - i));
        if (broken.position == text.size()) return result;
        appendUtf8(result, kReplacementCharacter);
        i = broken.position + broken.n_bytes;
    }
}

std::string normalize(std::string_view text, Form form) {
    int options = UTF8PROC_STABLE;
    options |= form == Form::Nfc || form == Form::Nfkc ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
    if (form == Form::Nfkc || form == Form::Nfkd) options |= UTF8PROC_COMPAT;

    // ASCII is its own normal form, so the library sees only the rest, each run with the ASCII character before it, which a
    // combining mark may join. No ASCII character joins what stands before it.
    std::string result;
    result.reserve(text.size());
    std::vector<utf8proc_int32_t> points;
    std::size_t i = 0;
    while (i < text.size()) {
        const std::size_t ascii_end = skipAscii(text, i);
        if (ascii_end == text.size()) {
            result.append(text.substr(i));
            break;
        }
        const std::size_t begin = ascii_end > i ? ascii_end - 1 : ascii_end;
        std::size_t end = ascii_end;
        while (end < text.size() && !isAscii(text[end])) ++end;
        result.append(text.substr(i, begin - i));
        appendNormalized(result, text.substr(begin, end - begin), static_cast<utf8proc_option_t>(options), points);
        i = end;
    }
    return result;
}

std::string toLower(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint c = decodeAt(text, i);
        i += c.n_bytes;
        if (c.value == 0x130) {  // İ is the one character whose lower case is two: i and a dot above
            result.push_back('i');
            appendUtf8(result, 0x307);
        } else {
            appendUtf8(result, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c.value))));
        }
    }
    return result;
}

std::size_t clusterEnd(std::string_view text, std::size_t begin) noexcept {
    CodePoint previous = decodeAt(text, begin);
    std::size_t end = begin + previous.n_bytes;
    utf8proc_int32_t state = 0;
    while (end < text.size()) {
        // Of ASCII only a line's two ends stay together.
        if (previous.value < 0x80 && isAscii(text[end]) && !(previous.value == '\r' && text[end] == '\n')) break;
        const CodePoint next = decodeAt(text, end);
        if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous.value), static_cast<utf8proc_int32_t>(next.value),
                                             &state)) {
            break;
        }
        end += next.n_bytes;
        previous = next;
    }
    return end;
}

bool isWhiteSpace(char32_t c) noexcept {
    if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

bool isNumeric(char32_t c) noexcept {
    if (c < 0x80) return c >= '0' && c <= '9';
    const auto kind = category(c);
    return kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL || kind == UTF8PROC_CATEGORY_NO;
}

bool isPunctuation(char32_t c) noexcept {
    if (c < 0x80) return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) || (c >= 0x7B && c <= 0x7E);
    const auto kind = category(c);
    return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool isMark(char32_t c) noexcept {
    const auto kind = category(c);
    return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC || kind == UTF8PROC_CATEGORY_ME;
}

bool isNonspacingMark(char32_t c) noexcept { return category(c) == UTF8PROC_CATEGORY_MN; }

bool isControl(char32_t c) noexcept {
    const auto kind = category(c);
    return kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF || kind == UTF8PROC_CATEGORY_CO;
}

bool isWord(char32_t c) noexcept {
    if (c == 0x200C || c == 0x200D) return true;
    // The circled and squared letters: alphabetic, although their category is "other symbol".
    if ((c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
        (c >= 0x1F170 && c <= 0x1F189)) {
        return true;
    }
    const auto kind = category(c);
    return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_NL) || kind == UTF8PROC_CATEGORY_PC;
}

bool isVisible(char32_t c) noexcept {
    switch (category(c)) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return false;
        default:
            return true;
    }
}

}  // namespace salient::unicode
