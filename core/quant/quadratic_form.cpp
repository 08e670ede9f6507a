#include "core/quant/quadratic_form.h"

#include <algorithm>

#include "core/kernels/gemm.h"

namespace salient {

void addQuadraticForms(MatrixView difference, MatrixView hessian, std::span<double> row_forms) {
    constexpr Index kBlock = 512;
    const Index n_rows = difference.rows();
    const Index n_columns = difference.cols();
    Matrix product(n_rows, std::min(kBlock, n_columns));
    // Σ_J D_J (H_JJ D_Jᵀ + 2 Σ_{I>J} H_JI D_Iᵀ): what stands above the diagonal equals what stands below.
    for (Index first = 0; first < n_columns; first += kBlock) {
        const Index count = std::min(kBlock, n_columns - first);
        const Index rest = n_columns - first - count;
        auto p = product.leftCols(count);
        gemmTile(difference.middleCols(first, count), false, hessian.block(first, first, count, count), false, p);
        if (rest > 0) gemmTile(difference.rightCols(rest), false, hessian.block(first + count, first, rest, count), false, p, 2.0F, 1.0F);
        for (Index row = 0; row < n_rows; ++row) {
            row_forms[static_cast<std::size_t>(row)] +=
                p.row(row).cast<double>().dot(difference.row(row).segment(first, count).cast<double>());
        }
    }
}

}  // namespace salient
