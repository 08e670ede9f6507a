#pragma once

#include <span>

#include "core/tensor/matrix.h"

namespace salient {

/// What large products are computed in. Accumulation is float32 either way.
enum class Compute {
    Float32,   ///< operands as they are
    BFloat16,  ///< operands rounded to bfloat16 (nearest even)
};

/// C = alpha · op(A) · op(B) + beta · C, where op transposes if asked. op(A) [m, k], op(B) [k, n], C [m, n].
/// On the calling thread only: the building block for loops that are spread by parallelFor().
/// beta = 0 overwrites C even where it holds NaN. Throws Error{ShapeMismatch}.
void gemmTile(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha = 1.0F, float beta = 0.0F);

/// The same product, spread over all threads in tiles of C that depend on the shape only: same bits for any thread count.
void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha = 1.0F, float beta = 0.0F,
          Compute compute = Compute::Float32);

/// Y = X · Wᵀ (+ bias per column): a linear layer. x [tokens, in], weight [out, in], result [tokens, out].
[[nodiscard]] Matrix linear(MatrixView x, MatrixView weight, std::span<const float> bias = {}, Compute compute = Compute::Float32);

}  // namespace salient
