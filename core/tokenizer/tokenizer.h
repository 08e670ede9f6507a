#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace salient {

using TokenId = std::int32_t;

/// A form in which a directory can hold a tokenizer.
struct TokenizerForm {
    std::vector<std::string> files;   ///< all of them stand for it
    std::vector<std::string> models;  ///< how words become tokens: BPE, Unigram, WordPiece, WordLevel
};

/// Turns text into the ids a model was trained on and back: tokenizer.json (with its normalizers, pre-tokenizers, added tokens,
/// post-processor and decoders) or, without one, another of the forms. Immutable and safe to share between threads.
class Tokenizer {
public:
    /// Those that open() knows, in the order in which it looks for them.
    [[nodiscard]] static std::vector<TokenizerForm> forms();
    /// Throws Error{Io} when the directory holds none of the forms, Error{Format} or Error{Unsupported} naming the component.
    [[nodiscard]] static std::shared_ptr<const Tokenizer> open(const std::filesystem::path& model_directory);
    virtual ~Tokenizer() = default;

    /// Ids of a text. With add_special, what the post-processor adds (a BOS, say) is there too. Invalid UTF-8 is
    /// replaced by U+FFFD first. Linear in the text, up to the logarithm of the longest word; of the text where a tokenizer.model has
    /// pieces that reach across words (sentencepiece_words.h).
    [[nodiscard]] virtual std::vector<TokenId> encode(std::string_view text, bool add_special) const = 0;
    /// The text of those ids; special tokens are left out when asked.
    [[nodiscard]] virtual std::string decode(std::span<const TokenId> ids, bool skip_special = true) const = 0;
    /// How one token looks on screen: its bytes as UTF-8, with control characters and broken sequences escaped.
    [[nodiscard]] virtual std::string displayText(TokenId id) const = 0;
    /// The id that encode(text, true) puts in front, if it puts one there.
    [[nodiscard]] virtual std::optional<TokenId> bos() const = 0;
    /// About what encode() needs of memory for each byte of a text, the text and its ids included.
    [[nodiscard]] virtual std::int64_t bytesPerTextByte() const { return 8; }
    /// One more than the largest id.
    [[nodiscard]] virtual int vocabularySize() const = 0;
};

}  // namespace salient
