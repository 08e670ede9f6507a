#pragma once

#include <span>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

/// How the input of a W8A8 layer is rounded to int8 (symmetric, [-127, 127]).
enum class ActivationScale {
    None,       ///< not at all: the layer computes in floating point
    PerToken,   ///< one scale per row of X, from that row (dynamic)
    PerTensor,  ///< one scale for all inputs, fixed by calibration (static)
};

/// A weight as signed bytes with one scale per output row: w = codes · row_scale.
struct Int8Weight {
    Int8Matrix codes;              ///< [out, in]
    std::vector<float> row_scale;  ///< [out]; all equal when the weight was quantized per tensor
    ActivationScale activation = ActivationScale::PerToken;
    float input_scale = 0.0F;  ///< PerTensor only: largest |x| of calibration / 127
};

/// Y = X·Wᵀ + bias by real int8 products with int32 accumulation: x is rounded to int8 as `weight.activation` says
/// (half to even, clamped), multiplied as integers, and scaled once at the end. x [tokens, in], result [tokens, out].
[[nodiscard]] Matrix int8Linear(MatrixView x, const Int8Weight& weight, std::span<const float> bias = {});

/// Views of integer matrices or of blocks of them.
using Int8View = Eigen::Ref<const Int8Matrix>;
using Int32Span = Eigen::Ref<Int32Matrix>;

/// C = A·Bᵀ in exact int32, on the calling thread. a [m, k], b [n, k], c [m, n].
void int8ProductTile(Int8View a, Int8View b, Int32Span c);

/// The same, spread over all threads.
[[nodiscard]] Int32Matrix int8Product(const Int8Matrix& a, const Int8Matrix& b);

}  // namespace salient
