#include <algorithm>
#include <cmath>

#include "core/kernels/round.h"

namespace salient {
namespace {

// The group of a row's i-th value.
std::size_t groupOf(std::size_t i, Index group_size) { return group_size > 0 ? i / static_cast<std::size_t>(group_size) : 0; }

bool startsGroup(std::size_t i, Index group_size) { return i == 0 || groupOf(i, group_size) != groupOf(i - 1, group_size); }

// The one rounding rule. std::nearbyint() goes half to even.
float codeOf(float weight, float scale, float zero, CodeRange range) {
    return std::clamp(std::nearbyint(weight / scale) + zero, static_cast<float>(range.least), static_cast<float>(range.greatest));
}

float roundTrip(float weight, float scale, float zero, CodeRange range) { return scale * (codeOf(weight, scale, zero, range) - zero); }

void takeValue(float value, bool is_first, float& lowest, float& highest) {
    lowest = is_first ? value : std::min(lowest, value);
    highest = is_first ? value : std::max(highest, value);
}

}  // namespace

void rangePerGroupPlain(std::span<const float> row, Index group_size, std::span<float> lowest, std::span<float> highest) noexcept {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t group = groupOf(i, group_size);
        takeValue(row[i], startsGroup(i, group_size), lowest[group], highest[group]);
    }
}

void scaledRangePerGroupPlain(std::span<const float> row, std::span<const float> column_scale, Index group_size, std::span<float> lowest,
                              std::span<float> highest) noexcept {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t group = groupOf(i, group_size);
        takeValue(row[i] * column_scale[i], startsGroup(i, group_size), lowest[group], highest[group]);
    }
}

void roundRowPlain(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                   std::span<std::uint8_t> codes) noexcept {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t group = groupOf(i, group_size);
        codes[i] = static_cast<std::uint8_t>(codeOf(row[i], scale[group], zero[group], range));
    }
}

void roundRowToInt8Plain(std::span<const float> row, float scale, std::span<std::int8_t> codes) noexcept {
    for (std::size_t i = 0; i < row.size(); ++i)
        codes[i] = static_cast<std::int8_t>(std::clamp(std::nearbyint(row[i] / scale), -127.0F, 127.0F));
}

void roundTripRowPlain(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero,
                       CodeRange range, std::span<float> out) noexcept {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t group = groupOf(i, group_size);
        out[i] = roundTrip(row[i], scale[group], zero[group], range);
    }
}

void scaledRoundingErrorPlain(std::span<const float> row, std::span<const float> column_scale, std::span<const float> column_inverse,
                              Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                              std::span<float> error) noexcept {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t group = groupOf(i, group_size);
        error[i] = row[i] - roundTrip(row[i] * column_scale[i], scale[group], zero[group], range) * column_inverse[i];
    }
}

void dequantizeRowPlain(std::span<const std::uint8_t> codes, Index group_size, std::span<const float> scale, std::span<const float> zero,
                        std::span<float> out) noexcept {
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::size_t group = groupOf(i, group_size);
        out[i] = scale[group] * (static_cast<float>(codes[i]) - zero[group]);
    }
}

}  // namespace salient
