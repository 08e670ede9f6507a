#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/tokenizer.h"

/// Sends a few texts through a tokenizer that was just read, there and back: a file may be well formed and still be made to hurt.
inline void useTokenizer(const salient::Tokenizer& tokenizer) {
    constexpr std::array<std::string_view, 4> kTexts{
        "The quick brown fox's 1234 jumps over    the lazy dog.\n\n\tIt isn't 3.14!",
        "Größe ▁ naïve İ ﷺ e\xCC\x81 日本語 🙂 <s> </s> <0x41>", "broken \xC3 \xF0\x9F bytes \xFF",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"};
    for (const std::string_view text : kTexts) {
        const std::vector<salient::TokenId> ids = tokenizer.encode(text, true);
        static_cast<void>(tokenizer.decode(ids, false));
        static_cast<void>(tokenizer.decode(ids, true));
    }
    static_cast<void>(tokenizer.bos());
    const int n_tokens = tokenizer.vocabularySize();
    for (salient::TokenId id = -1; id <= std::min(n_tokens, 300); ++id) static_cast<void>(tokenizer.displayText(id));
}
