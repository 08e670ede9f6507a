#include "core/tokenizer/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <string>

#include "core/error.h"
#include "core/tokenizer/unicode.h"

namespace salient {
namespace {

constexpr std::size_t kLongestPattern = std::size_t{1} << 14U;  // ten times the longest in use
constexpr std::size_t kUsualPattern = std::size_t{1} << 10U;
constexpr std::uint32_t kMostSteps = 1'000'000;  // from one place of a text; those in use need a few per character
constexpr std::uint32_t kMostHeapKibibytes = 20'000;

std::string errorText(int code) {
    std::array<PCRE2_UCHAR, 256> buffer{};
    pcre2_get_error_message(code, buffer.data(), buffer.size());
    return reinterpret_cast<const char*>(buffer.data());
}

/// Oniguruma's syntax to PCRE2's. Walks the pattern once, knowing only how deep inside [ ] it stands. A set inside a set adds its members
/// to it: its own brackets go, and what they set apart is escaped where it would get another meaning.
std::string translate(std::string_view pattern, const Component& place) {
    constexpr std::string_view kWord = "\\p{L}\\p{M}\\p{Nd}\\p{Pc}";
    std::string result;
    std::size_t depth = 0;
    std::size_t set_start = 0;                       // of the innermost set that began last
    std::size_t inner_end = std::string_view::npos;  // of the last set inside a set
    std::size_t hyphen = std::string_view::npos;     // the last that may make a range
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
        if (c == '\\' && next != '\0') {
            ++i;
            switch (next) {
                case 's':
                    result += "\\p{White_Space}";
                    break;
                case 'S':
                    result += "\\P{White_Space}";
                    break;
                case 'd':
                    result += "\\p{Nd}";
                    break;
                case 'D':
                    result += "\\P{Nd}";
                    break;
                case 'w':
                    result += depth > 0 ? std::string(kWord) : '[' + std::string(kWord) + ']';
                    break;
                case 'W':
                    if (depth > 0) place.unsupported("\\W inside [ ] in a regular expression");
                    result += "[^" + std::string(kWord) + ']';
                    break;
                case 'h':
                case 'H':
                    place.unsupported("\\h in a regular expression");
                default:
                    result.append({'\\', next});
            }
            continue;
        }
        if (depth > 0) {
            const bool is_first = i == set_start + 1 || (i == set_start + 2 && pattern[set_start + 1] == '^');
            if (c == '[' && next == ':') {  // [:alpha:], the same in both
                const std::size_t end = pattern.find(":]", i + 2);
                if (end == std::string_view::npos) place.malformed("regular expression: [: without :]");
                result += pattern.substr(i, end + 2 - i);
                i = end + 1;
                continue;
            }
            if (c == '[') {
                if (next == '^') place.unsupported("a negated set inside a set in a regular expression");
                if (i == hyphen + 1) place.unsupported("a range that ends in a set in a regular expression");
                ++depth;
                set_start = i;
                continue;
            }
            if (c == '&' && next == '&') place.unsupported("an intersection of sets in a regular expression");
            if (c == ']' && !is_first) {
                if (--depth > 0) {
                    inner_end = i;
                    continue;
                }
            } else if (c == ']' || (c == '-' && (is_first || next == ']' || i == inner_end + 1))) {
                result.push_back('\\');  // itself, not an end or a range
            } else if (c == '-') {
                hyphen = i;
            }
        } else if (c == '[') {
            depth = 1;
            set_start = i;
        }
        result.push_back(c);
    }
    return result;
}

pcre2_code* compile(std::string_view pattern, bool is_counted, const std::function<void(const std::string&)>& fail) {
    const std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(pcre2_compile_context_create(nullptr),
                                                                                                &pcre2_compile_context_free);
    if (context == nullptr) throw std::bad_alloc();
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    if (pattern.size() > kLongestPattern) fail("regular expression: expected at most " + std::to_string(kLongestPattern) + " bytes");
    int code = 0;
    PCRE2_SIZE position = 0;
    // What counts the steps is called before each item of the expression; matches stay the same.
    pcre2_code* const program =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | (is_counted ? PCRE2_AUTO_CALLOUT : 0U), &code,
                      &position, context.get());
    if (program == nullptr) {
        fail("regular expression: " + errorText(code) + " at byte " + std::to_string(position) + " of " + std::string(pattern));
    }
    pcre2_jit_compile(program, PCRE2_JIT_COMPLETE);  // where it cannot, the interpreter gives the same matches
    return program;
}

