#include <algorithm>

#include "core/kernels/layout.h"
#include "core/tensor/float16.h"

namespace salient {

Matrix packRowsPlain(MatrixView a, bool transpose, Compute compute) {
    Matrix packed = transpose ? Matrix(a.transpose()) : Matrix(a);
    if (compute == Compute::BFloat16) roundToBFloat16Plain(packed);
    return packed;
}

std::vector<Matrix> packPanelsPlain(MatrixView b, bool transpose, Compute compute) {
    const Matrix packed = packRowsPlain(b, transpose, compute);
    std::vector<Matrix> panels;
    for (Index col = 0; col < packed.cols(); col += kPanelCols)
        panels.emplace_back(packed.middleCols(col, std::min(kPanelCols, packed.cols() - col)));
    return panels;
}

void transposeTilePlain(MatrixView from, MatrixSpan to) noexcept {
    for (Index i = 0; i < from.rows(); ++i) {
        for (Index j = 0; j < from.cols(); ++j) to(j, i) = from(i, j);
    }
}

void mirrorLowerPlain(MatrixSpan square) noexcept {
    for (Index i = 0; i < square.rows(); ++i) {
        for (Index j = 0; j < i; ++j) square(j, i) = square(i, j);
    }
}

void mirrorUpperPlain(MatrixSpan square) noexcept {
    for (Index i = 0; i < square.rows(); ++i) {
        for (Index j = 0; j < i; ++j) square(i, j) = square(j, i);
    }
}

void roundToBFloat16Plain(MatrixSpan values) noexcept {
    for (Index i = 0; i < values.rows(); ++i) {
        for (Index j = 0; j < values.cols(); ++j) values(i, j) = fromBFloat16(toBFloat16(values(i, j)));
    }
}

}  // namespace salient
