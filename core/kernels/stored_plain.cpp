#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/kernels/stored.h"
#include "core/tensor/float16.h"

namespace salient {
namespace {

std::uint16_t loadHalf(const std::byte* from) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from, sizeof bits);
    return bits;
}

void storeHalf(std::uint16_t bits, std::byte* to) { std::memcpy(to, &bits, sizeof bits); }

}  // namespace

void widenFloat16Plain(const std::byte* from, std::size_t count, float* to) noexcept {
    for (std::size_t i = 0; i < count; ++i) to[i] = fromFloat16(loadHalf(from + 2 * i));
}

void widenBFloat16Plain(const std::byte* from, std::size_t count, float* to) noexcept {
    for (std::size_t i = 0; i < count; ++i) to[i] = fromBFloat16(loadHalf(from + 2 * i));
}

void narrowToFloat16Plain(const float* from, std::size_t count, std::byte* to) noexcept {
    for (std::size_t i = 0; i < count; ++i) storeHalf(toFloat16(from[i]), to + 2 * i);
}

void narrowToBFloat16Plain(const float* from, std::size_t count, std::byte* to) noexcept {
    for (std::size_t i = 0; i < count; ++i) storeHalf(toBFloat16(from[i]), to + 2 * i);
}

void roundToBFloat16Plain(float* values, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) values[i] = fromBFloat16(toBFloat16(values[i]));
}

bool hasNonFinitePlain(const float* values, std::size_t count) noexcept {
    return std::any_of(values, values + count, [](float value) { return !std::isfinite(value); });
}

}  // namespace salient
