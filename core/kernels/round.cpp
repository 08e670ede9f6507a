#include "core/kernels/round.h"

#include <algorithm>
#include <cmath>

namespace salient {
namespace {

// Calls body(group, first, count) for each group of a row.
template <typename Body>
void forEachGroup(std::size_t size, Index group_size, Body body) {
    const std::size_t step = group_size > 0 ? static_cast<std::size_t>(group_size) : std::max<std::size_t>(size, 1);
    for (std::size_t group = 0, first = 0; first < size; ++group, first += step) body(group, first, std::min(step, size - first));
}

float codeOf(float weight, float scale, float zero, float max_code) {
    return std::clamp(std::nearbyint(weight / scale) + zero, 0.0F, max_code);
}

}  // namespace

void rangePerGroup(std::span<const float> row, Index group_size, std::span<float> lowest, std::span<float> highest) noexcept {
    forEachGroup(row.size(), group_size, [&](std::size_t group, std::size_t first, std::size_t count) {
        const auto [low, high] = std::ranges::minmax(row.subspan(first, count));
        lowest[group] = low;
        highest[group] = high;
    });
}

void roundRow(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, int max_code,
              std::span<std::uint8_t> codes) noexcept {
    const auto limit = static_cast<float>(max_code);
    forEachGroup(row.size(), group_size, [&](std::size_t group, std::size_t first, std::size_t count) {
        for (std::size_t i = first; i < first + count; ++i) {
            codes[i] = static_cast<std::uint8_t>(codeOf(row[i], scale[group], zero[group], limit));
        }
    });
}

void roundTripRow(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, int max_code,
                  std::span<float> out) noexcept {
    const auto limit = static_cast<float>(max_code);
    forEachGroup(row.size(), group_size, [&](std::size_t group, std::size_t first, std::size_t count) {
        for (std::size_t i = first; i < first + count; ++i) {
            out[i] = scale[group] * (codeOf(row[i], scale[group], zero[group], limit) - zero[group]);
        }
    });
}

void dequantizeRow(std::span<const std::uint8_t> codes, Index group_size, std::span<const float> scale, std::span<const float> zero,
                   std::span<float> out) noexcept {
    forEachGroup(codes.size(), group_size, [&](std::size_t group, std::size_t first, std::size_t count) {
        for (std::size_t i = first; i < first + count; ++i) out[i] = scale[group] * (static_cast<float>(codes[i]) - zero[group]);
    });
}

}  // namespace salient
