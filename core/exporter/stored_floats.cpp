#include "core/exporter/stored_floats.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/kernels/convert.h"

namespace salient {
namespace {

/// Half a step beyond the largest finite value: from here on rounding to nearest gives infinity.
float limitOf(DType type) noexcept {
    if (type == DType::F16) return 65520.0F;
    if (type == DType::BF16) return 0x1.ffp127F;
    return std::numeric_limits<float>::infinity();
}

/// The smallest number of all the type's digits; 0: what is stored is the value itself.
float leastNormal(DType type) noexcept { return type == DType::F16 ? 0x1p-14F : type == DType::BF16 ? 0x1p-126F : 0.0F; }

/// By how much of itself rounding moves a normal number at most.
double halfPlace(DType type) noexcept { return type == DType::F16 ? 0x1p-11 : 0x1p-8; }

/// Counts what becomes of one that is not zero and below leastNormal().
void countSmall(float value, DType type, StoredFloats& stored) noexcept {
    const float rounded = roundToStored(value, type);
    const double moved = std::abs(static_cast<double>(rounded) - static_cast<double>(value));
    if (rounded == 0.0F) {
        ++stored.n_flushed;
    } else if (moved > halfPlace(type) * std::abs(static_cast<double>(value))) {
        ++stored.n_subnormal;
    }
}

/// Few weights are that small: runs without one are passed over as a whole, vectorized.
void countSmall(std::span<const float> values, DType type, StoredFloats& stored) noexcept {
    constexpr std::size_t kRun = 64;
    const float least = leastNormal(type);
    const auto is_small = [least](float value) { return value != 0.0F && std::abs(value) < least; };
    if (least == 0.0F) return;
    for (std::size_t first = 0; first < values.size(); first += kRun) {
        const std::span<const float> run = values.subspan(first, std::min(kRun, values.size() - first));
        int n_small = 0;
        for (const float value : run) n_small += is_small(value) ? 1 : 0;
        if (n_small == 0) continue;
        for (const float value : run) {
            if (is_small(value)) countSmall(value, type, stored);
        }
    }
}

void requireRange(const std::string& tensor, std::span<const float> values, DType type) {
    const float limit = limitOf(type);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::abs(values[i]) < limit) continue;
        throw Error(ErrorCode::NonFinite, "export: " + tensor + ": element " + std::to_string(i) + ": expected a value that " +
                                              std::string(name(type)) + " can hold, found " + std::to_string(values[i]) +
                                              (type == DType::F16 ? "; compressed-tensors and dequantized keep bfloat16 and float32" : ""));
    }
}

}  // namespace

StoredFloats storeFloats(const std::string& tensor, std::span<const float> values, DType type) {
    requireRange(tensor, values, type);
    StoredFloats stored;
    stored.bytes = fromFloats(values, type);
    countSmall(values, type, stored);
    return stored;
}

void checkRange(const TensorView& tensor, DType type) { requireRange(tensor.name, toFloats(tensor), type); }

}  // namespace salient