/// In quotes, its beginning when it is long.
std::string inQuotes(std::string_view pattern) {
    constexpr std::size_t kMostBytes = 100;
    if (pattern.size() <= kMostBytes) return "'" + std::string(pattern) + "'";
    std::size_t end = kMostBytes;
    while (end > 0 && (static_cast<unsigned char>(pattern[end]) & 0xC0U) == 0x80U) --end;  // whole characters
    return "'" + std::string(pattern.substr(0, end)) + "…'";
}

/// What is called before each item of a counted expression knows where the one before looked.
struct StepCounter {
    MatchBudget& budget;
    std::size_t weight;  ///< of a step: a class of characters may be as long as the expression
    std::size_t position;
};

int countStep(pcre2_callout_block* item, void* data) noexcept {
    StepCounter& counter = *static_cast<StepCounter*>(data);
    const std::size_t now = item->current_position;
    const std::size_t moved = now > counter.position ? now - counter.position : counter.position - now;
    counter.position = now;
    return counter.budget.take((1 + moved) * counter.weight) ? 0 : PCRE2_ERROR_CALLOUT;
}

/// What a match needs beside program and text. Kept by each thread: where a pre-tokenizer has several expressions, all but the first look
/// at one word at a time. Whoever is called back for a match may match again, for its place has been read by then, and what counts steps
/// is set for every match.
struct Scratch {
    std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match{pcre2_match_data_create(1, nullptr), &pcre2_match_data_free};
    std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> limits{pcre2_match_context_create(nullptr),
                                                                                     &pcre2_match_context_free};
    Scratch() {
        if (match == nullptr || limits == nullptr) throw std::bad_alloc();
        pcre2_set_match_limit(limits.get(), kMostSteps);
        pcre2_set_heap_limit(limits.get(), kMostHeapKibibytes);
    }
};

const Scratch& scratch() {
    thread_local const Scratch own;
    return own;
}

}  // namespace

struct Regex::Program {
    Program(std::string_view from, std::string_view pattern, bool counted, const std::function<void(const std::string&)>& fail)
        : source(from), is_counted(counted), code(compile(pattern, counted, fail), &pcre2_code_free) {}

    std::string source;  ///< as it was written
    bool is_counted;
    std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code;
};

Regex::Regex(std::string_view pattern, const Component& place, bool is_trusted)
    : program_(std::make_shared<const Program>(pattern, translate(pattern, place), !is_trusted,
                                               [&](const std::string& reason) { place.malformed(reason); })) {}

Regex::Regex(std::string_view pcre_pattern)
    : program_(std::make_shared<const Program>(pcre_pattern, pcre_pattern, false, [](const std::string& reason) {
          throw Error(ErrorCode::Format, "openTokenizer: " + reason);
      })) {}

void Regex::forEachMatch(std::string_view text, const std::function<void(std::size_t, std::size_t)>& found) const {
    MatchBudget budget(text.size());
    forEachMatch(text, budget, found);
}

void Regex::forEachMatch(std::string_view text, MatchBudget& budget, const std::function<void(std::size_t, std::size_t)>& found) const {
    const auto fail = [this](const std::string& reason) {
        throw Error(ErrorCode::Unsupported, "encode: regular expression of the tokenizer: " + inQuotes(program_->source) + ": " + reason);
    };
    const Scratch& own = scratch();
    StepCounter counter{budget, 1 + program_->source.size() / kUsualPattern, 0};
    std::size_t from = 0;
    std::size_t last_end = std::string_view::npos;
    while (from <= text.size()) {
        // The text was checked once by our caller; a check per match would make a long text cost its square.
        counter.position = from;
        pcre2_set_callout(own.limits.get(), program_->is_counted ? &countStep : nullptr, &counter);
        const int result = pcre2_match(program_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                                       PCRE2_NO_UTF_CHECK, own.match.get(), own.limits.get());
        if (result == PCRE2_ERROR_NOMATCH) return;
        if (result == PCRE2_ERROR_CALLOUT) {
            fail("expected at most " + std::to_string(budget.limit()) + " steps, the limit for " + std::to_string(budget.byteCount()) +
                 " bytes of text, found more");
        }
        if (result < 0) fail(errorText(result));
        const PCRE2_SIZE* const range = pcre2_get_ovector_pointer(own.match.get());
        const std::size_t begin = range[0];
        const std::size_t end = range[1];
        if (begin > end || begin < from) {  // \K inside a look-around, by way of a subroutine
            fail("expected matches from left to right");
        }
        if (begin == end && end == last_end) {
            if (end == text.size()) return;
            from = end + unicode::decodeAt(text, end).n_bytes;
            continue;
        }
        found(begin, end);
        from = last_end = end;
    }
}

}  // namespace salient
