#pragma once

#include <span>

#include "core/tensor/matrix.h"

namespace salient {

/// What large products are computed in. Accumulation is float32 either way.
enum class Compute {
    Float32,   ///< operands as they are
    BFloat16,  ///< operands rounded to bfloat16 (nearest even)
};

/// C = alpha · op(A) · op(B) + beta · C, where op transposes if asked. op(A) [m, k], op(B) [k, n], C [m, n]; C overlaps neither.
/// On the calling thread only, by oneDNN in float32: the building block for loops that are spread by parallelFor(). m·n·k multiply-adds.
/// beta = 0 overwrites C even where it holds NaN. Throws Error{ShapeMismatch}, Error{Unsupported} when oneDNN fails.
void gemmTile(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha = 1.0F, float beta = 0.0F);

/// The same product, spread over all threads in tiles of C that depend on the shape only: same bits for any thread count. Large ones copy
/// their operands first (layout.h, or matrix_tiles.h where the processor multiplies those faster). Same errors.
void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha = 1.0F, float beta = 0.0F,
          Compute compute = Compute::Float32);

/// The definition of both: each entry by itself, c_ij = alpha · Σ_l a_il b_lj + beta · c_ij, in double precision and rounded once.
/// Shapes are taken on trust.
void gemmPlain(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha = 1.0F, float beta = 0.0F,
               Compute compute = Compute::Float32);

/// Y = X · Wᵀ (+ bias per column): a linear layer. x [tokens, in], weight [out, in], bias [out] or empty, result [tokens, out].
/// Same errors and threads as gemm().
[[nodiscard]] Matrix linear(MatrixView x, MatrixView weight, std::span<const float> bias = {}, Compute compute = Compute::Float32);

/// The definition: y_to = Σ_i x_ti w_oi + bias_o, as gemmPlain() computes it.
[[nodiscard]] Matrix linearPlain(MatrixView x, MatrixView weight, std::span<const float> bias = {}, Compute compute = Compute::Float32);

}  // namespace salient
