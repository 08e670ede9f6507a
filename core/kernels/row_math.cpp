#include "core/kernels/row_math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/row_math.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace salient::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

// Calls body(vector position) for whole vectors and then tail(position, count) for what is left.
template <typename Body, typename Tail>
HWY_INLINE void forEachVector(std::size_t size, Body body, Tail tail) {
    const std::size_t lanes = hn::Lanes(Tag());
    std::size_t i = 0;
    for (; i + lanes <= size; i += lanes) body(i);
    if (i < size) tail(i, size - i);
}

// A few values at the end of a row, as a vector filled up with `fill`.
HWY_INLINE Vector loadTail(const float* from, std::size_t count, float fill) {
    HWY_ALIGN float values[hn::MaxLanes(Tag())];
    hn::Store(hn::Set(Tag(), fill), Tag(), values);
    std::copy_n(from, count, values);
    return hn::Load(Tag(), values);
}

HWY_INLINE void storeTail(Vector v, float* to, std::size_t count) {
    HWY_ALIGN float values[hn::MaxLanes(Tag())];
    hn::Store(v, Tag(), values);
    std::copy_n(values, count, to);
}

// accumulate(sum, x) over a row in two partial sums, so that one addition need not wait for the one before.
template <typename Accumulate>
HWY_INLINE float reduced(std::span<const float> row, float fill, Accumulate accumulate) {
    const Tag d;
    Vector even = hn::Zero(d);
    Vector odd = hn::Zero(d);
    bool is_odd = false;
    const auto take = [&](Vector x) HWY_ATTR {
        Vector& sum = is_odd ? odd : even;
        sum = accumulate(sum, x);
        is_odd = !is_odd;
    };
    forEachVector(
        row.size(), [&](std::size_t i) HWY_ATTR { take(hn::LoadU(d, row.data() + i)); },
        [&](std::size_t i, std::size_t count) HWY_ATTR { take(loadTail(row.data() + i, count, fill)); });
    return hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
}

template <typename Function>
HWY_INLINE void transform(std::span<float> row, Function function) {
    const Tag d;
    forEachVector(
        row.size(), [&](std::size_t i) HWY_ATTR { hn::StoreU(function(hn::LoadU(d, row.data() + i)), d, row.data() + i); },
        [&](std::size_t i, std::size_t count)
            HWY_ATTR { storeTail(function(loadTail(row.data() + i, count, 0.0F)), row.data() + i, count); });
}

float sumOfImpl(std::span<const float> row) {
    return reduced(row, 0.0F, [](Vector sum, Vector x) HWY_ATTR { return hn::Add(sum, x); });
}

float sumOfSquaresImpl(std::span<const float> row, float mean) {
    const Vector m = hn::Set(Tag(), mean);
    return reduced(row, mean, [m](Vector sum, Vector x) HWY_ATTR {
        const Vector deviation = hn::Sub(x, m);
        return hn::MulAdd(deviation, deviation, sum);
    });
}

float largestOfImpl(std::span<const float> row) {
    const Tag d;
    constexpr float kLowest = -std::numeric_limits<float>::infinity();
    Vector largest = hn::Set(d, kLowest);
    forEachVector(
        row.size(), [&](std::size_t i) HWY_ATTR { largest = hn::Max(largest, hn::LoadU(d, row.data() + i)); },
        [&](std::size_t i, std::size_t count) HWY_ATTR { largest = hn::Max(largest, loadTail(row.data() + i, count, kLowest)); });
    return hn::GetLane(hn::MaxOfLanes(d, largest));
}

float expInPlaceImpl(std::span<float> row, float shift) {
    const Tag d;
    const Vector s = hn::Set(d, shift);
    Vector sum = hn::Zero(d);
    forEachVector(
        row.size(),
        [&](std::size_t i) HWY_ATTR {
            const Vector e = hn::Exp(d, hn::Sub(hn::LoadU(d, row.data() + i), s));
            sum = hn::Add(sum, e);
            hn::StoreU(e, d, row.data() + i);
        },
        [&](std::size_t i, std::size_t count) HWY_ATTR {
            const Vector e = hn::Exp(d, hn::Sub(loadTail(row.data() + i, count, shift), s));
            const Vector kept = hn::IfThenElseZero(hn::FirstN(d, count), e);
            sum = hn::Add(sum, kept);
            storeTail(kept, row.data() + i, count);
        });
    return hn::GetLane(hn::SumOfLanes(d, sum));
}

void addRampImpl(std::span<float> row, float start, float step) {
    const Tag d;
    const Vector s = hn::Set(d, step);
    const auto ramp = [&](std::size_t i) HWY_ATTR { return hn::MulAdd(hn::Iota(d, static_cast<float>(i)), s, hn::Set(d, start)); };
    forEachVector(
        row.size(), [&](std::size_t i) HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, row.data() + i), ramp(i)), d, row.data() + i); },
        [&](std::size_t i, std::size_t count)
            HWY_ATTR { storeTail(hn::Add(loadTail(row.data() + i, count, 0.0F), ramp(i)), row.data() + i, count); });
}

