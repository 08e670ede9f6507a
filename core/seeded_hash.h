#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace salient {

/// What a keyed hash knows and the maker of a file does not.
struct HashKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

/// Drawn once in each process.
[[nodiscard]] inline const HashKey& hashKeyOfThisProcess() {
    static const HashKey kKey = [] {
        std::random_device random;
        const auto number = [&random] { return static_cast<std::uint64_t>(random()) << 32U | random(); };
        const std::uint64_t first = number();
        return HashKey{first, number()};
    }();
    return kKey;
}

/// SipHash with so many rounds for every eight bytes, and so many at the end. Aumasson and Bernstein, "SipHash: a fast short-input PRF"
/// (2012), section 2; numbers are little-endian there, as they are on every machine that Salient runs on.
template <int n_rounds, int n_last_rounds>
[[nodiscard]] std::uint64_t sipHash(const HashKey& key, std::string_view text) noexcept {
    std::uint64_t v0 = key.first ^ 0x736F6D6570736575U;
    std::uint64_t v1 = key.second ^ 0x646F72616E646F6DU;
    std::uint64_t v2 = key.first ^ 0x6C7967656E657261U;
    std::uint64_t v3 = key.second ^ 0x7465646279746573U;
    const auto rounds = [&](int n) {
        for (int i = 0; i < n; ++i) {
            v0 += v1;
            v2 += v3;
            v1 = std::rotl(v1, 13) ^ v0;
            v3 = std::rotl(v3, 16) ^ v2;
            v0 = std::rotl(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = std::rotl(v1, 17) ^ v2;
            v3 = std::rotl(v3, 21) ^ v0;
            v2 = std::rotl(v2, 32);
        }
    };
    const auto take = [&](std::uint64_t word) {
        v3 ^= word;
        rounds(n_rounds);
        v0 ^= word;
    };
    std::size_t i = 0;
    for (; i + sizeof(std::uint64_t) <= text.size(); i += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, sizeof word);
        take(word);
    }
    std::uint64_t rest = 0;
    if (i < text.size()) std::memcpy(&rest, text.data() + i, text.size() - i);
    take(rest | static_cast<std::uint64_t>(text.size()) << 56U);
    v2 ^= 0xFFU;
    rounds(n_last_rounds);
    return v0 ^ v1 ^ v2 ^ v3;
}

/// Hash of a string that may come from a stranger's file. Where it goes differs from process to process, so that no file can be made whose
/// strings all meet in one place: nothing may depend on the order of such a container. SipHash-1-3, as other languages' maps have it: the
/// library's own hash has no key that is secret, and what collides in it collides whatever is mixed in afterwards.
struct SeededHash {
    using is_transparent = void;
    /// Not noexcept: libstdc++ then keeps each key's hash and does not compute it again on every comparison.
    [[nodiscard]] std::size_t operator()(std::string_view text) const { return sipHash<1, 3>(hashKeyOfThisProcess(), text); }
};

/// Keyed by strings of a stranger; can be asked with a view.
template <typename Value>
using StringMap = std::unordered_map<std::string, Value, SeededHash, std::equal_to<>>;
/// Of strings that live elsewhere.
using StringViewSet = std::unordered_set<std::string_view, SeededHash, std::equal_to<>>;

}  // namespace salient
