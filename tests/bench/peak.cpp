#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench/peak.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>
#include <vector>

#include "core/kernels/parallel.h"
#include "core/tensor/matrix.h"
#include "tests/bench/peak.h"

HWY_BEFORE_NAMESPACE();
namespace salient::bench::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Fused multiply-adds on twelve independent registers: enough to hide their latency. Returns the operations done.
double multiplyAdd(Index rounds, float& result) {
    const hn::ScalableTag<float> d;
    const auto factor = hn::Set(d, result);
    const auto step = hn::Set(d, 1.0F - result);
    auto a = hn::Set(d, 0.1F), b = hn::Set(d, 0.2F), c = hn::Set(d, 0.3F), e = hn::Set(d, 0.4F), f = hn::Set(d, 0.5F), g = hn::Set(d, 0.6F);
    auto h = a, i = b, j = c, k = e, l = f, m = g;
    for (Index round = 0; round < rounds; ++round) {
        a = hn::MulAdd(a, factor, step);
        b = hn::MulAdd(b, factor, step);
        c = hn::MulAdd(c, factor, step);
        e = hn::MulAdd(e, factor, step);
        f = hn::MulAdd(f, factor, step);
        g = hn::MulAdd(g, factor, step);
        h = hn::MulAdd(h, factor, step);
        i = hn::MulAdd(i, factor, step);
        j = hn::MulAdd(j, factor, step);
        k = hn::MulAdd(k, factor, step);
        l = hn::MulAdd(l, factor, step);
        m = hn::MulAdd(m, factor, step);
    }
    const auto sum = hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)),
                             hn::Add(hn::Add(f, g), hn::Add(h, hn::Add(i, hn::Add(j, hn::Add(k, hn::Add(l, m)))))));
    result = hn::GetLane(hn::SumOfLanes(d, sum));
    return 24.0 * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(d));
}

}  // namespace
}  // namespace salient::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace salient::bench {
namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

HWY_EXPORT(multiplyAdd);

double mostPerSecond(const std::function<double(Index thread)>& work) {
    double best = 0.0;
    for (int attempt = 0; attempt < 3; ++attempt) {
        const Index n = threadCount();
        std::vector<double> done(static_cast<std::size_t>(n));
        const auto start = std::chrono::steady_clock::now();
        parallelFor(n, 1, [&](Index i, Index) { done[static_cast<std::size_t>(i)] = work(i); });
        const double seconds = secondsSince(start);
        best = std::max(best, std::accumulate(done.begin(), done.end(), 0.0) / seconds);
    }
    return best;
}

double peakFlops() {
    constexpr Index kRounds = 20'000'000;
    std::vector<float> value(static_cast<std::size_t>(threadCount()), 0.5F);
    return mostPerSecond([&](Index thread) { return HWY_DYNAMIC_DISPATCH(multiplyAdd)(kRounds, value[static_cast<std::size_t>(thread)]); });
}

double peakBytesPerSecond() {
    constexpr Index kFloats = Index{1} << 26;
    Eigen::VectorXf from = Eigen::VectorXf::Ones(kFloats);
    Eigen::VectorXf to = Eigen::VectorXf::Zero(kFloats);
    double best = 0.0;
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto start = std::chrono::steady_clock::now();
        parallelFor(kFloats, Index{1} << 18, [&](Index first, Index last) {
            std::memcpy(to.data() + first, from.data() + first, static_cast<std::size_t>(last - first) * sizeof(float));
        });
        best = std::max(best, 2.0 * sizeof(float) * static_cast<double>(kFloats) / secondsSince(start));
    }
    return best;
}

}  // namespace salient::bench
#endif  // HWY_ONCE
