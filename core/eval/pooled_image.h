#pragma once

#include "core/tensor/matrix.h"

namespace salient {

/// A rectangle of a matrix, in elements.
struct MatrixRegion {
    double first_row = 0.0;
    double first_col = 0.0;
    double n_rows = 0.0;
    double n_cols = 0.0;
};

/// The region pooled to rows × cols pixels: each pixel holds the element of largest magnitude (with its sign) among those it covers,
/// so that outliers stay visible; a region smaller than the picture is repeated, not blurred.
[[nodiscard]] Matrix poolByMagnitude(MatrixView values, const MatrixRegion& region, Index rows, Index cols);

}  // namespace salient
