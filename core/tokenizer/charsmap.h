#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salient {

/// What SentencePiece replaces in a text before it looks for pieces ("precompiled_charsmap"): a few thousand characters and short
/// sequences, each with its replacement. The bytes are u32 n; n bytes of a double-array trie; the replacements, each ended by a NUL. A
/// unit of the trie: bit 8, a leaf hangs here; bits 10 to 31, the offset (times 256 when bit 9 is set) that is XORed with the unit's own
/// place to get that of its children; bits 0 to 7 and 31, the label by which a child is recognized. A leaf's value is the place of its
/// replacement.
class Charsmap {
public:
    /// Follows every path first. Throws Error{Format} "openTokenizer: place: …" for a table whose paths or replacements lead out of it, or
    /// that is larger than tokenizer_limits allow.
    Charsmap(std::string_view bytes, std::string_view place);

    /// The replacement of the shortest entry that a text begins with, or nothing.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view text) const;

    struct Entry {
        std::string_view ending;       ///< the last four bytes of the text that is replaced, or all of it
        bool has_space = false;        ///< anywhere in that text
        std::string_view replacement;  ///< maybe empty
    };
    /// Calls `found` for every entry that may stand in UTF-8; its end may cut a character. False: it takes more steps than any
    /// published table does, and some were left out. NFKC has 230,000 entries.
    [[nodiscard]] bool forEachEntry(const std::function<void(const Entry&)>& found) const;

    /// A text with everything replaced, as the published tokenizers library does it, which SentencePiece's own may differ from: a grapheme
    /// cluster of less than six bytes is looked up as a whole, and all of it goes with the entry it begins with; otherwise each of its
    /// characters alone. The text must be valid UTF-8. Throws Error{Unsupported} when the result exceeds `limit_bytes`.
    [[nodiscard]] std::string apply(std::string_view text, std::size_t limit_bytes) const;

private:
    [[nodiscard]] std::string_view replacementAt(std::size_t leaf) const;

    std::vector<std::uint32_t> units_;
    std::string texts_;
};

}  // namespace salient
