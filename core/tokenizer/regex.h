#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "core/tokenizer/component.h"

namespace salient {

/// A regular expression of a tokenizer.json. Those are written for Oniguruma; this one runs on PCRE2 (compiled to machine
/// code), so what the two read differently is translated: \s, \d and \w are the Unicode classes of Oniguruma, ^ and $ match at
/// every line. Copies share the compiled program; safe to share between threads.
class Regex {
public:
    /// A set inside [ ] is a union with it. Throws Error{Unsupported} naming what PCRE2 has no equal for (intersections and
    /// negated sets inside [ ], \h), Error{Format} for a broken expression; `place` is where it came from.
    Regex(std::string_view pattern, const Component& place);
    /// For an expression of our own, already in PCRE2's syntax.
    explicit Regex(std::string_view pcre_pattern);

    /// Calls back for every match from left to right, non-overlapping, as [begin, end) in bytes. An empty match right after
    /// another match does not count. The text must be valid UTF-8. Throws Error{Unsupported} when matching exceeds PCRE2's limits.
    void forEachMatch(std::string_view text, const std::function<void(std::size_t begin, std::size_t end)>& found) const;

private:
    std::shared_ptr<const void> program_;
};

}  // namespace salient
