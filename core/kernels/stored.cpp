#include "core/kernels/stored.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/stored.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace salient::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using BitsTag = hn::Rebind<std::uint32_t, Tag>;
using HalfTag = hn::Rebind<std::uint16_t, Tag>;
using Bits = hn::Vec<BitsTag>;

constexpr std::uint32_t kSign = 0x80000000U;
constexpr std::uint32_t kInfinity = 0x7f800000U;

// The processor's own conversions are not used: where they are emulated they truncate, and the bits must not depend on the processor.

HWY_INLINE Bits floatOfHalf(Bits half) {
    const Tag d;
    const BitsTag du;
    const hn::RebindToSigned<BitsTag> di;
    const Bits sign = hn::ShiftLeft<16>(hn::And(half, hn::Set(du, 0x8000U)));
    const Bits magnitude = hn::And(half, hn::Set(du, 0x7fffU));
    const Bits shifted = hn::ShiftLeft<13>(magnitude);
    const Bits normal = hn::Add(shifted, hn::Set(du, 112U << 23U));  // exponent bias 15 becomes 127
    const Bits special = hn::Or(shifted, hn::Set(du, kInfinity));
    // A subnormal, as a fraction added to 2^-14 and taken from it again.
    const auto smallest = hn::BitCast(d, hn::Set(du, 113U << 23U));
    const Bits subnormal = hn::BitCast(du, hn::Sub(hn::BitCast(d, hn::Add(shifted, hn::Set(du, 113U << 23U))), smallest));
    const auto signed_magnitude = hn::BitCast(di, magnitude);
    const auto is_special = hn::RebindMask(du, hn::Gt(signed_magnitude, hn::Set(di, 0x7bff)));
    const auto is_subnormal = hn::RebindMask(du, hn::Lt(signed_magnitude, hn::Set(di, 0x400)));
    const Bits value = hn::IfThenElse(is_special, special, hn::IfThenElse(is_subnormal, subnormal, normal));
    return hn::Or(sign, value);
}

HWY_INLINE Bits halfOfFloat(Bits bits) {
    const Tag d;
    const BitsTag du;
    const hn::RebindToSigned<BitsTag> di;
    const Bits sign = hn::ShiftRight<16>(hn::And(bits, hn::Set(du, kSign)));
    const Bits magnitude = hn::AndNot(hn::Set(du, kSign), bits);
    const auto signed_magnitude = hn::BitCast(di, magnitude);
    // Half of the last kept place, minus one when that place is even: truncation then rounds to nearest even.
    const Bits odd = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(du, 1U));
    const Bits rebiased = hn::Sub(magnitude, hn::Set(du, 112U << 23U));
    const Bits normal = hn::ShiftRight<13>(hn::Add(hn::Add(rebiased, hn::Set(du, 0xfffU)), odd));
    // Adding 1/2 puts the last place of a subnormal half at the end of the significand; the addition itself rounds.
    const Bits half_bits = hn::Set(du, 126U << 23U);
    const Bits subnormal = hn::Sub(hn::BitCast(du, hn::Add(hn::BitCast(d, magnitude), hn::BitCast(d, half_bits))), half_bits);
    const Bits nan = hn::Or(hn::Set(du, 0x7e00U), hn::And(hn::ShiftRight<13>(magnitude), hn::Set(du, 0x3ffU)));
    const Bits infinity = hn::Set(du, 0x7c00U);
    const auto is_subnormal = hn::RebindMask(du, hn::Lt(signed_magnitude, hn::Set(di, 113 << 23)));
    const auto is_large = hn::RebindMask(du, hn::Gt(signed_magnitude, hn::Set(di, (143 << 23) - 1)));
    const auto is_nan = hn::RebindMask(du, hn::Gt(signed_magnitude, hn::Set(di, static_cast<std::int32_t>(kInfinity))));
    const Bits finite = hn::IfThenElse(is_subnormal, subnormal, normal);
    return hn::Or(sign, hn::IfThenElse(is_nan, nan, hn::IfThenElse(is_large, infinity, finite)));
}

HWY_INLINE Bits bfloatOfFloat(Bits bits) {
    const BitsTag du;
    const hn::RebindToSigned<BitsTag> di;
    const Bits odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1U));
    const Bits rounded = hn::ShiftRight<16>(hn::Add(hn::Add(bits, hn::Set(du, 0x7fffU)), odd));
    const Bits nan = hn::Or(hn::ShiftRight<16>(bits), hn::Set(du, 0x40U));
    const auto magnitude = hn::BitCast(di, hn::AndNot(hn::Set(du, kSign), bits));
    return hn::IfThenElse(hn::RebindMask(du, hn::Gt(magnitude, hn::Set(di, static_cast<std::int32_t>(kInfinity)))), nan, rounded);
}

HWY_INLINE Bits loadHalves(const std::byte* from) {
    HWY_ALIGN std::uint16_t halves[hn::MaxLanes(HalfTag())];
    std::memcpy(halves, from, sizeof(std::uint16_t) * hn::Lanes(HalfTag()));
    return hn::PromoteTo(BitsTag(), hn::Load(HalfTag(), halves));
}

