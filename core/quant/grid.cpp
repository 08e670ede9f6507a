#include "core/quant/grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/quant/mse_search.h"

namespace salient {
namespace {

// The least range that the AWQ and SmoothQuant rules accept.
constexpr float kLeastRange = 1e-5F;

float storedScale(float scale, DType type) noexcept {
    const float stored = roundToStored(scale, type);
    return stored > 0.0F || !std::isfinite(stored) ? stored : smallestScale(type);
}

// What is to be noted of a scale that is stored as `stored`.
unsigned notesOfScale(float scale, float stored, DType type) noexcept {
    const float least_normal = type == DType::F16 ? 0x1p-14F : std::numeric_limits<float>::min();
    if (stored > least_normal) return 0U;
    if (roundToStored(scale, type) == 0.0F) return grid_note::kRaisedScale;
    return stored < least_normal ? grid_note::kSubnormalScale : 0U;
}

// Of an asymmetric group, whose range has to include zero.
unsigned notesOfSigns(float lowest, float highest) noexcept { return lowest > 0.0F || highest < 0.0F ? grid_note::kWidenedRange : 0U; }

float middleCode(int bits) noexcept { return static_cast<float>(1 << (bits - 1)); }

// The asymmetric grid on whose codes zero, which lies so many steps above the lowest weight, is exact.
GridPoint withZero(float scale, float steps, float max_code, unsigned notes) noexcept {
    const float zero = std::nearbyint(steps);
    if (zero > max_code) notes |= grid_note::kClampedZero;
    return {scale, std::min(zero, max_code) + 0.0F, notes};  // + 0: never minus zero
}

GridPoint gptqGrid(float lowest, float highest, const GridSpec& spec) noexcept {
    const auto max_code = static_cast<float>((1 << spec.bits) - 1);
    float min = std::min(lowest, 0.0F);
    float max = std::max(highest, 0.0F);
    unsigned notes = 0U;
    if (spec.is_symmetric) {
        max = std::max(-min, max);
        min = -max;
    } else {
        notes = notesOfSigns(lowest, highest);
    }
    if (min == 0.0F && max == 0.0F) {
        min = -1.0F;
        max = 1.0F;
        notes = grid_note::kRaisedRange;
    }
    const float scale = storedScale((max - min) / max_code, spec.scale_type);
    notes |= notesOfScale((max - min) / max_code, scale, spec.scale_type);
    if (spec.is_symmetric) return {scale, middleCode(spec.bits), notes};
    return withZero(scale, -min / scale, max_code, notes);
}

GridPoint awqGrid(float lowest, float highest, const GridSpec& spec) noexcept {
    const auto max_code = static_cast<float>((1 << spec.bits) - 1);
    const float min = std::min(lowest, 0.0F);
    const float max = std::max(highest, 0.0F);
    const float step = std::max(max - min, kLeastRange) / max_code;
    const float scale = storedScale(step, spec.scale_type);
    unsigned notes = notesOfSigns(lowest, highest) | notesOfScale(step, scale, spec.scale_type);
    if (max - min < kLeastRange) notes |= grid_note::kRaisedRange;
    return withZero(scale, -min / scale, max_code, notes);
}

GridPoint int8Grid(float lowest, float highest, const GridSpec& spec) noexcept {
    const float max_abs = std::max(std::abs(lowest), std::abs(highest));
    const float step = std::max(max_abs, kLeastRange) / (middleCode(spec.bits) - 1.0F);
    const float scale = storedScale(step, spec.scale_type);
    unsigned notes = notesOfScale(step, scale, spec.scale_type);
    if (max_abs < kLeastRange) notes |= grid_note::kRaisedRange;
    return {scale, middleCode(spec.bits), notes};
}

}  // namespace

float smallestScale(DType type) noexcept {
    return type == DType::F16 ? 0x1p-24F : std::numeric_limits<float>::min();  // BF16 has the exponents of F32
}

Index GridSpec::groupCount(Index in_features) const noexcept {
    if (per_tensor || group_size < 0) return 1;
    return (in_features + group_size - 1) / group_size;
}

GridPoint gridFromRange(float lowest, float highest, const GridSpec& spec) noexcept {
    switch (spec.rule) {
        case GridRule::Awq:
            return awqGrid(lowest, highest, spec);
        case GridRule::Int8:
            return int8Grid(lowest, highest, spec);
        case GridRule::Gptq:
            break;
    }
    return gptqGrid(lowest, highest, spec);
}

GridPoint gridOf(const float* weights, Index count, const GridSpec& spec) noexcept {
    if (count <= 0) return gridFromRange(0.0F, 0.0F, spec);
    const auto [lowest, highest] = std::minmax_element(weights, weights + count);
    if (!spec.mse_search || (*lowest == 0.0F && *highest == 0.0F)) return gridFromRange(*lowest, *highest, spec);
    return searchShrunkenGrid(weights, count, *lowest, *highest, spec);
}

std::uint8_t roundToGrid(float weight, GridPoint grid, CodeRange range) noexcept {
    const float code = std::nearbyint(weight / grid.scale) + grid.zero;
    return static_cast<std::uint8_t>(std::clamp(code, static_cast<float>(range.least), static_cast<float>(range.greatest)));
}

}  // namespace salient
