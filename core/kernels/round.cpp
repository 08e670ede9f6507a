#include "core/kernels/round.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/round.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace salient::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using ByteTag = hn::Rebind<std::uint8_t, Tag>;
using IntTag = hn::Rebind<std::int32_t, Tag>;
using Vector = hn::Vec<Tag>;

// Calls body(group, first, count) for each group of a row.
template <typename Body>
HWY_INLINE void forEachGroup(std::size_t size, Index group_size, Body body) {
    const std::size_t step = group_size > 0 ? static_cast<std::size_t>(group_size) : std::max<std::size_t>(size, 1);
    for (std::size_t group = 0, first = 0; first < size; ++group, first += step) body(group, first, std::min(step, size - first));
}

// Calls body(vector position) for whole vectors, then tail(position, count) for the rest.
template <typename Body, typename Tail>
HWY_INLINE void forEachVector(std::size_t first, std::size_t count, Body body, Tail tail) {
    const std::size_t lanes = hn::Lanes(Tag());
    std::size_t i = first;
    for (; i + lanes <= first + count; i += lanes) body(i);
    if (i < first + count) tail(i, first + count - i);
}

// The ends of a range of codes.
struct Limits {
    HWY_INLINE explicit Limits(CodeRange range)
        : least(hn::Set(Tag(), static_cast<float>(range.least))), greatest(hn::Set(Tag(), static_cast<float>(range.greatest))) {}
    Vector least;
    Vector greatest;
};

HWY_INLINE Vector codeOf(Vector weight, Vector scale, Vector zero, const Limits& limits) {
    return hn::Min(hn::Max(hn::Add(hn::Round(hn::Div(weight, scale)), zero), limits.least), limits.greatest);
}

// value(i) gives a vector of values from position i on, single(i) one value in every lane.
template <typename Value, typename Single>
HWY_INLINE void takeRanges(std::size_t size, Index group_size, Value value, Single single, std::span<float> lowest,
                           std::span<float> highest) {
    const Tag d;
    forEachGroup(size, group_size, [&](std::size_t group, std::size_t first, std::size_t count) HWY_ATTR {
        Vector low = single(first);
        Vector high = low;
        const auto take = [&](Vector v) HWY_ATTR {
            low = hn::Min(low, v);
            high = hn::Max(high, v);
        };
        forEachVector(
            first, count, [&](std::size_t i) HWY_ATTR { take(value(i)); },
            [&](std::size_t i, std::size_t rest) HWY_ATTR {
                for (std::size_t j = 0; j < rest; ++j) take(single(i + j));
            });
        lowest[group] = hn::GetLane(hn::MinOfLanes(d, low));
        highest[group] = hn::GetLane(hn::MaxOfLanes(d, high));
    });
}

void rangePerGroupImpl(std::span<const float> row, Index group_size, std::span<float> lowest, std::span<float> highest) {
    const Tag d;
    takeRanges(
        row.size(), group_size, [&](std::size_t i) HWY_ATTR { return hn::LoadU(d, row.data() + i); },
        [&](std::size_t i) HWY_ATTR { return hn::Set(d, row[i]); }, lowest, highest);
}

void scaledRangePerGroupImpl(std::span<const float> row, std::span<const float> column_scale, Index group_size, std::span<float> lowest,
                             std::span<float> highest) {
    const Tag d;
    takeRanges(
        row.size(), group_size,
        [&](std::size_t i) HWY_ATTR { return hn::Mul(hn::LoadU(d, row.data() + i), hn::LoadU(d, column_scale.data() + i)); },
        [&](std::size_t i) HWY_ATTR { return hn::Mul(hn::Set(d, row[i]), hn::Set(d, column_scale[i])); }, lowest, highest);
}

void roundRowImpl(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                  std::span<std::uint8_t> codes) {
    const Tag d;
    const IntTag di;
    const ByteTag db;
    const Limits limits(range);
    forEachGroup(row.size(), group_size, [&](std::size_t group, std::size_t first, std::size_t count) HWY_ATTR {
        const Vector s = hn::Set(d, scale[group]);
        const Vector z = hn::Set(d, zero[group]);
        const auto bytes = [&](Vector w) HWY_ATTR { return hn::DemoteTo(db, hn::ConvertTo(di, codeOf(w, s, z, limits))); };
        forEachVector(
            first, count, [&](std::size_t i) HWY_ATTR { hn::StoreU(bytes(hn::LoadU(d, row.data() + i)), db, codes.data() + i); },
            [&](std::size_t i, std::size_t rest) HWY_ATTR {
                for (std::size_t j = i; j < i + rest; ++j) {
                    codes[j] = static_cast<std::uint8_t>(hn::GetLane(codeOf(hn::Set(d, row[j]), s, z, limits)));
                }
            });
    });
}

void roundRowToInt8Impl(std::span<const float> row, float scale, std::span<std::int8_t> codes) {
    const Tag d;
    const IntTag di;
    const hn::Rebind<std::int8_t, Tag> db;
    const Vector s = hn::Set(d, scale);
    const Vector limit = hn::Set(d, 127.0F);
    const auto code = [&](Vector x) HWY_ATTR { return hn::Min(hn::Max(hn::Round(hn::Div(x, s)), hn::Neg(limit)), limit); };
    forEachVector(
        0, row.size(),
        [&](std::size_t i)
            HWY_ATTR { hn::StoreU(hn::DemoteTo(db, hn::ConvertTo(di, code(hn::LoadU(d, row.data() + i)))), db, codes.data() + i); },
        [&](std::size_t i, std::size_t rest) HWY_ATTR {
            for (std::size_t j = i; j < i + rest; ++j) codes[j] = static_cast<std::int8_t>(hn::GetLane(code(hn::Set(d, row[j]))));
        });
}

