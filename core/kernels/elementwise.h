#pragma once

#include <span>

#include "core/tensor/matrix.h"

namespace salient {

// The parts of a forward pass that are not products, on matrices [rows, cols]: rows are tokens. Vectorized for the processor at hand and
// spread over all threads by rows, in one or two passes over the data; same bits for any thread count. Computed in float32; exp and tanh
// are accurate to a few units in the last place. What has a second operand throws Error{ShapeMismatch}.
//
// Behind each stands its definition: one value after the other, in double precision, rounded once at the end; shapes are taken on trust.

/// y_j = x_j / sqrt(mean(x²) + epsilon) · gain_j per row. gain [cols]. Zhang & Sennrich, RMSNorm, arXiv:1910.07467, eq. 4.
[[nodiscard]] Matrix rmsNorm(MatrixView x, std::span<const float> gain, float epsilon);
[[nodiscard]] Matrix rmsNormPlain(MatrixView x, std::span<const float> gain, float epsilon);

/// The same within each run of gain.size() columns, in place: the norm of queries or keys, head by head. cols is a multiple of it.
void rmsNormSegments(MatrixSpan x, std::span<const float> gain, float epsilon);
void rmsNormSegmentsPlain(MatrixSpan x, std::span<const float> gain, float epsilon);

/// y_j = (x_j − mean) / sqrt(var + epsilon) · gain_j + bias_j per row, var = mean((x − mean)²). gain [cols]; bias [cols] or empty.
/// Ba et al., Layer Normalization, arXiv:1607.06450, eq. 4.
[[nodiscard]] Matrix layerNorm(MatrixView x, std::span<const float> gain, std::span<const float> bias, float epsilon);
[[nodiscard]] Matrix layerNormPlain(MatrixView x, std::span<const float> gain, std::span<const float> bias, float epsilon);

/// x / (1 + e^−x), in place. Elfwing et al., arXiv:1702.03118.
void silu(MatrixSpan x);
void siluPlain(MatrixSpan x);
/// x where x > 0, else 0, in place. NaN becomes 0.
void relu(MatrixSpan x);
void reluPlain(MatrixSpan x);
/// x · Φ(x), Φ the normal distribution function, in place. Hendrycks & Gimpel, arXiv:1606.08415, §2. Far below zero the error is one of
/// |x|·ε, not of the vanishing value.
void gelu(MatrixSpan x);
void geluPlain(MatrixSpan x);
/// x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), in place. The same source's approximation.
void geluTanh(MatrixSpan x);
void geluTanhPlain(MatrixSpan x);

/// cap · tanh(x / cap), in place: the soft cap of logits. cap > 0. Gemma 2, arXiv:2408.00118, §2.
void softCap(MatrixSpan x, float cap);
void softCapPlain(MatrixSpan x, float cap);
/// min(max(x, −limit), limit), in place. limit ≥ 0.
void clamp(MatrixSpan x, float limit);
void clampPlain(MatrixSpan x, float limit);

/// x *= y, element by element: the product of a gated MLP. y has the shape of x.
void multiply(MatrixSpan x, MatrixView y);
void multiplyPlain(MatrixSpan x, MatrixView y);
/// x += y: the residual sum. y has the shape of x.
void add(MatrixSpan x, MatrixView y);
void addPlain(MatrixSpan x, MatrixView y);

/// e^x / Σ e^x of each row, in place, the row's largest value taken off first, so that nothing overflows.
void softmaxRows(MatrixSpan x);
void softmaxRowsPlain(MatrixSpan x);
/// log Σ e^x of one row, the sum in double, on the calling thread. −∞ of an empty row.
[[nodiscard]] double logSumExp(std::span<const float> row) noexcept;
[[nodiscard]] double logSumExpPlain(std::span<const float> row) noexcept;

}  // namespace salient
