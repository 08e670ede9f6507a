#pragma once

#include <array>
#include <charconv>
#include <string>

namespace salient {

/// A number in the fewest digits that are read as that number again.
template <typename Number>
[[nodiscard]] std::string shortest(Number value) {
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), end};
}

}  // namespace salient
