#include "core/kernels/cholesky.h"

#include <Eigen/Cholesky>
#include <algorithm>

#include "core/kernels/gemm.h"
#include "core/kernels/layout.h"
#include "core/kernels/parallel.h"
#include "core/kernels/triangular.h"

namespace salient {
namespace {

constexpr Index kBlock = 128;
constexpr Index kTileRows = 256;

// R_kk of a block of H that all later columns have been taken from; empty when it is not positive definite.
Matrix factorOfDiagonalBlock(const Matrix& block) {
    const Matrix reversed = block.reverse();
    const Eigen::LLT<Matrix> factor(reversed);
    if (factor.info() != Eigen::Success || !factor.matrixLLT().allFinite()) return {};
    return Matrix(factor.matrixL()).reverse();
}

// tile := tile · R_kk⁻ᵀ. With the order of columns reversed, R_kkᵀ becomes the upper-triangular `factor`.
void solveTile(const Matrix& factor, MatrixSpan tile) {
    Matrix transposed(tile.cols(), tile.rows());
    transposeTile(tile, transposed);
    transposed.colwise().reverseInPlace();
    solveUpperTile(factor, transposed);
    transposed.colwise().reverseInPlace();
    transposeTile(transposed, tile);
}

}  // namespace

bool factorReversed(MatrixSpan hessian) {
    const Index n = hessian.rows();
    // Block column by block column, the last one first; each takes what the columns after it contribute (left-looking), so that the
    // work is one long product per tile.
    for (Index end = n; end > 0;) {
        const Index start = (end - 1) / kBlock * kBlock;
        const Index width = end - start;
        const Index n_later = n - end;
        const std::vector<Matrix> later = packPanels(hessian.block(start, end, width, n_later), true);
        const auto takeLater = [&](Index first, MatrixSpan tile) {
            if (n_later > 0) gemmTile(hessian.block(first, end, tile.rows(), n_later), false, later.front(), false, tile, -1.0F, 1.0F);
        };
        Matrix diagonal = hessian.block(start, start, width, width);
        takeLater(start, diagonal);
        const Matrix r = factorOfDiagonalBlock(diagonal);
        if (r.size() == 0) return false;
        hessian.block(start, start, width, width).triangularView<Eigen::Upper>() = r;
        const Matrix factor = r.transpose().reverse();
        parallelFor(start, kTileRows, [&](Index first, Index last) {
            auto tile = hessian.block(first, start, last - first, width);
            takeLater(first, tile);
            solveTile(factor, tile);
        });
        end = start;
    }
    return true;
}

Matrix invertUpper(MatrixView r) {
    const Index n = r.rows();
    Matrix u = Matrix::Zero(n, n);
    // Block row by block row, the last one first: U_kk = R_kk⁻¹, U_k,later = −U_kk · R_k,later · U_later,later.
    for (Index end = n; end > 0;) {
        const Index start = (end - 1) / kBlock * kBlock;
        const Index width = end - start;
        const Matrix diagonal = r.block(start, start, width, width).triangularView<Eigen::Upper>().solve(Matrix::Identity(width, width));
        u.block(start, start, width, width) = diagonal;
        parallelFor(n - end, kTileRows, [&](Index first, Index last) {
            Matrix product(width, last - first);
            // Below the diagonal U is zero: rows from `last` on add nothing.
            gemmTile(r.block(start, end, width, last), false, u.block(end, end + first, last, last - first), false, product);
            gemmTile(diagonal, false, product, false, u.block(start, end + first, width, last - first), -1.0F, 0.0F);
        });
        end = start;
    }
    return u;
}

}  // namespace salient
