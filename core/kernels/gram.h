#pragma once

#include "core/kernels/gemm.h"
#include "core/tensor/matrix.h"

namespace salient {

/// H += factor · XᵀX on the lower triangle of H (in tiles; entries above the diagonal of a diagonal tile are also written,
/// entries above that are left alone). x [tokens, in], hessian [in, in]. Same bits for any thread count.
void accumulateGram(MatrixView x, float factor, MatrixSpan hessian, Compute compute = Compute::Float32);

}  // namespace salient
