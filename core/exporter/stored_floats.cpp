#include "core/exporter/stored_floats.h"

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

/// Magnitudes up to this round to zero (half the smallest subnormal; ties go to even).
float flushedBelow(DType type) noexcept { return type == DType::F16 ? 0x1p-25F : type == DType::BF16 ? 0x1p-134F : 0.0F; }

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
    const float flushed = flushedBelow(type);
    for (const float value : values) stored.n_flushed += (value != 0.0F && std::abs(value) <= flushed) ? 1 : 0;
    return stored;
}

void checkRange(const TensorView& tensor, DType type) { requireRange(tensor.name, toFloats(tensor), type); }

}  // namespace salient
