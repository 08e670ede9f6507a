#pragma once

#include <cstdint>

namespace salient {

/// Seeded random numbers, the same on every machine and library: the standard's distributions are not.
/// SplitMix64: Steele, Lea & Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
class SplitMix64 {
public:
    explicit SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    /// A number in [0, n), each equally likely: draws from the incomplete last run of n are thrown away. n > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept {
        const std::uint64_t incomplete = (UINT64_MAX % n + 1) % n;
        std::uint64_t drawn = next();
        while (drawn > UINT64_MAX - incomplete) drawn = next();
        return drawn % n;
    }

private:
    std::uint64_t state_;
};

}  // namespace salient
