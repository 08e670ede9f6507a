#pragma once

#include <vector>

#include "core/kernels/gemm.h"
#include "core/tensor/matrix.h"

namespace salient {

// How operands are laid out before a large product. oneDNN is fastest, by up to a fifth, on a row-major left operand and a right
// operand whose rows are short and adjacent: both are copied into that form once, and then used by many tiles.

/// Columns of a panel.
inline constexpr Index kPanelCols = 512;

/// op(B) [k, n] cut into panels of kPanelCols columns (the last may be narrower), each panel compact, [k, width].
/// With Compute::BFloat16 the values are rounded to bfloat16 on the way. Spread over all threads.
/// `reuse`: panels of an earlier call, whose memory is taken where the shape is the same.
[[nodiscard]] std::vector<Matrix> packPanels(MatrixView b, bool transpose, Compute compute = Compute::Float32,
                                             std::vector<Matrix> reuse = {});

/// op(A) as a compact row-major matrix, rounded if asked. Spread over all threads. `reuse`: as above.
[[nodiscard]] Matrix packRows(MatrixView a, bool transpose, Compute compute = Compute::Float32, Matrix reuse = {});

/// to = fromᵀ, on the calling thread.
void transposeTile(MatrixView from, MatrixSpan to) noexcept;

/// Copies the lower triangle of a square matrix onto the upper one, or the upper onto the lower. Spread over all threads.
void mirrorLower(MatrixSpan square);
void mirrorUpper(MatrixSpan square);

/// values = values rounded to bfloat16 (nearest even), on the calling thread.
void roundToBFloat16(MatrixSpan values) noexcept;

}  // namespace salient
