#include "core/kernels/gemm.h"

#include <oneapi/dnnl/dnnl.h>
#include <new>

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/kernels/layout.h"
#include "core/kernels/matrix_tiles.h"
#include "core/kernels/onednn.h"
#include "core/kernels/parallel.h"

namespace salient {
namespace {

std::string shapeOf(Index rows, Index cols) { return "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]"; }

Index rowStride(const MatrixView& m) { return std::max<Index>({m.outerStride(), m.cols(), 1}); }

void checkProduct(const char* operation, const MatrixView& a, bool transpose_a, const MatrixView& b, bool transpose_b,
                  const MatrixSpan& c) {
    const Index m = transpose_a ? a.cols() : a.rows();
    const Index k = transpose_a ? a.rows() : a.cols();
    const Index k_b = transpose_b ? b.cols() : b.rows();
    const Index n = transpose_b ? b.rows() : b.cols();
    if (k == k_b && c.rows() == m && c.cols() == n) return;
    throw Error(ErrorCode::ShapeMismatch, std::string(operation) + ": product of " + shapeOf(m, k) + " and " + shapeOf(k_b, n) +
                                              ": expected " + shapeOf(m, n) + " and equal inner sizes, found " +
                                              shapeOf(c.rows(), c.cols()));
}

MatrixView rowsOf(const MatrixView& m, bool transposed, Index first, Index count) {
    return transposed ? MatrixView(m.middleCols(first, count)) : MatrixView(m.middleRows(first, count));
}

// Below this, a product is faster than the copies that would speed it up.
constexpr Index kSmallProduct = Index{1} << 21;
constexpr Index kFewRows = 48;

void multiplyPanels(const MatrixView& a, const std::vector<Matrix>& panels, MatrixSpan& c, float alpha, float beta) {
    constexpr Index kTileRows = 256;
    const Index n_tile_rows = (c.rows() + kTileRows - 1) / kTileRows;
    parallelFor(n_tile_rows * static_cast<Index>(panels.size()), 1, [&](Index tile, Index) {
        const Matrix& panel = panels[static_cast<std::size_t>(tile / n_tile_rows)];
        const Index row = tile % n_tile_rows * kTileRows;
        const Index rows = std::min(kTileRows, c.rows() - row);
        gemmTile(a.middleRows(row, rows), false, panel, false, c.block(row, tile / n_tile_rows * kPanelCols, rows, panel.cols()), alpha,
                 beta);
    });
}

// Float32 in three bfloat16 terms: about as fast as float32 vector products, with a quarter of their rounding error.
void multiplyOnTiles(const MatrixView& a, bool transpose_a, const MatrixView& b, bool transpose_b, MatrixSpan& c, float alpha, float beta,
                     Compute compute) {
    constexpr Index kTileRows = 8 * kStripWidth;
    constexpr Index kTileCols = 16 * kStripWidth;
    const auto terms = TileOperand::termsFor(compute);
    TileOperand left(TileOperand::Side::Left, terms);
    TileOperand right(TileOperand::Side::Right, terms);
    left.pack(a, transpose_a);
    right.pack(b, !transpose_b);
    const Index n_tile_rows = (c.rows() + kTileRows - 1) / kTileRows;
    parallelFor(n_tile_rows * ((c.cols() + kTileCols - 1) / kTileCols), 1, [&](Index tile, Index) {
        const Index row = tile % n_tile_rows * kTileRows;
        const Index col = tile / n_tile_rows * kTileCols;
        multiplyStripRange(left, row / kStripWidth, right, col / kStripWidth,
                           c.block(row, col, std::min(kTileRows, c.rows() - row), std::min(kTileCols, c.cols() - col)), alpha, beta);
    });
}

}  // namespace

void gemmTile(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha, float beta) {
    checkProduct("gemmTile", a, transpose_a, b, transpose_b, c);
    if (c.size() == 0) return;
    const Index k = transpose_a ? a.rows() : a.cols();
    if (k == 0) {
        if (beta == 0.0F) {
            c.setZero();
        } else {
            c *= beta;
        }
        return;
    }
    useOneThreadInOneDnn();
    const dnnl_status_t status =
        dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', c.rows(), c.cols(), k, alpha, a.data(), rowStride(a), b.data(),
                   rowStride(b), beta, c.data(), std::max<Index>({c.outerStride(), c.cols(), 1}));
    if (status == dnnl_out_of_memory) throw std::bad_alloc();
    if (status != dnnl_success)
        throw Error(ErrorCode::Unsupported, "gemmTile: oneDNN: expected success, found status " + std::to_string(status));
}

void gemm(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha, float beta, Compute compute) {
    checkProduct("gemm", a, transpose_a, b, transpose_b, c);
    const Index k = transpose_a ? a.rows() : a.cols();
    const bool copies_pay = c.rows() >= kFewRows && c.rows() * c.cols() * k >= kSmallProduct;
    if (!copies_pay && compute == Compute::Float32) {
        // Few rows: reading B once where it lies costs as much as copying it.
        parallelFor(c.cols(), std::max<Index>(kPanelCols, kSmallProduct / std::max<Index>(1, c.rows() * k)), [&](Index first, Index last) {
            gemmTile(a, transpose_a, rowsOf(b, !transpose_b, first, last - first), transpose_b, c.middleCols(first, last - first), alpha,
                     beta);
        });
        return;
    }
    if (copies_pay && stripsPay(compute)) {
        multiplyOnTiles(a, transpose_a, b, transpose_b, c, alpha, beta, compute);
    } else if (transpose_a || compute == Compute::BFloat16) {
        multiplyPanels(packRows(a, transpose_a, compute), packPanels(b, transpose_b, compute), c, alpha, beta);
    } else {
        multiplyPanels(a, packPanels(b, transpose_b, compute), c, alpha, beta);
    }
}

Matrix linear(MatrixView x, MatrixView weight, std::span<const float> bias, Compute compute) {
    Matrix y(x.rows(), weight.rows());
    if (bias.empty()) {
        gemm(x, false, weight, true, y, 1.0F, 0.0F, compute);
        return y;
    }
    if (static_cast<Index>(bias.size()) != weight.rows()) {
        throw Error(ErrorCode::ShapeMismatch,
                    "linear: bias: expected " + std::to_string(weight.rows()) + " values, found " + std::to_string(bias.size()));
    }
    y.rowwise() = Eigen::Map<const Eigen::RowVectorXf>(bias.data(), weight.rows());
    gemm(x, false, weight, true, y, 1.0F, 1.0F, compute);
    return y;
}

}  // namespace salient
