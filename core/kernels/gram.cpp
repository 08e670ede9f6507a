#include "core/kernels/gram.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/kernels/parallel.h"

namespace salient {

void accumulateGram(MatrixView x, float factor, MatrixSpan hessian, Compute compute) {
    if (hessian.rows() != x.cols() || hessian.cols() != x.cols()) {
        throw Error(ErrorCode::ShapeMismatch, "accumulateGram: Hessian: expected size " + std::to_string(x.cols()) + ", found [" +
                                                  std::to_string(hessian.rows()) + ", " + std::to_string(hessian.cols()) + "]");
    }
    constexpr Index kTile = 512;
    const Index n_tiles = (x.cols() + kTile - 1) / kTile;
    std::vector<std::pair<Index, Index>> tiles;
    for (Index i = 0; i < n_tiles; ++i) {
        for (Index j = 0; j <= i; ++j) tiles.emplace_back(i * kTile, j * kTile);
    }
    parallelFor(static_cast<Index>(tiles.size()), 1, [&](Index t, Index) {
        const auto [row, col] = tiles[static_cast<std::size_t>(t)];
        const Index n_rows = std::min(kTile, x.cols() - row);
        const Index n_cols = std::min(kTile, x.cols() - col);
        if (compute == Compute::Float32) {
            gemmTile(x.middleCols(row, n_rows), true, x.middleCols(col, n_cols), false, hessian.block(row, col, n_rows, n_cols), factor,
                     1.0F);
        } else {
            gemm(x.middleCols(row, n_rows), true, x.middleCols(col, n_cols), false, hessian.block(row, col, n_rows, n_cols), factor, 1.0F,
                 compute);
        }
    });
}

void mirrorLower(MatrixSpan symmetric) {
    constexpr Index kTile = 64;
    const Index n = symmetric.rows();
    parallelFor(n, kTile, [&](Index first, Index last) {
        // Tile by tile, so that both the rows read and the rows written stay in the cache.
        for (Index col = 0; col <= first; col += kTile) {
            for (Index j = col; j < std::min(col + kTile, last); ++j) {
                for (Index i = std::max(first, j + 1); i < last; ++i) symmetric(j, i) = symmetric(i, j);
            }
        }
    });
}

}  // namespace salient