void roundTripRowImpl(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero,
                      CodeRange range, std::span<float> out) {
    const Tag d;
    const Limits limits(range);
    forEachGroup(row.size(), group_size, [&](std::size_t group, std::size_t first, std::size_t count) HWY_ATTR {
        const Vector s = hn::Set(d, scale[group]);
        const Vector z = hn::Set(d, zero[group]);
        const auto rounded = [&](Vector w) HWY_ATTR { return hn::Mul(s, hn::Sub(codeOf(w, s, z, limits), z)); };
        forEachVector(
            first, count, [&](std::size_t i) HWY_ATTR { hn::StoreU(rounded(hn::LoadU(d, row.data() + i)), d, out.data() + i); },
            [&](std::size_t i, std::size_t rest) HWY_ATTR {
                for (std::size_t j = i; j < i + rest; ++j) out[j] = hn::GetLane(rounded(hn::Set(d, row[j])));
            });
    });
}

void scaledRoundingErrorImpl(std::span<const float> row, std::span<const float> column_scale, std::span<const float> column_inverse,
                             Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                             std::span<float> error) {
    const Tag d;
    const Limits limits(range);
    forEachGroup(row.size(), group_size, [&](std::size_t group, std::size_t first, std::size_t count) HWY_ATTR {
        const Vector s = hn::Set(d, scale[group]);
        const Vector z = hn::Set(d, zero[group]);
        const auto errorOf = [&](Vector w, Vector up, Vector down) HWY_ATTR {
            const Vector rounded = hn::Mul(s, hn::Sub(codeOf(hn::Mul(w, up), s, z, limits), z));
            return hn::Sub(w, hn::Mul(rounded, down));
        };
        forEachVector(
            first, count,
            [&](std::size_t i) HWY_ATTR {
                const Vector up = hn::LoadU(d, column_scale.data() + i);
                const Vector down = hn::LoadU(d, column_inverse.data() + i);
                hn::StoreU(errorOf(hn::LoadU(d, row.data() + i), up, down), d, error.data() + i);
            },
            [&](std::size_t i, std::size_t rest) HWY_ATTR {
                for (std::size_t j = i; j < i + rest; ++j)
                    error[j] = hn::GetLane(errorOf(hn::Set(d, row[j]), hn::Set(d, column_scale[j]), hn::Set(d, column_inverse[j])));
            });
    });
}

void dequantizeRowImpl(std::span<const std::uint8_t> codes, Index group_size, std::span<const float> scale, std::span<const float> zero,
                       std::span<float> out) {
    const Tag d;
    const IntTag di;
    const ByteTag db;
    forEachGroup(codes.size(), group_size, [&](std::size_t group, std::size_t first, std::size_t count) HWY_ATTR {
        const Vector s = hn::Set(d, scale[group]);
        const Vector z = hn::Set(d, zero[group]);
        forEachVector(
            first, count,
            [&](std::size_t i) HWY_ATTR {
                const Vector code = hn::ConvertTo(d, hn::PromoteTo(di, hn::LoadU(db, codes.data() + i)));
                hn::StoreU(hn::Mul(s, hn::Sub(code, z)), d, out.data() + i);
            },
            [&](std::size_t i, std::size_t rest) HWY_ATTR {
                for (std::size_t j = i; j < i + rest; ++j) out[j] = scale[group] * (static_cast<float>(codes[j]) - zero[group]);
            });
    });
}

}  // namespace
}  // namespace salient::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace salient {

HWY_EXPORT(rangePerGroupImpl);
HWY_EXPORT(scaledRangePerGroupImpl);
HWY_EXPORT(roundRowImpl);
HWY_EXPORT(roundRowToInt8Impl);
HWY_EXPORT(roundTripRowImpl);
HWY_EXPORT(scaledRoundingErrorImpl);
HWY_EXPORT(dequantizeRowImpl);

void rangePerGroup(std::span<const float> row, Index group_size, std::span<float> lowest, std::span<float> highest) noexcept {
    HWY_DYNAMIC_DISPATCH(rangePerGroupImpl)(row, group_size, lowest, highest);
}

void scaledRangePerGroup(std::span<const float> row, std::span<const float> column_scale, Index group_size, std::span<float> lowest,
                         std::span<float> highest) noexcept {
    HWY_DYNAMIC_DISPATCH(scaledRangePerGroupImpl)(row, column_scale, group_size, lowest, highest);
}

void roundRow(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
              std::span<std::uint8_t> codes) noexcept {
    HWY_DYNAMIC_DISPATCH(roundRowImpl)(row, group_size, scale, zero, range, codes);
}

void roundRowToInt8(std::span<const float> row, float scale, std::span<std::int8_t> codes) noexcept {
    HWY_DYNAMIC_DISPATCH(roundRowToInt8Impl)(row, scale, codes);
}

void roundTripRow(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                  std::span<float> out) noexcept {
    HWY_DYNAMIC_DISPATCH(roundTripRowImpl)(row, group_size, scale, zero, range, out);
}

void scaledRoundingError(std::span<const float> row, std::span<const float> column_scale, std::span<const float> column_inverse,
                         Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                         std::span<float> error) noexcept {
    HWY_DYNAMIC_DISPATCH(scaledRoundingErrorImpl)(row, column_scale, column_inverse, group_size, scale, zero, range, error);
}

void dequantizeRow(std::span<const std::uint8_t> codes, Index group_size, std::span<const float> scale, std::span<const float> zero,
                   std::span<float> out) noexcept {
    HWY_DYNAMIC_DISPATCH(dequantizeRowImpl)(codes, group_size, scale, zero, out);
}

}  // namespace salient
#endif  // HWY_ONCE