HWY_INLINE void storeHalves(Bits bits, std::byte* to) {
    HWY_ALIGN std::uint16_t halves[hn::MaxLanes(HalfTag())];
    hn::Store(hn::DemoteTo(HalfTag(), hn::BitCast(hn::RebindToSigned<BitsTag>(), bits)), HalfTag(), halves);
    std::memcpy(to, halves, sizeof(std::uint16_t) * hn::Lanes(HalfTag()));
}

HWY_INLINE Bits loadBits(const float* from) { return hn::BitCast(BitsTag(), hn::LoadU(Tag(), from)); }

HWY_INLINE void storeFloats(Bits bits, float* to) { hn::StoreU(hn::BitCast(Tag(), bits), Tag(), to); }

// Whole vectors from position 0; returns how many values that covered.
template <typename Body>
HWY_INLINE std::size_t forEachVector(std::size_t count, Body body) {
    const std::size_t lanes = hn::Lanes(Tag());
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) body(i);
    return i;
}

std::size_t widenFloat16Impl(const std::byte* from, std::size_t count, float* to) {
    return forEachVector(count, [=](std::size_t i) HWY_ATTR { storeFloats(floatOfHalf(loadHalves(from + 2 * i)), to + i); });
}

std::size_t widenBFloat16Impl(const std::byte* from, std::size_t count, float* to) {
    return forEachVector(count, [=](std::size_t i) HWY_ATTR { storeFloats(hn::ShiftLeft<16>(loadHalves(from + 2 * i)), to + i); });
}

std::size_t narrowToFloat16Impl(const float* from, std::size_t count, std::byte* to) {
    return forEachVector(count, [=](std::size_t i) HWY_ATTR { storeHalves(halfOfFloat(loadBits(from + i)), to + 2 * i); });
}

std::size_t narrowToBFloat16Impl(const float* from, std::size_t count, std::byte* to) {
    return forEachVector(count, [=](std::size_t i) HWY_ATTR { storeHalves(bfloatOfFloat(loadBits(from + i)), to + 2 * i); });
}

std::size_t roundToBFloat16Impl(float* values, std::size_t count) {
    return forEachVector(count,
                         [=](std::size_t i) HWY_ATTR { storeFloats(hn::ShiftLeft<16>(bfloatOfFloat(loadBits(values + i))), values + i); });
}

std::uint32_t largestMagnitudeImpl(const float* values, std::size_t count) {
    const BitsTag du;
    const hn::RebindToSigned<BitsTag> di;
    auto largest = hn::Zero(di);
    std::uint32_t result = 0;
    std::size_t i = forEachVector(count, [&](std::size_t at) HWY_ATTR {
        largest = hn::Max(largest, hn::BitCast(di, hn::AndNot(hn::Set(du, kSign), loadBits(values + at))));
    });
    for (; i < count; ++i) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, values + i, sizeof bits);
        result = HWY_MAX(result, bits & ~kSign);
    }
    return HWY_MAX(result, static_cast<std::uint32_t>(hn::GetLane(hn::MaxOfLanes(di, largest))));
}

}  // namespace
}  // namespace salient::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace salient {

HWY_EXPORT(widenFloat16Impl);
HWY_EXPORT(widenBFloat16Impl);
HWY_EXPORT(narrowToFloat16Impl);
HWY_EXPORT(narrowToBFloat16Impl);
HWY_EXPORT(roundToBFloat16Impl);
HWY_EXPORT(largestMagnitudeImpl);

// The kernels do whole vectors; what is left is done by the definition.

void widenFloat16(const std::byte* from, std::size_t count, float* to) noexcept {
    const std::size_t done = HWY_DYNAMIC_DISPATCH(widenFloat16Impl)(from, count, to);
    widenFloat16Plain(from + 2 * done, count - done, to + done);
}

void widenBFloat16(const std::byte* from, std::size_t count, float* to) noexcept {
    const std::size_t done = HWY_DYNAMIC_DISPATCH(widenBFloat16Impl)(from, count, to);
    widenBFloat16Plain(from + 2 * done, count - done, to + done);
}

void narrowToFloat16(const float* from, std::size_t count, std::byte* to) noexcept {
    const std::size_t done = HWY_DYNAMIC_DISPATCH(narrowToFloat16Impl)(from, count, to);
    narrowToFloat16Plain(from + done, count - done, to + 2 * done);
}

void narrowToBFloat16(const float* from, std::size_t count, std::byte* to) noexcept {
    const std::size_t done = HWY_DYNAMIC_DISPATCH(narrowToBFloat16Impl)(from, count, to);
    narrowToBFloat16Plain(from + done, count - done, to + 2 * done);
}

void roundToBFloat16(float* values, std::size_t count) noexcept {
    const std::size_t done = HWY_DYNAMIC_DISPATCH(roundToBFloat16Impl)(values, count);
    roundToBFloat16Plain(values + done, count - done);
}

bool hasNonFinite(const float* values, std::size_t count) noexcept {
    return HWY_DYNAMIC_DISPATCH(largestMagnitudeImpl)(values, count) >= 0x7f800000U;
}

}  // namespace salient
#endif  // HWY_ONCE
