#pragma once

#include <optional>

#include "core/quant/grid.h"

namespace salient {

/// An element of a matrix.
struct MatrixPlace {
    Index row = 0;
    Index column = 0;
};
/// The first NaN or infinity, row by row; nothing when there is none. Multithreaded, at memory speed.
[[nodiscard]] std::optional<MatrixPlace> nonFinitePlace(MatrixView values);

/// Throws Error{NonFinite} naming row and column of the first NaN or infinity of `values`, the subject of `operation`.
void requireFinite(MatrixView values, const char* operation, const char* subject);

/// Throws Error{NonFinite} naming row and group when a scale does not fit its stored type (a range too wide for F16).
void requireFiniteScale(const GridPoint& grid, const GridSpec& spec, const char* operation, Index row, Index group);

/// Throws Error{ShapeMismatch} unless hessian is [in, in].
void requireHessianShape(MatrixView hessian, Index in_features, const char* operation);

}  // namespace salient
