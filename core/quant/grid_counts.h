#pragma once

#include <span>

#include "core/tensor/matrix.h"

namespace salient {

// What makes a group's grid another than that of its weights' range: bits of GridPoint::notes.
namespace grid_note {
inline constexpr unsigned kRaisedRange = 1U;
inline constexpr unsigned kWidenedRange = 2U;
inline constexpr unsigned kClampedZero = 4U;
inline constexpr unsigned kRaisedScale = 8U;
inline constexpr unsigned kSubnormalScale = 16U;
}  // namespace grid_note

/// Groups of a weight whose grid is not simply that of their range, by what was done instead; a group may count for several. One scale
/// per tensor is one group.
struct GridCounts {
    Index n_raised_ranges = 0;     ///< all zero (GPTQ's rule) or narrower than the rule's least range, which took the place of theirs
    Index n_widened_ranges = 0;    ///< asymmetric, and all weights of one sign: the range was widened to include zero
    Index n_clamped_zeros = 0;     ///< zero point beyond the last code, because the stored scale is smaller than it should be
    Index n_raised_scales = 0;     ///< scale that rounds to 0 in its stored type: the type's smallest positive value took its place
    Index n_subnormal_scales = 0;  ///< other scales below the smallest normal number of their type, which keeps fewer digits of them

    /// Counts one group.
    void add(unsigned notes) noexcept {
        const auto one = [notes](unsigned note) { return (notes & note) != 0U ? Index{1} : Index{0}; };
        n_raised_ranges += one(grid_note::kRaisedRange);
        n_widened_ranges += one(grid_note::kWidenedRange);
        n_clamped_zeros += one(grid_note::kClampedZero);
        n_raised_scales += one(grid_note::kRaisedScale);
        n_subnormal_scales += one(grid_note::kSubnormalScale);
    }
    GridCounts& operator+=(const GridCounts& other) noexcept {
        n_raised_ranges += other.n_raised_ranges;
        n_widened_ranges += other.n_widened_ranges;
        n_clamped_zeros += other.n_clamped_zeros;
        n_raised_scales += other.n_raised_scales;
        n_subnormal_scales += other.n_subnormal_scales;
        return *this;
    }
    bool operator==(const GridCounts&) const = default;
};

/// Counts of parts of a weight as one.
[[nodiscard]] inline GridCounts sumOf(std::span<const GridCounts> parts) noexcept {
    GridCounts sum;
    for (const GridCounts& part : parts) sum += part;
    return sum;
}

/// Every count with its name in documents.
template <typename Counts, typename Visit>
void forEachGridCount(Counts& counts, const Visit& visit) {
    visit("raised_ranges", counts.n_raised_ranges);
    visit("widened_ranges", counts.n_widened_ranges);
    visit("clamped_zeros", counts.n_clamped_zeros);
    visit("raised_scales", counts.n_raised_scales);
    visit("subnormal_scales", counts.n_subnormal_scales);
}

}  // namespace salient
