#include "core/kernels/layout.h"

#include <hwy/highway.h>

#include <algorithm>
#include <utility>

#include "core/kernels/parallel.h"
#include "core/kernels/stored.h"

namespace salient {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Bounds a copying task to about the size of the L1 cache.
constexpr Index kCopyRows = 64;

// A 4×4 square between registers; larger vectors gain nothing, since the copy is bound by the cache lines it touches.
HWY_ATTR void transposeSquare(const float* from, Index from_stride, float* to, Index to_stride) {
    const hn::FixedTag<float, 4> d;
    const auto r0 = hn::LoadU(d, from);
    const auto r1 = hn::LoadU(d, from + from_stride);
    const auto r2 = hn::LoadU(d, from + 2 * from_stride);
    const auto r3 = hn::LoadU(d, from + 3 * from_stride);
    const auto low01 = hn::InterleaveLower(d, r0, r1);
    const auto high01 = hn::InterleaveUpper(d, r0, r1);
    const auto low23 = hn::InterleaveLower(d, r2, r3);
    const auto high23 = hn::InterleaveUpper(d, r2, r3);
    hn::StoreU(hn::ConcatLowerLower(d, low23, low01), d, to);
    hn::StoreU(hn::ConcatUpperUpper(d, low23, low01), d, to + to_stride);
    hn::StoreU(hn::ConcatLowerLower(d, high23, high01), d, to + 2 * to_stride);
    hn::StoreU(hn::ConcatUpperUpper(d, high23, high01), d, to + 3 * to_stride);
}

}  // namespace

void transposeTile(MatrixView from, MatrixSpan to) noexcept {
    constexpr Index kSquare = 4;
    constexpr Index kLine = 16;  // floats of a cache line: finish the lines written before going on
    const Index rows = from.rows() / kSquare * kSquare;
    const Index cols = from.cols() / kSquare * kSquare;
    for (Index col = 0; col < cols; col += kLine) {
        const Index col_end = std::min(col + kLine, cols);
        for (Index row = 0; row < rows; row += kSquare) {
            for (Index j = col; j < col_end; j += kSquare) {
                transposeSquare(from.data() + row * from.outerStride() + j, from.outerStride(), to.data() + j * to.outerStride() + row,
                                to.outerStride());
            }
        }
    }
    for (Index row = rows; row < from.rows(); ++row) {
        for (Index col = 0; col < from.cols(); ++col) to(col, row) = from(row, col);
    }
    for (Index row = 0; row < rows; ++row) {
        for (Index col = cols; col < from.cols(); ++col) to(col, row) = from(row, col);
    }
}

namespace {

enum class Triangle { Lower, Upper };

// Tile by tile, so that both the rows read and the rows written stay in the cache.
template <Triangle from>
void mirror(MatrixSpan& square) {
    constexpr Index kTile = 64;
    parallelFor(square.rows(), kTile, [&](Index first, Index last) {
        for (Index col = 0; col < first; col += kTile) {
            const auto below = square.block(first, col, last - first, kTile);
            const auto above = square.block(col, first, kTile, last - first);
            if constexpr (from == Triangle::Lower) {
                transposeTile(below, above);
            } else {
                transposeTile(above, below);
            }
        }
        for (Index i = first; i < last; ++i) {
            for (Index j = first; j < i; ++j) {
                if constexpr (from == Triangle::Lower) {
                    square(j, i) = square(i, j);
                } else {
                    square(i, j) = square(j, i);
                }
            }
        }
    });
}

}  // namespace

void mirrorLower(MatrixSpan square) { mirror<Triangle::Lower>(square); }
void mirrorUpper(MatrixSpan square) { mirror<Triangle::Upper>(square); }

void roundToBFloat16(MatrixSpan values) noexcept {
    for (Index i = 0; i < values.rows(); ++i) roundToBFloat16(values.row(i).data(), static_cast<std::size_t>(values.cols()));
}

namespace {

void copyTile(const MatrixView& from, bool transpose, Compute compute, MatrixSpan to) {
    if (transpose) {
        transposeTile(from, to);
    } else {
        to = from;
    }
    if (compute == Compute::BFloat16) roundToBFloat16(to);
}

MatrixView blockOf(const MatrixView& m, bool transpose, Index row, Index col, Index rows, Index cols) {
    return transpose ? MatrixView(m.block(col, row, cols, rows)) : MatrixView(m.block(row, col, rows, cols));
}

}  // namespace

std::vector<Matrix> packPanels(MatrixView b, bool transpose, Compute compute, std::vector<Matrix> reuse) {
    const Index k = transpose ? b.cols() : b.rows();
    const Index n = transpose ? b.rows() : b.cols();
    std::vector<Matrix> panels = std::move(reuse);
    panels.resize(static_cast<std::size_t>((n + kPanelCols - 1) / kPanelCols));
    for (Index col = 0; col < n; col += kPanelCols)
        panels[static_cast<std::size_t>(col / kPanelCols)].resize(k, std::min(kPanelCols, n - col));
    const Index n_chunks = (k + kCopyRows - 1) / kCopyRows;
    parallelFor(n_chunks * static_cast<Index>(panels.size()), 4, [&](Index first, Index last) {
        for (Index task = first; task < last; ++task) {
            Matrix& panel = panels[static_cast<std::size_t>(task / n_chunks)];
            const Index row = task % n_chunks * kCopyRows;
            const Index rows = std::min(kCopyRows, k - row);
            copyTile(blockOf(b, transpose, row, task / n_chunks * kPanelCols, rows, panel.cols()), transpose, compute,
                     panel.middleRows(row, rows));
        }
    });
    return panels;
}

Matrix packRows(MatrixView a, bool transpose, Compute compute, Matrix reuse) {
    Matrix packed = std::move(reuse);
    packed.resize(transpose ? a.cols() : a.rows(), transpose ? a.rows() : a.cols());
    constexpr Index kCols = 512;
    const Index n_chunks = (packed.cols() + kCols - 1) / kCols;
    const Index n_tiles = (packed.rows() + kCopyRows - 1) / kCopyRows * n_chunks;
    parallelFor(n_tiles, 4, [&](Index first, Index last) {
        for (Index tile = first; tile < last; ++tile) {
            const Index row = tile / n_chunks * kCopyRows;
            const Index col = tile % n_chunks * kCols;
            const Index rows = std::min(kCopyRows, packed.rows() - row);
            const Index cols = std::min(kCols, packed.cols() - col);
            copyTile(blockOf(a, transpose, row, col, rows, cols), transpose, compute, packed.block(row, col, rows, cols));
        }
    });
    return packed;
}

}  // namespace salient
