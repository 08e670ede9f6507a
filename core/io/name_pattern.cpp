#include "core/io/name_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <new>

#include "core/error.h"

namespace salient {
namespace {

constexpr std::size_t kLongestPattern = 1000;
constexpr std::uint32_t kMostSteps = 100'000;  // from each place of a name: a common expression needs a hundred
constexpr std::uint32_t kMostHeapKibibytes = 4096;

std::string errorText(int code) {
    std::array<PCRE2_UCHAR, 256> buffer{};
    pcre2_get_error_message(code, buffer.data(), buffer.size());
    return reinterpret_cast<const char*>(buffer.data());
}

}  // namespace

NamePattern::NamePattern(const std::string& pattern, std::string_view subject) : pattern_(pattern), subject_(subject) {
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorCode::InvalidOption, subject_ + ": expected a regular expression, found " + reason);
    };
    if (pattern.size() > kLongestPattern) fail("one of " + std::to_string(pattern.size()) + " bytes");
    int code = 0;
    PCRE2_SIZE position = 0;
    pcre2_code* const program =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_NEVER_UTF, &code, &position, nullptr);
    if (program == nullptr) fail("\"" + pattern + "\" (" + errorText(code) + ")");
    program_.reset(program, [](const void* p) { pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(p))); });
}

std::string NamePattern::escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (std::string_view(R"(\.^$|()[]{}*+?)").find(c) != std::string_view::npos) escaped.push_back('\\');
        escaped.push_back(c);
    }
    return escaped;
}

bool NamePattern::occursIn(std::string_view name) const { return matches(name, 0); }

bool NamePattern::starts(std::string_view name) const { return matches(name, PCRE2_ANCHORED); }

bool NamePattern::matches(std::string_view name, unsigned options) const {
    const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> limits(pcre2_match_context_create(nullptr),
                                                                                           &pcre2_match_context_free);
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(pcre2_match_data_create(1, nullptr),
                                                                                    &pcre2_match_data_free);
    if (limits == nullptr || match == nullptr) throw std::bad_alloc();
    pcre2_set_match_limit(limits.get(), kMostSteps);
    pcre2_set_heap_limit(limits.get(), kMostHeapKibibytes);
    const auto* const program = static_cast<const pcre2_code*>(program_.get());
    const int result = pcre2_match(program, reinterpret_cast<PCRE2_SPTR>(name.data()), name.size(), 0, options, match.get(), limits.get());
    if (result == PCRE2_ERROR_NOMATCH) return false;
    if (result < 0) {
        throw Error(ErrorCode::InvalidOption, subject_ + ": expected an expression that is quick to match, found \"" + pattern_ +
                                                  "\" on '" + std::string(name) + "' (" + errorText(result) + ")");
    }
    return true;
}

}  // namespace salient
