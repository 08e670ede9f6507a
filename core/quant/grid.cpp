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

float middleCode(int bits) noexcept { return static_cast<float>(1 << (bits - 1)); }

GridPoint gptqGrid(float lowest, float highest, const GridSpec& spec) noexcept {
    const auto max_code = static_cast<float>((1 << spec.bits) - 1);
    float min = std::min(lowest, 0.0F);
    float max = std::max(highest, 0.0F);
    if (spec.is_symmetric) {
        max = std::max(-min, max);
        min = -max;
    }
    if (min == 0.0F && max == 0.0F) {
        min = -1.0F;
        max = 1.0F;
    }
    const float scale = storedScale((max - min) / max_code, spec.scale_type);
    if (spec.is_symmetric) return {scale, middleCode(spec.bits)};
    return {scale, std::min(std::nearbyint(-min / scale), max_code) + 0.0F};  // + 0: never minus zero
}

GridPoint awqGrid(float lowest, float highest, const GridSpec& spec) noexcept {
    const auto max_code = static_cast<float>((1 << spec.bits) - 1);
    const float min = std::min(lowest, 0.0F);
    const float max = std::max(highest, 0.0F);
    const float scale = storedScale(std::max(max - min, kLeastRange) / max_code, spec.scale_type);
    return {scale, std::clamp(-std::nearbyint(min / scale), 0.0F, max_code) + 0.0F};
}

GridPoint int8Grid(float lowest, float highest, const GridSpec& spec) noexcept {
    const float max_abs = std::max({std::abs(lowest), std::abs(highest), kLeastRange});
    return {storedScale(max_abs / (middleCode(spec.bits) - 1.0F), spec.scale_type), middleCode(spec.bits)};
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

std::uint8_t roundToGrid(float weight, GridPoint grid, int max_code) noexcept {
    const float code = std::nearbyint(weight / grid.scale) + grid.zero;
    return static_cast<std::uint8_t>(std::clamp(code, 0.0F, static_cast<float>(max_code)));
}

}  // namespace salient
