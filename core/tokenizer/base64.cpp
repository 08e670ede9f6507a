#include "core/tokenizer/base64.h"

#include <cstdint>

namespace salient {
namespace {

/// The six bits of a character, or -1.
int bitsOf(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

}  // namespace

std::optional<std::string> bytesFromBase64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t n_padding = 0;
    while (n_padding < 2 && text.ends_with('=')) {
        text.remove_suffix(1);
        ++n_padding;
    }
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t pending = 0;  // bits read and not yet written, the first ones highest
    unsigned n_pending = 0;
    for (const char c : text) {
        const int bits = bitsOf(c);
        if (bits < 0) return std::nullopt;
        pending = pending << 6U | static_cast<std::uint32_t>(bits);
        n_pending += 6;
        if (n_pending < 8) continue;
        n_pending -= 8;
        bytes.push_back(static_cast<char>(pending >> n_pending));
        pending &= (1U << n_pending) - 1U;
    }
    if (pending != 0) return std::nullopt;  // two spellings of one value
    return bytes;
}

}  // namespace salient
