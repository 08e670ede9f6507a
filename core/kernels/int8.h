#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
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

/// What a token's scale is made of at least: the published kernels clamp there. A token of smaller numbers has fewer levels, down to none.
inline constexpr float kLeastTokenMagnitude = 1e-5F;

/// A weight as signed bytes with one scale per output row: w = codes · row_scale.
struct Int8Weight {
    Int8Matrix codes;              ///< [out, in]
    std::vector<float> row_scale;  ///< [out]; all equal when the weight was quantized per tensor
    ActivationScale activation = ActivationScale::PerToken;
    float input_scale = 0.0F;  ///< PerTensor only: largest |x| of calibration / 127
    /// PerToken: where given, int8Linear() adds the tokens that are not zero and below kLeastTokenMagnitude, whose scale is then another
    /// than their own.
    std::shared_ptr<std::atomic<std::int64_t>> n_raised_tokens = {};
    /// PerTensor: where given, int8Linear() adds the single inputs that are rounded beyond ±127 and held there: the text is louder than
    /// calibration was.
    std::shared_ptr<std::atomic<std::int64_t>> n_saturated_inputs = {};
};

/// Y = X·Wᵀ + bias by real int8 products with int32 accumulation: x is rounded to int8 as `weight.activation` says (half to even,
/// clamped; not None), multiplied as integers, and scaled once at the end. x [tokens, in], bias [out] or empty, result [tokens, out].
/// A token that holds NaN or infinity comes out as NaN. Spread over all threads, same bits for any number. Throws Error{ShapeMismatch}.
/// Xiao et al., SmoothQuant, arXiv:2211.10438, §2, eq. 1 (symmetric).
[[nodiscard]] Matrix int8Linear(MatrixView x, const Int8Weight& weight, std::span<const float> bias = {});

/// The definition, fake-quantized, in double precision and rounded once: x̂ = s · clamp(round(x / s), −127, 127) with s = max(|x|, 1e-5) /
/// 127 of the token or the weight's input_scale, ŵ = row_scale · code, y = Σ x̂ ŵ + bias. Shapes are taken on trust.
[[nodiscard]] Matrix int8LinearPlain(MatrixView x, const Int8Weight& weight, std::span<const float> bias = {});

/// Views of integer matrices or of blocks of them.
using Int8View = Eigen::Ref<const Int8Matrix>;
using Int32Span = Eigen::Ref<Int32Matrix>;

/// C = A·Bᵀ in exact int32, on the calling thread. a [m, k], b [n, k], c [m, n]; k < 2^17, so that no sum can overflow. On int8
/// instructions where they are exact (onednn.h), else in floats. Throws Error{ShapeMismatch}, Error{Unsupported} when oneDNN fails.
void int8ProductTile(Int8View a, Int8View b, Int32Span c);

/// The same, spread over all threads. Same errors.
[[nodiscard]] Int32Matrix int8Product(const Int8Matrix& a, const Int8Matrix& b);

/// The definition of both: c_ij = Σ_l a_il b_jl in integers. Shapes are taken on trust.
[[nodiscard]] Int32Matrix int8ProductPlain(Int8View a, Int8View b);

}  // namespace salient
