#include "core/io/gguf_part.h"

#include <charconv>
#include <system_error>

namespace salient {

std::string ggufPartName(std::string_view tensor, std::int64_t number) { return std::string(tensor) + "[" + std::to_string(number) + "]"; }

GgufPart ggufPartOf(std::string_view name) {
    const std::size_t bracket = name.rfind('[');
    if (bracket == std::string_view::npos || !name.ends_with(']')) return {std::string(name)};
    const char* const end = name.data() + name.size() - 1;
    std::int64_t number = -1;
    const auto [stopped, error] = std::from_chars(name.data() + bracket + 1, end, number);
    if (error != std::errc{} || stopped != end || number < 0) return {std::string(name)};
    return {std::string(name.substr(0, bracket)), number};
}

}  // namespace salient
