#include "core/tokenizer/display_text.h"

#include <array>
#include <cstdio>

#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

void appendHex(std::string& result, const char* format, unsigned value) {
    std::array<char, 16> buffer{};
    const int n = std::snprintf(buffer.data(), buffer.size(), format, value);  // NOLINT(cppcoreguidelines-pro-type-vararg)
    result.append(buffer.data(), static_cast<std::size_t>(n));
}

void appendCharacter(std::string& result, char32_t c) {
    if (c == '\n') {
        result += "\\n";
    } else if (c == '\t') {
        result += "\\t";
    } else if (c == '\r') {
        result += "\\r";
    } else if (unicode::isVisible(c)) {
        unicode::appendUtf8(result, c);
    } else {
        appendHex(result, "\\u{%04X}", c);
    }
}

}  // namespace

std::string escapedForDisplay(std::string_view bytes) {
    std::string result;
    for (std::size_t i = 0;;) {
        const unicode::Broken broken = unicode::findBroken(bytes, i);
        while (i < broken.position) {
            const unicode::CodePoint c = unicode::decodeAt(bytes, i);
            appendCharacter(result, c.value);
            i += c.n_bytes;
        }
        if (broken.position == bytes.size()) return result;
        for (std::size_t k = 0; k < broken.n_bytes; ++k, ++i) appendHex(result, "\\x%02X", static_cast<unsigned char>(bytes[i]));
    }
}

}  // namespace salient
