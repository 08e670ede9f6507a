#include "core/tensor/float16.h"

#include <bit>

namespace salient {
namespace {

constexpr std::uint32_t kFloatSign = 0x80000000U;
constexpr std::uint32_t kFloatInfinity = 0x7f800000U;

// Adding half of the last kept place, minus one when that place is even, makes truncation round to nearest even; a carry
// runs into the exponent, which is exactly the next larger number (or infinity).
constexpr std::uint32_t shiftRightNearestEven(std::uint32_t bits, unsigned shift) {
    const std::uint32_t half_minus_one = (std::uint32_t{1} << (shift - 1U)) - 1U;
    const std::uint32_t last_kept = (bits >> shift) & 1U;
    return (bits + half_minus_one + last_kept) >> shift;
}

}  // namespace

std::uint16_t toFloat16(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits & kFloatSign) >> 16U);
    const std::uint32_t magnitude = bits & ~kFloatSign;

    constexpr std::uint32_t kHalfInfinity = 0x7c00U;
    constexpr std::uint32_t kSmallestNormal = 113U << 23U;  // 2^-14
    constexpr std::uint32_t kOverflow = 143U << 23U;        // 2^16: everything from here is infinite

    std::uint32_t half = 0;
    if (magnitude > kFloatInfinity) {
        half = kHalfInfinity | 0x200U | ((magnitude >> 13U) & 0x3ffU);  // quiet, payload kept as far as it fits
    } else if (magnitude >= kOverflow) {
        half = kHalfInfinity;
    } else if (magnitude >= kSmallestNormal) {
        half = shiftRightNearestEven(magnitude - (112U << 23U), 13);  // exponent bias 127 becomes 15
    } else {
        const unsigned exponent = magnitude >> 23U;
        // Subnormal: the significand with its leading one, in units of 2^-24. Below 2^-25 everything rounds to zero.
        if (exponent >= 102U) half = shiftRightNearestEven((magnitude & 0x7fffffU) | 0x800000U, 126U - exponent);
    }
    return static_cast<std::uint16_t>(sign | half);
}

float fromFloat16(std::uint16_t bits) noexcept {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16U;
    const std::uint32_t magnitude = bits & 0x7fffU;
    if (magnitude >= 0x7c00U) return std::bit_cast<float>(sign | kFloatInfinity | ((magnitude & 0x3ffU) << 13U));
    if (magnitude >= 0x400U) return std::bit_cast<float>(sign | ((magnitude << 13U) + (112U << 23U)));
    const float subnormal = static_cast<float>(magnitude) * 0x1p-24F;  // exact: at most ten significant bits
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(subnormal));
}

std::uint16_t toBFloat16(float value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & ~kFloatSign) > kFloatInfinity) return static_cast<std::uint16_t>((bits >> 16U) | 0x40U);  // rounding could reach infinity
    return static_cast<std::uint16_t>(shiftRightNearestEven(bits, 16));
}

float fromBFloat16(std::uint16_t bits) noexcept { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U); }

}  // namespace salient
