#include "core/tokenizer/byte_level.h"

#include <array>

#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr char32_t kFirstSubstitute = 0x100;

constexpr bool standsForItself(unsigned byte) {
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

struct Spelling {
    std::array<char, 2> utf8{};
    unsigned char n_bytes = 0;
};

struct Tables {
    std::array<Spelling, 256> spelling{};       // by byte; every character lies below U+0800, so two bytes suffice
    std::array<std::int16_t, 0x180> byte_of{};  // by character, -1 for none
};

constexpr Tables makeTables() {
    Tables tables;
    tables.byte_of.fill(-1);
    char32_t substitute = kFirstSubstitute;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const char32_t c = standsForItself(byte) ? static_cast<char32_t>(byte) : substitute++;
        Spelling& spelling = tables.spelling[byte];
        if (c < 0x80) {
            spelling = {{static_cast<char>(c), '\0'}, 1};
        } else {
            spelling = {{static_cast<char>(0xC0U | (c >> 6U)), static_cast<char>(0x80U | (c & 0x3FU))}, 2};
        }
        tables.byte_of[c] = static_cast<std::int16_t>(byte);
    }
    return tables;
}

constexpr Tables kTables = makeTables();

}  // namespace

void appendByteLevel(std::string& result, std::string_view bytes) {
    for (const char c : bytes) {
        const Spelling& spelling = kTables.spelling[static_cast<unsigned char>(c)];
        result.append(spelling.utf8.data(), spelling.n_bytes);
    }
}

std::optional<std::string> bytesFromByteLevel(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const unicode::CodePoint c = unicode::decodeAt(text, i);
        if (c.value >= kTables.byte_of.size() || kTables.byte_of[c.value] < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(kTables.byte_of[c.value]));
        i += c.n_bytes;
    }
    return bytes;
}

const Regex& gpt2Pattern() {
    static const Regex pattern(
        R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+)");
    return pattern;
}

}  // namespace salient
