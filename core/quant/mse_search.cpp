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

double roundingLoss(const float* weights, Index count, GridPoint grid, CodeRange range) noexcept {
    double sum = 0.0;
    for (Index j = 0; j < count; ++j) {
        const float rounded = grid.scale * (static_cast<float>(roundToGrid(weights[j], grid, range)) - grid.zero);
        sum += std::pow(static_cast<double>(std::abs(rounded - weights[j])), kNorm);
    }
    return sum;
}

using Grids = std::array<GridPoint, kTries>;

// The range shrunk by 1, 0.99, … 0.21.
Grids shrunkenGrids(float lowest, float highest, const GridSpec& spec) noexcept {
    Grids grids;
    for (int i = 0; i < kTries; ++i) {
        const auto factor = static_cast<float>(1.0 - static_cast<double>(i) / kLevels);
        grids[static_cast<std::size_t>(i)] = gridFromRange(factor * lowest, factor * highest, spec);
    }
    return grids;
}

// The first of them with the least loss by the definition, among those that are tried at all; the whole range's where no loss is a number.
template <typename IsTried>
GridPoint bestOf(const Grids& grids, const float* weights, Index count, CodeRange range, const IsTried& is_tried) noexcept {
    GridPoint best = grids.front();
    double best_loss = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < grids.size(); ++i) {
        if (!is_tried(i)) continue;
        const double loss = roundingLoss(weights, count, grids[i], range);
        if (loss < best_loss) {
            best_loss = loss;
            best = grids[i];
        }
    }
    return best;
}

// Losses of float32 grade; infinite where a scale is.
std::array<double, kTries> quickLosses(const Grids& grids, std::span<const float> weights, CodeRange range) noexcept {
    std::array<double, kTries> losses{};
    for (std::size_t i = 0; i < grids.size(); ++i) {
        const GridPoint& grid = grids[i];
        losses[i] = std::isfinite(grid.scale)
                        ? std::pow(static_cast<double>(grid.scale), kNorm) * quickRoundingNorm(weights, grid.scale, grid.zero, range)
                        : std::numeric_limits<double>::infinity();
    }
    return losses;
}

}  // namespace

GridPoint searchShrunkenGridPlain(const float* weights, Index count, float lowest, float highest, const GridSpec& spec) noexcept {
    return bestOf(shrunkenGrids(lowest, highest, spec), weights, count, spec.codeRange(), [](std::size_t) { return true; });
}

GridPoint searchShrunkenGrid(const float* weights, Index count, float lowest, float highest, const GridSpec& spec) noexcept {
    const Grids grids = shrunkenGrids(lowest, highest, spec);
    const std::array<double, kTries> losses = quickLosses(grids, {weights, static_cast<std::size_t>(count)}, spec.codeRange());
    const double least = *std::ranges::min_element(losses);
    if (!std::isfinite(least)) return grids.front();
    // What quick losses leave in doubt is judged by the definition: those about as small as the least, or nothing but rounding of floats.
    const double noise = std::pow(static_cast<double>(grids.front().scale), kNorm) * kNoise * static_cast<double>(count);
    const double limit = least * (1.0 + kDoubt) + noise;
    return bestOf(grids, weights, count, spec.codeRange(), [&](std::size_t i) { return losses[i] <= limit; });
}

}  // namespace salient
