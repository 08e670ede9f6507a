#include "core/quant/mse_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "core/kernels/rounding_norm.h"

namespace salient {
namespace {

constexpr double kNorm = 2.4;
constexpr int kLevels = 100;
constexpr int kTries = 80;        // largest shrink 0.8
constexpr double kDoubt = 1e-4;   // a hundred times what a quick loss may be off
constexpr double kNoise = 1e-16;  // errors of 2e-7 steps, to the power of 2.4

double roundingLoss(const float* weights, Index count, GridPoint grid, int max_code) noexcept {
    double sum = 0.0;
    for (Index j = 0; j < count; ++j) {
        const float rounded = grid.scale * (static_cast<float>(roundToGrid(weights[j], grid, max_code)) - grid.zero);
        sum += std::pow(static_cast<double>(std::abs(rounded - weights[j])), kNorm);
    }
    return sum;
}

struct Try {
    GridPoint grid;
    double quick_loss = std::numeric_limits<double>::infinity();
};

std::array<Try, kTries> triesOf(const float* weights, Index count, float lowest, float highest, const GridSpec& spec) noexcept {
    const std::span row(weights, static_cast<std::size_t>(count));
    std::array<Try, kTries> tries;
    for (int i = 0; i < kTries; ++i) {
        Try& one = tries[static_cast<std::size_t>(i)];
        const auto factor = static_cast<float>(1.0 - static_cast<double>(i) / kLevels);
        one.grid = gridFromRange(factor * lowest, factor * highest, spec);
        if (!std::isfinite(one.grid.scale)) continue;
        one.quick_loss = std::pow(static_cast<double>(one.grid.scale), kNorm) *
                         quickRoundingNorm(row, one.grid.scale, one.grid.zero, (1 << spec.bits) - 1);
    }
    return tries;
}

}  // namespace

GridPoint searchShrunkenGridPlain(const float* weights, Index count, float lowest, float highest, const GridSpec& spec) noexcept {
    const int max_code = (1 << spec.bits) - 1;
    GridPoint best = gridFromRange(lowest, highest, spec);
    double best_loss = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kTries; ++i) {
        const auto factor = static_cast<float>(1.0 - static_cast<double>(i) / kLevels);
        const GridPoint grid = gridFromRange(factor * lowest, factor * highest, spec);
        const double loss = roundingLoss(weights, count, grid, max_code);
        if (loss < best_loss) {
            best_loss = loss;
            best = grid;
        }
    }
    return best;
}

GridPoint searchShrunkenGrid(const float* weights, Index count, float lowest, float highest, const GridSpec& spec) noexcept {
    const std::array<Try, kTries> tries = triesOf(weights, count, lowest, highest, spec);
    const double least = std::ranges::min_element(tries, {}, &Try::quick_loss)->quick_loss;
    GridPoint best = tries.front().grid;
    if (!std::isfinite(least)) return best;
    // What quick losses leave in doubt is judged by the definition: those about as small as the least, or nothing but rounding of floats.
    const double noise = std::pow(static_cast<double>(best.scale), kNorm) * kNoise * static_cast<double>(count);
    double best_loss = std::numeric_limits<double>::infinity();
    for (const Try& one : tries) {
        if (!(one.quick_loss <= least * (1.0 + kDoubt) + noise)) continue;
        const double loss = roundingLoss(weights, count, one.grid, (1 << spec.bits) - 1);
        if (loss < best_loss) {
            best_loss = loss;
            best = one.grid;
        }
    }
    return best;
}

}  // namespace salient
