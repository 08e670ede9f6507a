#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/tokenizer/component.h"
#include "core/tokenizer/regex.h"

namespace salient {

/// Receives the pieces of a text, in order; a view is good during the call only.
using PieceSink = std::function<void(std::string_view)>;

/// What becomes of the delimiters that a text is split at.
enum class SplitBehavior {
    Isolated,            ///< each is a piece of its own
    Removed,             ///< they go
    MergedWithPrevious,  ///< each ends the piece before it
    MergedWithNext,      ///< each starts the piece after it
    Contiguous,          ///< a run of them is one piece
};

/// Throws Error{Format} for another name.
[[nodiscard]] SplitBehavior splitBehaviorFromName(const std::string& name, const Component& place);

/// Cuts one text at delimiters that are announced from left to right. Empty pieces are dropped.
class Splitter {
public:
    /// With `invert`, what is not announced is the delimiter.
    Splitter(std::string_view text, SplitBehavior behavior, bool invert, const PieceSink& sink)
        : text_(text), behavior_(behavior), invert_(invert), sink_(sink) {}

    void delimiter(std::size_t begin, std::size_t end);
    void finish();

private:
    void tile(std::size_t begin, std::size_t end, bool is_delimiter);
    void flush();

    std::string_view text_;
    SplitBehavior behavior_;
    bool invert_;
    const PieceSink& sink_;
    std::size_t tiled_ = 0;          // everything before was announced or passed on
    std::size_t pending_begin_ = 0;  // a piece that may still grow
    std::size_t pending_end_ = 0;
    bool was_delimiter_ = false;
};

/// A literal or a regular expression: {"String": …} or {"Regex": …} of a tokenizer.json.
class Pattern {
public:
    explicit Pattern(const Component& json);
    explicit Pattern(std::string literal) : value_(std::move(literal)) {}

    void forEachMatch(std::string_view text, MatchBudget& budget,
                      const std::function<void(std::size_t begin, std::size_t end)>& found) const;
    /// Every match replaced by the text, taken literally. Throws Error{Unsupported} when the result exceeds `limit_bytes`.
    [[nodiscard]] std::string replaceAll(std::string_view text, std::string_view replacement, std::size_t limit_bytes,
                                         MatchBudget& budget) const;

private:
    std::variant<std::string, Regex> value_;
};

/// Throws Error{Unsupported} for a tokenizer whose steps blow a text up beyond `limit_bytes`.
[[noreturn]] void failGrown(std::size_t n_bytes, std::size_t limit_bytes);

/// Calls `found` for every occurrence of a literal, non-overlapping; for an empty literal never.
void forEachOccurrence(std::string_view text, std::string_view literal, const std::function<void(std::size_t, std::size_t)>& found);

}  // namespace salient
