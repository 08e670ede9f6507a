#pragma once

#include <vector>

#include "core/kernels/gemm.h"
#include "core/tensor/matrix.h"

namespace salient {

// How operands are laid out before a large product. oneDNN is fastest, by up to a fifth, on a row-major left operand and a right
// operand whose rows are short and adjacent: both are copied into that form once, and then used by many tiles. All at memory speed;
// what is copied keeps its bits, shapes are taken on trust. Behind each stands its definition, one value after the other.

/// Columns of a panel: eight times the 48 that oneDNN's product of AVX-512 holds in registers.
inline constexpr Index kPanelCols = 384;

/// op(B) [k, n] cut into panels of kPanelCols columns (the last may be narrower), each panel compact, [k, width]. `transpose`: op(B) = Bᵀ.
/// With Compute::BFloat16 the values are rounded to bfloat16 (nearest even) on the way. Spread over all threads.
/// `reuse`: panels of an earlier call, whose memory is taken where the shape is the same.
[[nodiscard]] std::vector<Matrix> packPanels(MatrixView b, bool transpose, Compute compute = Compute::Float32,
                                             std::vector<Matrix> reuse = {});
[[nodiscard]] std::vector<Matrix> packPanelsPlain(MatrixView b, bool transpose, Compute compute = Compute::Float32);

/// op(A) as a compact row-major matrix, rounded if asked. Spread over all threads. `transpose`, `reuse`: as above.
[[nodiscard]] Matrix packRows(MatrixView a, bool transpose, Compute compute = Compute::Float32, Matrix reuse = {});
[[nodiscard]] Matrix packRowsPlain(MatrixView a, bool transpose, Compute compute = Compute::Float32);

/// to = fromᵀ, on the calling thread. from [m, n], to [n, m]; they do not overlap.
void transposeTile(MatrixView from, MatrixSpan to) noexcept;
void transposeTilePlain(MatrixView from, MatrixSpan to) noexcept;

/// Copies the lower triangle of a square matrix onto the upper one, or the upper onto the lower. Spread over all threads.
void mirrorLower(MatrixSpan square);
void mirrorUpper(MatrixSpan square);
void mirrorLowerPlain(MatrixSpan square) noexcept;
void mirrorUpperPlain(MatrixSpan square) noexcept;

/// values = values rounded to bfloat16 (nearest even) and widened again, on the calling thread.
void roundToBFloat16(MatrixSpan values) noexcept;
void roundToBFloat16Plain(MatrixSpan values) noexcept;

}  // namespace salient
