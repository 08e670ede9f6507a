#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "core/tokenizer/component.h"
#include "core/tokenizer/split.h"

namespace salient {

// The steps a "pre_tokenizer" of tokenizer.json may hold; each turns one piece of text into pieces.
struct ByteLevelStep {
    bool add_prefix_space;
    bool use_regex;  ///< cut by gpt2Pattern() first
};
struct SplitStep {
    Pattern pattern;
    SplitBehavior behavior;
    bool invert;
};
struct MetaspaceStep {
    enum class Prepend { Always, First, Never };
    std::string replacement;  ///< takes the place of every space
    Prepend prepend;          ///< First: only to the piece that the whole text starts with
    bool split;               ///< cut before every replacement
};
/// Cuts at every character of a class.
struct CharacterStep {
    bool (*is_delimiter)(char32_t) noexcept;
    SplitBehavior behavior;
};
/// Cuts behind so many characters, and again.
struct FixedLengthStep {
    std::size_t n_characters;
};

/// Cuts a text into the words that become tokens one by one.
class PreTokenizer {
public:
    PreTokenizer() = default;
    /// From the "pre_tokenizer" of a tokenizer.json, which may be null. Throws Error{Format}, Error{Unsupported} naming the step.
    explicit PreTokenizer(const Component& json);

    /// Sends the words of a valid UTF-8 text to the sink, one by one: nothing of the text's length is stored, unless Metaspace
    /// rewrites it. `at_start`: the text is the beginning of the whole input.
    /// Throws Error{Unsupported} when the steps make far more of a text than it was (tokenizer_limits), or an expression exceeds
    /// MatchBudget.
    void apply(std::string_view text, bool at_start, const PieceSink& sink) const;

private:
    using Step = std::variant<ByteLevelStep, SplitStep, MetaspaceStep, CharacterStep, FixedLengthStep>;
    void add(const Component& json);
    /// What one text may still cost: bytes that go through a step, all steps together, and steps of their expressions.
    struct Budget {
        std::size_t n_bytes;
        std::size_t left;
        MatchBudget matches;
    };
    void run(std::size_t step, std::string_view text, bool at_start, Budget& budget, const PieceSink& sink) const;
    std::vector<Step> steps_;
};

}  // namespace salient
