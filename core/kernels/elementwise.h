#pragma once

#include <span>

#include "core/tensor/matrix.h"

namespace salient {

// The parts of a forward pass that are not products. Vectorized for the processor at hand and spread over all threads by rows;
// same bits for any thread count. exp and tanh are accurate to a few units in the last place.
// All throw Error{ShapeMismatch}.

/// y_j = x_j / sqrt(mean(x²) + epsilon) · gain_j per row. gain [cols]. Zhang & Sennrich, RMSNorm, arXiv:1910.07467, eq. 4.
[[nodiscard]] Matrix rmsNorm(MatrixView x, std::span<const float> gain, float epsilon);

/// The same within each run of gain.size() columns, in place: the norm of queries or keys, head by head. cols is a multiple of it.
void rmsNormSegments(MatrixSpan x, std::span<const float> gain, float epsilon);

/// y_j = (x_j − mean) / sqrt(var + epsilon) · gain_j + bias_j per row; bias may be empty. Ba et al., arXiv:1607.06450, eq. 4.
[[nodiscard]] Matrix layerNorm(MatrixView x, std::span<const float> gain, std::span<const float> bias, float epsilon);

/// x / (1 + e^−x), in place.
void silu(MatrixSpan x);
/// max(x, 0), in place.
void relu(MatrixSpan x);
/// x · Φ(x), in place.
void gelu(MatrixSpan x);
/// x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), in place. Hendrycks & Gimpel, arXiv:1606.08415, §2.
void geluTanh(MatrixSpan x);

/// cap · tanh(x / cap), in place: the soft cap of logits. cap > 0.
void softCap(MatrixSpan x, float cap);
/// min(max(x, −limit), limit), in place.
void clamp(MatrixSpan x, float limit);

/// x *= y, element by element: the product of a gated MLP.
void multiply(MatrixSpan x, MatrixView y);
/// x += y: the residual sum.
void add(MatrixSpan x, MatrixView y);

/// e^x / Σ e^x of each row, in place.
void softmaxRows(MatrixSpan x);
/// log Σ e^x of one row, the sum in double. −∞ of an empty row.
[[nodiscard]] double logSumExp(std::span<const float> row) noexcept;

}  // namespace salient
