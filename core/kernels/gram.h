#pragma once

#include "core/kernels/gemm.h"
#include "core/tensor/matrix.h"

namespace salient {

/// H += factor · XᵀX on the lower triangle of H (in tiles; entries above the diagonal of a diagonal tile are also written,
/// entries above that are left alone; mirrorLower() completes H). x [tokens, in], hessian [in, in]; H has the unit of factor · X².
/// About tokens · in² / 2 multiply-adds, spread over all threads by tiles; same bits for any thread count. Float32 is of float32 grade
/// however it is computed; sums are added to H every 1024 or 2048 tokens, so that the error hardly grows with their number. BFloat16
/// rounds X first, and is as exact where X is one of bfloat16 values. Throws Error{ShapeMismatch}.
void accumulateGram(MatrixView x, float factor, MatrixSpan hessian, Compute compute = Compute::Float32);

/// The definition, on the lower triangle alone: h_ij += factor · Σ_t x_ti x_tj for j ≤ i, in double precision and rounded once. With
/// factor = 2 / tokens it is the Hessian of a layer's squared output error (Frantar et al., GPTQ, arXiv:2210.17323, §3.2).
void accumulateGramPlain(MatrixView x, float factor, MatrixSpan hessian, Compute compute = Compute::Float32);

}  // namespace salient
