#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/component.h"
#include "core/tokenizer/split.h"
#include "core/tokenizer/unicode.h"

namespace salient {

// The steps a "normalizer" of tokenizer.json may hold; each turns a text into a text.
struct PrependStep {
    std::string prefix;  ///< put before a text that is not empty
};
struct ReplaceStep {
    Pattern pattern;
    std::string content;
};
struct UnicodeFormStep {
    unicode::Form form;
};
struct LowercaseStep {};
struct StripStep {
    bool left;
    bool right;
};
struct StripAccentsStep {};  ///< drops every mark (category M*); an accent is one only after NFD or NFKD

/// In this order, as BERT prepares a text.
struct BertStep {
    bool clean_text;            ///< drops controls, formats, private use, NUL and U+FFFD; all white space becomes a space
    bool handle_chinese_chars;  ///< a space on each side of every ideograph
    bool strip_accents;         ///< NFD, and no nonspacing mark
    bool lowercase;
};
struct NmtStep {};            ///< drops most ASCII controls; tabs, line ends, joiners and what else is taken for white space become spaces
struct ByteLevelFormStep {};  ///< every byte one character (byte_level.h)
struct CharsmapStep {
    std::shared_ptr<const Charsmap> charsmap;
};

/// What is done to a text before it is cut: prepend, replace, normal forms, lower case, strip, strip accents, what BERT and
/// SentencePiece do, bytes as characters, in sequence.
class Normalizer {
public:
    Normalizer() = default;
    /// From the "normalizer" of a tokenizer.json, which may be null. Throws Error{Format}, Error{Unsupported} naming the step.
    explicit Normalizer(const Component& json);

    [[nodiscard]] bool isIdentity() const noexcept { return steps_.empty(); }
    struct Result {
        std::string text;
        bool keeps_start = true;  ///< the first character of the text was not dropped
    };
    /// Throws Error{Unsupported} when a text grows beyond tokenizer_limits::grownBytes(), or an expression exceeds MatchBudget.
    [[nodiscard]] Result apply(std::string_view text) const;

private:
    using Step = std::variant<PrependStep, ReplaceStep, UnicodeFormStep, LowercaseStep, StripStep, StripAccentsStep, BertStep, NmtStep,
                              ByteLevelFormStep, CharsmapStep>;
    void add(const Component& json);
    std::vector<Step> steps_;
};

}  // namespace salient
