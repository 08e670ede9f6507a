#pragma once

#include <span>

#include "core/tensor/matrix.h"

namespace salient {

/// d·H·dᵀ of each row of a tile: difference [rows, in], hessian [in, in] symmetric, of which only the lower triangle (in blocks) is
/// read: half the work of a full product. Sums in float32 along in, in double across blocks. On the calling thread.
void addQuadraticForms(MatrixView difference, MatrixView hessian, std::span<double> row_forms);

/// Rows that go through H at once: enough for a full-speed product, few enough to stay in the cache.
inline constexpr Index kFormRows = 256;

}  // namespace salient
