#include "core/quant/mse_search.h"

#include <cmath>
#include <limits>

namespace salient {
namespace {

constexpr double kNorm = 2.4;
constexpr int kLevels = 100;
constexpr int kTries = 80;  // largest shrink 0.8

double roundingLoss(const float* weights, Index count, GridPoint grid, int max_code) noexcept {
    double sum = 0.0;
    for (Index j = 0; j < count; ++j) {
        const float rounded = grid.scale * (static_cast<float>(roundToGrid(weights[j], grid, max_code)) - grid.zero);
        sum += std::pow(static_cast<double>(std::abs(rounded - weights[j])), kNorm);
    }
    return sum;
}

}  // namespace

GridPoint searchShrunkenGrid(const float* weights, Index count, float lowest, float highest, const GridSpec& spec) noexcept {
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

}  // namespace salient
