#include "core/kernels/gram.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/kernels/layout.h"
#include "core/kernels/matrix_tiles.h"
#include "core/kernels/parallel.h"

namespace salient {
namespace {

// Tokens that are summed before they are added to H: bounds both the copies made of x and the length of a float32 sum.
constexpr Index kTokens = 1024;

struct Tile {
    Index row, col, rows, cols;
};

// Tiles of the lower triangle, one panel of columns wide; those on the diagonal end at the diagonal, so that next to nothing
// above it is computed.
std::vector<Tile> lowerTiles(Index n) {
    constexpr Index kTileRows = 128;
    std::vector<Tile> tiles;
    for (Index col = 0; col < n; col += kPanelCols) {
        for (Index row = col; row < n;) {
            const bool below_diagonal = row >= col + kPanelCols;
            const Index rows = std::min(below_diagonal ? 2 * kTileRows : kTileRows, n - row);
            tiles.push_back({row, col, rows, std::min(row + rows - col, std::min(kPanelCols, n - col))});
            row += rows;
        }
    }
    return tiles;
}

void accumulateOnTiles(const MatrixView& x, float factor, MatrixSpan& hessian, Compute compute) {
    const auto terms = TileOperand::termsFor(compute);
    const Index n_tokens = compute == Compute::BFloat16 ? 2 * kTokens : kTokens;
    const std::vector<Tile> tiles = lowerTiles(x.cols());
    TileOperand transposed(TileOperand::Side::Left, terms);
    TileOperand right(TileOperand::Side::Right, terms);
    for (Index first = 0; first < x.rows(); first += n_tokens) {
        const MatrixView chunk = x.middleRows(first, std::min(n_tokens, x.rows() - first));
        transposed.pack(chunk, true);
        right.pack(chunk, true);
        parallelFor(static_cast<Index>(tiles.size()), 1, [&](Index t, Index) {
            const Tile& tile = tiles[static_cast<std::size_t>(t)];
            multiplyStripRange(transposed, tile.row / kStripWidth, right, tile.col / kStripWidth,
                               hessian.block(tile.row, tile.col, tile.rows, tile.cols), factor, 1.0F);
        });
    }
}

}  // namespace

void accumulateGram(MatrixView x, float factor, MatrixSpan hessian, Compute compute) {
    if (hessian.rows() != x.cols() || hessian.cols() != x.cols()) {
        throw Error(ErrorCode::ShapeMismatch, "accumulateGram: Hessian: expected size " + std::to_string(x.cols()) + ", found [" +
                                                  std::to_string(hessian.rows()) + ", " + std::to_string(hessian.cols()) + "]");
    }
    if (stripsPay(compute)) {
        accumulateOnTiles(x, factor, hessian, compute);
        return;
    }
    const std::vector<Tile> tiles = lowerTiles(x.cols());
    std::vector<Matrix> panels;
    Matrix transposed;
    for (Index first = 0; first < x.rows(); first += kTokens) {
        const MatrixView chunk = x.middleRows(first, std::min(kTokens, x.rows() - first));
        panels = packPanels(chunk, false, compute, std::move(panels));
        transposed = packRows(chunk, true, compute, std::move(transposed));
        parallelFor(static_cast<Index>(tiles.size()), 1, [&](Index t, Index) {
            const Tile& tile = tiles[static_cast<std::size_t>(t)];
            const Matrix& panel = panels[static_cast<std::size_t>(tile.col / kPanelCols)];
            gemmTile(transposed.middleRows(tile.row, tile.rows), false, panel.leftCols(tile.cols), false,
                     hessian.block(tile.row, tile.col, tile.rows, tile.cols), factor, 1.0F);
        });
    }
}

}  // namespace salient
