#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "core/tokenizer/component.h"

namespace salient {

/// What the expressions of a tokenizer may still cost on one text. A step is one place of an expression that is tried, or a byte of the
/// text between the places where two of them look, and counts more where the expression is longer than a kilobyte: about the processor's
/// time, and the same on every machine. Those in use take about five per byte; one that looks far ahead from every place takes as many as
/// the text is long.
class MatchBudget {
public:
    /// For a text of that many bytes that goes through that many expressions.
    explicit MatchBudget(std::size_t n_bytes, std::size_t n_expressions = 1) noexcept
        : n_bytes_(n_bytes), limit_(kLeast + kPerByte * n_bytes * n_expressions) {}

    /// Takes some; false when there were not as many.
    [[nodiscard]] bool take(std::size_t n_steps) noexcept {
        used_ += n_steps;
        return used_ <= limit_;
    }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
    /// Of the text.
    [[nodiscard]] std::size_t byteCount() const noexcept { return n_bytes_; }

private:
    static constexpr std::size_t kLeast = 4096;
    static constexpr std::size_t kPerByte = 256;

    std::size_t n_bytes_;
    std::size_t limit_;
    std::size_t used_ = 0;
};

/// A regular expression of a tokenizer.json. Those are written for Oniguruma; this one runs on PCRE2 (compiled to machine
/// code), so what the two read differently is translated: \s, \d and \w are the Unicode classes of Oniguruma, ^ and $ match at
/// every line. Copies share the compiled program; safe to share between threads.
class Regex {
public:
    /// A set inside [ ] is a union with it. Throws Error{Unsupported} naming what PCRE2 has no equal for (intersections and
    /// negated sets inside [ ], \h), Error{Format} for a broken expression; `place` is where it came from. Its steps are counted, which
    /// about doubles what a match costs, unless it is trusted.
    Regex(std::string_view pattern, const Component& place, bool is_trusted = false);
    /// For an expression of our own, already in PCRE2's syntax.
    explicit Regex(std::string_view pcre_pattern);

    /// Calls back for every match from left to right, non-overlapping, as [begin, end) in bytes. An empty match right after
    /// another match does not count. The text must be valid UTF-8. Throws Error{Unsupported} naming the expression when matching exceeds
    /// PCRE2's limits from one place of the text, or the budget.
    void forEachMatch(std::string_view text, MatchBudget& budget,
                      const std::function<void(std::size_t begin, std::size_t end)>& found) const;
    /// The same, with a budget for that text alone.
    void forEachMatch(std::string_view text, const std::function<void(std::size_t begin, std::size_t end)>& found) const;

private:
    struct Program;
    std::shared_ptr<const Program> program_;
};

}  // namespace salient
