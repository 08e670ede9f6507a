#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace salient {

/// A regular expression over the names of layers, as recipes ("keep") and the configurations of quantized models hold it: PCRE2's syntax,
/// which those files' Python reads the same way. Since it may come from a stranger, its length, its memory and its steps are bounded.
class NamePattern {
public:
    /// Throws Error{InvalidOption} "SUBJECT: expected a regular expression, found …" for a broken one or one of more than 1000 bytes.
    NamePattern(const std::string& pattern, std::string_view subject);

    /// An expression that means a text as it is.
    [[nodiscard]] static std::string escaped(std::string_view text);

    // Throw Error{InvalidOption} when an expression needs more steps than any sensible one.
    /// Whether it matches somewhere in the name.
    [[nodiscard]] bool occursIn(std::string_view name) const;
    /// Whether it matches at the start of the name, whatever follows.
    [[nodiscard]] bool starts(std::string_view name) const;

private:
    [[nodiscard]] bool matches(std::string_view name, unsigned options) const;
    std::string pattern_;
    std::string subject_;
    std::shared_ptr<const void> program_;
};

}  // namespace salient
