#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace salient::unicode {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

/// A code point and the number of bytes it takes.
struct CodePoint {
    char32_t value = 0;
    std::size_t n_bytes = 0;
};

/// The code point that starts at `position`. The text must be valid UTF-8 and the position the start of a character in it.
[[nodiscard]] inline CodePoint decodeAt(std::string_view text, std::size_t position) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[position + i])); };
    const char32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    if (lead < 0xE0) return {((lead & 0x1FU) << 6U) | (byte(1) & 0x3FU), 2};
    if (lead < 0xF0) return {((lead & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU), 3};
    return {((lead & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) | ((byte(2) & 0x3FU) << 6U) | (byte(3) & 0x3FU), 4};
}

/// The code point that ends at `end` (exclusive, greater than zero), under the same conditions.
[[nodiscard]] CodePoint decodeBefore(std::string_view text, std::size_t end) noexcept;

void appendUtf8(std::string& text, char32_t code_point);

/// Where the first broken sequence starts, or the length of the text. `n_broken` is set to the bytes of that sequence: the
/// longest prefix of a character, so that each counts as one error (Unicode 15, section 3.9, "substitution of maximal subparts").
struct Broken {
    std::size_t position = 0;
    std::size_t n_bytes = 0;
};
[[nodiscard]] Broken findBroken(std::string_view text, std::size_t from = 0) noexcept;
[[nodiscard]] inline bool isValid(std::string_view text) noexcept { return findBroken(text).position == text.size(); }
/// The text with each broken sequence replaced by U+FFFD.
[[nodiscard]] std::string replaceBroken(std::string_view text);

enum class Form { Nfc, Nfd, Nfkc, Nfkd };
/// One of the four normal forms of a valid text. O(n log n) in its longest run of combining marks, else linear.
[[nodiscard]] std::string normalize(std::string_view text, Form form);
/// Each character by its own lower-case mapping, without regard to its neighbours.
[[nodiscard]] std::string toLower(std::string_view text);

/// Where the grapheme cluster that starts at `begin` ends: what people see as one character (Unicode Standard Annex 29, extended clusters).
/// The text must be valid and `begin` the start of a cluster in it.
[[nodiscard]] std::size_t clusterEnd(std::string_view text, std::size_t begin) noexcept;

/// Property White_Space.
[[nodiscard]] bool isWhiteSpace(char32_t c) noexcept;
/// General categories Nd, Nl, No.
[[nodiscard]] bool isNumeric(char32_t c) noexcept;
/// ASCII punctuation and symbols, and the general categories P*.
[[nodiscard]] bool isPunctuation(char32_t c) noexcept;
/// General categories M*.
[[nodiscard]] bool isMark(char32_t c) noexcept;
/// General category Mn.
[[nodiscard]] bool isNonspacingMark(char32_t c) noexcept;
/// General categories Cc, Cf, Co: controls, formats, private use.
[[nodiscard]] bool isControl(char32_t c) noexcept;
/// \w of Unicode Technical Standard 18, Annex C: alphabetic, mark, decimal digit, connector punctuation, join control.
[[nodiscard]] bool isWord(char32_t c) noexcept;
/// Has an appearance of its own: not a control, format, surrogate, private or unassigned character, nor a line separator.
[[nodiscard]] bool isVisible(char32_t c) noexcept;

}  // namespace salient::unicode
