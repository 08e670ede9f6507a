#include <algorithm>
#include <cmath>

#include "core/kernels/rounding_norm.h"

namespace salient {

double quickRoundingNormPlain(std::span<const float> weights, float scale, float zero, CodeRange range) noexcept {
    double sum = 0.0;
    for (const float weight : weights) {
        const float code =
            std::clamp(std::nearbyint(weight / scale) + zero, static_cast<float>(range.least), static_cast<float>(range.greatest));
        const float rounded = scale * (code - zero);
        sum += std::pow(static_cast<double>(std::abs(rounded - weight)) / static_cast<double>(scale), 2.4);
    }
    return sum;
}

}  // namespace salient
