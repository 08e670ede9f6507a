#include "core/kernels/rounding_norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/rounding_norm.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace salient::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

constexpr float kLeastStep = 1e-12F;  // has a logarithm, and counts for nothing

double quickRoundingNormImpl(std::span<const float> weights, float scale, float zero, CodeRange range) {
    const Tag d;
    const Vector s = hn::Set(d, scale);
    const Vector z = hn::Set(d, zero);
    const Vector least = hn::Set(d, static_cast<float>(range.least));
    const Vector greatest = hn::Set(d, static_cast<float>(range.greatest));
    const auto powered = [&](Vector w) HWY_ATTR {
        const Vector code = hn::Min(hn::Max(hn::Add(hn::Round(hn::Div(w, s)), z), least), greatest);
        const Vector rounded = hn::Mul(s, hn::Sub(code, z));
        const Vector steps = hn::Max(hn::Div(hn::Abs(hn::Sub(rounded, w)), s), hn::Set(d, kLeastStep));
        return hn::Mul(hn::Mul(steps, steps), hn::Exp(d, hn::Mul(hn::Set(d, 0.4F), hn::Log(d, steps))));
    };
    constexpr std::size_t kVectorsInFloat = 32;
    const std::size_t lanes = hn::Lanes(d);
    double sum = 0.0;
    std::size_t i = 0;
    while (i + lanes <= weights.size()) {
        Vector part = hn::Zero(d);
        for (std::size_t k = 0; k < kVectorsInFloat && i + lanes <= weights.size(); ++k, i += lanes)
            part = hn::Add(part, powered(hn::LoadU(d, weights.data() + i)));
        sum += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, part)));
    }
    for (; i < weights.size(); ++i) sum += static_cast<double>(hn::GetLane(powered(hn::Set(d, weights[i]))));
    return sum;
}

}  // namespace
}  // namespace salient::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace salient {

HWY_EXPORT(quickRoundingNormImpl);

double quickRoundingNorm(std::span<const float> weights, float scale, float zero, CodeRange range) noexcept {
    return HWY_DYNAMIC_DISPATCH(quickRoundingNormImpl)(weights, scale, zero, range);
}

}  // namespace salient
#endif  // HWY_ONCE
