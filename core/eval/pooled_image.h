#pragma once

#include <memory>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

/// A rectangle of a matrix, in elements.
struct MatrixRegion {
    double first_row = 0.0;
    double first_col = 0.0;
    double n_rows = 0.0;
    double n_cols = 0.0;
    bool operator==(const MatrixRegion&) const = default;
};

/// The region pooled to rows × cols pixels: each pixel holds the element of largest magnitude (with its sign) among those it covers,
/// so that outliers stay visible; a region smaller than the picture is repeated, not blurred. An element belongs to the pixel that
/// holds its centre; a NaN beats every number; pixels outside the matrix are NaN.
/// Throws Error{InvalidOption} when the region is not finite and positive or the picture is empty. One pass over the region.
[[nodiscard]] Matrix poolByMagnitude(MatrixView values, const MatrixRegion& region, Index rows, Index cols);

/// A large matrix with smaller copies of itself, each pooled by magnitude, so that any region is pooled in time proportional to the
/// picture and not to the region. Making it costs one pass over the matrix and a twelfth of its memory.
class MagnitudePyramid {
public:
    explicit MagnitudePyramid(std::shared_ptr<const Matrix> values);
    [[nodiscard]] const Matrix& values() const noexcept { return *values_; }
    [[nodiscard]] const std::shared_ptr<const Matrix>& shared() const noexcept { return values_; }
    /// As poolByMagnitude() of the whole matrix, except that a picture about 4 times smaller than its region is made from the copies: an
    /// element may then show up to a pixel away, or on two pixels. None is lost.
    [[nodiscard]] Matrix pool(const MatrixRegion& region, Index rows, Index cols) const;
    /// Largest finite |value|; 0 for an empty matrix.
    [[nodiscard]] float maxAbs() const noexcept { return max_abs_; }

private:
    struct Level {
        Index factor;  // elements per cell, both ways
        Matrix cells;
    };
    std::shared_ptr<const Matrix> values_;
    std::vector<Level> levels_;
    float max_abs_ = 0.0F;
};

}  // namespace salient
