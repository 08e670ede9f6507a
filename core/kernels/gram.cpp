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

// Tokens that are summed before they are added to H: bounds both the copy made of x and the length of a float32 sum.
constexpr Index kTokens = 1024;
constexpr Index kTileRows = 128;

struct Tile {
    Index row, col, rows, cols;
};

// Tiles of the lower triangle, `width` columns wide; those on the diagonal end at the diagonal, so that next to nothing above it is
// computed.
std::vector<Tile> lowerTiles(Index n, Index width, Index rows_below) {
    std::vector<Tile> tiles;
    for (Index col = 0; col < n; col += width) {
        for (Index row = col; row < n;) {
            const bool is_below_diagonal = row >= col + width;
            const Index rows = std::min(is_below_diagonal ? rows_below : kTileRows, n - row);
            tiles.push_back({row, col, rows, std::min(row + rows - col, std::min(width, n - col))});
            row += rows;
        }
    }
    return tiles;
}

void accumulateInStrips(const MatrixView& x, float factor, MatrixSpan& hessian, Compute compute) {
    const auto terms = TileOperand::termsFor(compute);
    const Index n_tokens = compute == Compute::BFloat16 ? 2 * kTokens : kTokens;
    const std::vector<Tile> tiles = lowerTiles(x.cols(), 16 * kStripWidth, 2 * kTileRows);
    TileOperand transposed(TileOperand::Side::Left, terms);
    TileOperand right(TileOperand::Side::Right, terms);
    // Vectors of pairs take their left operand in either order: x is packed once.
    const TileOperand& left = hasMatrixTiles() ? transposed : right;
    for (Index first = 0; first < x.rows(); first += n_tokens) {
        const MatrixView chunk = x.middleRows(first, std::min(n_tokens, x.rows() - first));
        if (hasMatrixTiles()) transposed.pack(chunk, true);
        right.pack(chunk, true);
        parallelFor(static_cast<Index>(tiles.size()), 1, [&](Index t, Index) {
            const Tile& tile = tiles[static_cast<std::size_t>(t)];
            multiplyStripRange(left, tile.row / kStripWidth, right, tile.col / kStripWidth,
                               hessian.block(tile.row, tile.col, tile.rows, tile.cols), factor, 1.0F);
        });
    }
}

// Panels serve as both operands: oneDNN copies a left one that lies transposed as fast as one that does not.
void accumulateInPanels(const MatrixView& x, float factor, MatrixSpan& hessian, Compute compute) {
    static_assert(kPanelCols % kTileRows == 0, "the rows of a tile lie in one panel");
    const std::vector<Tile> tiles = lowerTiles(x.cols(), kPanelCols, kTileRows);
    std::vector<Matrix> panels;
    for (Index first = 0; first < x.rows(); first += kTokens) {
        const MatrixView chunk = x.middleRows(first, std::min(kTokens, x.rows() - first));
        panels = packPanels(chunk, false, compute, std::move(panels));
        parallelFor(static_cast<Index>(tiles.size()), 1, [&](Index t, Index) {
            const Tile& tile = tiles[static_cast<std::size_t>(t)];
            const Matrix& left = panels[static_cast<std::size_t>(tile.row / kPanelCols)];
            const Matrix& right = panels[static_cast<std::size_t>(tile.col / kPanelCols)];
            gemmTile(left.middleCols(tile.row % kPanelCols, tile.rows), true, right.leftCols(tile.cols), false,
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
        accumulateInStrips(x, factor, hessian, compute);
    } else {
        accumulateInPanels(x, factor, hessian, compute);
    }
}

}  // namespace salient
