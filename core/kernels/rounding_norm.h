#pragma once

#include <span>

#include "core/kernels/code_range.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Σ (|w − ŵ| / scale)^2.4 of weights that share a grid: how far rounding takes them, in steps. ŵ is exact as in round.h, the power to
/// some 1e-6 (Highway's logarithm and exponential), so that grids whose norms are that close must be told apart otherwise.
/// scale is finite and not zero. On the calling thread. The power is that of the published GPTQ quantizer's search of scales.
[[nodiscard]] double quickRoundingNorm(std::span<const float> weights, float scale, float zero, CodeRange range) noexcept;

/// The definition, one weight after the other, with the power in double precision.
[[nodiscard]] double quickRoundingNormPlain(std::span<const float> weights, float scale, float zero, CodeRange range) noexcept;

}  // namespace salient
