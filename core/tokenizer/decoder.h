#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/tokenizer/component.h"
#include "core/tokenizer/split.h"

namespace salient {

// The steps a "decoder" of tokenizer.json may hold; each turns a list of token texts into another.
struct ByteLevelDecode {};     ///< characters back to bytes, all in one text; broken UTF-8 becomes U+FFFD
struct ByteFallbackDecode {};  ///< each run of <0xNN> to its bytes, or to as many U+FFFD when they are no UTF-8
struct FuseDecode {};          ///< all in one text
struct ReplaceDecode {
    Pattern pattern;
    std::string content;
};
struct StripDecode {
    std::string character;  ///< up to `start` of them go from the front of each text, up to `stop` from its end
    std::int64_t start;
    std::int64_t stop;
};
struct MetaspaceDecode {
    std::string replacement;  ///< becomes a space; in the first text it goes, if one was put there
    bool drops_first;
};
struct WordPieceDecode {
    std::string prefix;  ///< goes from what continues a word; what begins one gets a space before it
    bool cleans_up;      ///< takes the spaces before English punctuation away
};
struct BpeDecode {
    std::string suffix;  ///< of what ends a word: becomes a space, in the last text it goes
};

/// Joins token texts into the text they came from.
class Decoder {
public:
    /// Tokens joined with a space, which is what a null decoder means.
    Decoder() = default;
    /// From the "decoder" of a tokenizer.json, which may be null. Throws Error{Format}, Error{Unsupported} naming the step.
    explicit Decoder(const Component& json);
    /// Byte-level alone, as in GPT-2.
    explicit Decoder(const ByteLevelDecode& step) { steps_.emplace_back(step); }

    [[nodiscard]] std::string apply(std::vector<std::string> tokens) const;
    /// The raw bytes of one token in the middle of a text; need not be whole characters.
    [[nodiscard]] std::string bytesOf(std::string_view token) const;

private:
    using Step = std::variant<ByteLevelDecode, ByteFallbackDecode, FuseDecode, ReplaceDecode, StripDecode, MetaspaceDecode, WordPieceDecode,
                              BpeDecode>;
    void add(const Component& json);
    std::vector<Step> steps_;
};

}  // namespace salient
