#pragma once

#include <span>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

/// Which points of a curve to draw on n_pixels: of the points that fall on one pixel column, the first, the lowest, the highest and
/// the last, so that the drawing covers the same pixels as all points would. x ascending, y of the same length; points with a
/// non-finite y are left out. first, last: the interval of x that spans the pixels; the nearest point beyond each end is kept too, so
/// that lines leave the picture. is_logarithmic: pixels are even in log x (points with x ≤ 0 are left out).
/// Result: ascending indices, at most 4 per pixel and two more. Throws Error{ShapeMismatch} when the lengths differ.
[[nodiscard]] std::vector<Index> thinToPixels(std::span<const double> x, std::span<const double> y, double first, double last,
                                              Index n_pixels, bool is_logarithmic = false);

}  // namespace salient
