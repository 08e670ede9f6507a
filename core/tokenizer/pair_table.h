#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace salient {

/// Hash table from a pair of 32-bit numbers to one: open addressing, no erasing. The inner loop of BPE asks it about twice per
/// character, which makes a node-based map too slow. Where a pair goes differs from process to process, so that no file can be made
/// whose pairs all meet in one place; what is found does not.
class PairTable {
public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

    explicit PairTable(std::size_t n_expected = 0) : slots_(std::bit_ceil(2 * n_expected + 2)) {}

    /// Sets a pair's value; a later value replaces an earlier one. No more pairs than announced.
    void set(std::uint32_t first, std::uint32_t second, std::uint32_t value) {
        slots_[slotOf(key(first, second))] = {key(first, second), value};
    }
    /// The value, or kNone.
    [[nodiscard]] std::uint32_t find(std::uint32_t first, std::uint32_t second) const noexcept {
        return slots_[slotOf(key(first, second))].value;
    }

private:
    static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
    struct Slot {
        std::uint64_t key = kEmpty;
        std::uint32_t value = kNone;
    };
    static std::uint64_t key(std::uint32_t first, std::uint32_t second) noexcept {
        return (static_cast<std::uint64_t>(first) << 32U) | second;
    }
    [[nodiscard]] std::size_t slotOf(std::uint64_t key) const noexcept {
        const std::size_t mask = slots_.size() - 1;
        std::uint64_t hash = key * multiplier_;
        hash ^= hash >> 32U;
        hash *= 0x9E3779B97F4A7C15U;  // 2^64 divided by the golden ratio: a bad draw of the other factor does no harm
        std::size_t i = (hash >> 32U) & mask;
        while (slots_[i].key != key && slots_[i].key != kEmpty) i = (i + 1) & mask;
        return i;
    }

    /// An odd number drawn once.
    static std::uint64_t secretOfThisProcess();

    std::uint64_t multiplier_ = secretOfThisProcess();
    std::vector<Slot> slots_;
};

}  // namespace salient