void softCapInPlaceImpl(std::span<float> row, float cap) {
    const Vector c = hn::Set(Tag(), cap);
    const Vector inverse = hn::Set(Tag(), 1.0F / cap);
    transform(row, [=](Vector x) HWY_ATTR { return hn::Mul(c, hn::Tanh(Tag(), hn::Mul(x, inverse))); });
}

void scaleInPlaceImpl(std::span<float> row, float factor) {
    const Vector f = hn::Set(Tag(), factor);
    transform(row, [f](Vector x) HWY_ATTR { return hn::Mul(x, f); });
}

void normalizeRowImpl(std::span<const float> x, float mean, float factor, std::span<const float> gain, std::span<const float> bias,
                      std::span<float> y) {
    const Tag d;
    const Vector m = hn::Set(d, mean);
    const Vector f = hn::Set(d, factor);
    const auto value = [&](Vector v, Vector g, Vector b) HWY_ATTR { return hn::MulAdd(hn::Mul(hn::Sub(v, m), f), g, b); };
    forEachVector(
        x.size(),
        [&](std::size_t i) HWY_ATTR {
            const Vector b = bias.empty() ? hn::Zero(d) : hn::LoadU(d, bias.data() + i);
            hn::StoreU(value(hn::LoadU(d, x.data() + i), hn::LoadU(d, gain.data() + i), b), d, y.data() + i);
        },
        [&](std::size_t i, std::size_t count) HWY_ATTR {
            const Vector b = bias.empty() ? hn::Zero(d) : loadTail(bias.data() + i, count, 0.0F);
            storeTail(value(loadTail(x.data() + i, count, 0.0F), loadTail(gain.data() + i, count, 0.0F), b), y.data() + i, count);
        });
}

// x / (1 + e^−u). Beyond ±88 the exponential would leave the range of a float; there the quotient no longer changes.
HWY_INLINE Vector gated(Vector x, Vector u) {
    const Tag d;
    const Vector bounded = hn::Max(hn::Neg(u), hn::Set(d, -87.0F));
    return hn::Div(x, hn::Add(hn::Set(d, 1.0F), hn::Exp(d, hn::Min(bounded, hn::Set(d, 88.0F)))));
}

void siluInPlaceImpl(std::span<float> row) {
    transform(row, [](Vector x) HWY_ATTR { return gated(x, x); });
}

// x/2 · (1 + tanh u) = x / (1 + e^−2u)
void geluTanhInPlaceImpl(std::span<float> row) {
    const Tag d;
    const Vector twice_factor = hn::Set(d, 1.5957691216F);  // 2 √(2/π)
    const Vector cubic = hn::Set(d, 0.044715F);
    transform(row, [=](Vector x) HWY_ATTR {
        const Vector u = hn::Mul(twice_factor, hn::MulAdd(hn::Mul(cubic, hn::Mul(x, x)), x, x));
        return gated(x, u);
    });
}

}  // namespace
}  // namespace salient::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace salient {

HWY_EXPORT(sumOfImpl);
HWY_EXPORT(sumOfSquaresImpl);
HWY_EXPORT(largestOfImpl);
HWY_EXPORT(expInPlaceImpl);
HWY_EXPORT(addRampImpl);
HWY_EXPORT(softCapInPlaceImpl);
HWY_EXPORT(scaleInPlaceImpl);
HWY_EXPORT(normalizeRowImpl);
HWY_EXPORT(siluInPlaceImpl);
HWY_EXPORT(geluTanhInPlaceImpl);

float sumOf(std::span<const float> row) noexcept { return HWY_DYNAMIC_DISPATCH(sumOfImpl)(row); }

float sumOfSquares(std::span<const float> row, float mean) noexcept { return HWY_DYNAMIC_DISPATCH(sumOfSquaresImpl)(row, mean); }

float largestOf(std::span<const float> row) noexcept { return HWY_DYNAMIC_DISPATCH(largestOfImpl)(row); }

float expInPlace(std::span<float> row, float shift) noexcept { return HWY_DYNAMIC_DISPATCH(expInPlaceImpl)(row, shift); }

void addRamp(std::span<float> row, float start, float step) noexcept { HWY_DYNAMIC_DISPATCH(addRampImpl)(row, start, step); }

void softCapInPlace(std::span<float> row, float cap) noexcept { HWY_DYNAMIC_DISPATCH(softCapInPlaceImpl)(row, cap); }

void scaleInPlace(std::span<float> row, float factor) noexcept { HWY_DYNAMIC_DISPATCH(scaleInPlaceImpl)(row, factor); }

void normalizeRow(std::span<const float> x, float mean, float factor, std::span<const float> gain, std::span<const float> bias,
                  std::span<float> y) noexcept {
    HWY_DYNAMIC_DISPATCH(normalizeRowImpl)(x, mean, factor, gain, bias, y);
}

void siluInPlace(std::span<float> row) noexcept { HWY_DYNAMIC_DISPATCH(siluInPlaceImpl)(row); }

void geluTanhInPlace(std::span<float> row) noexcept { HWY_DYNAMIC_DISPATCH(geluTanhInPlaceImpl)(row); }

}  // namespace salient
#endif  // HWY_ONCE
