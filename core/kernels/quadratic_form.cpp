#include "core/kernels/quadratic_form.h"

#include <algorithm>

#include "core/kernels/gemm.h"
#include "core/kernels/onednn.h"
#include "core/kernels/parallel.h"

namespace salient {
namespace {

// Sums in float32 stay this short.
constexpr Index kBlock = 512;

// Below this, packing H costs more than it saves, and the rounding errors of Quick are too few to cancel out.
constexpr Index kLeastForPacking = 1024;

TileOperand::Terms termsOf(FormPrecision precision) {
    return precision == FormPrecision::Quick ? TileOperand::Terms::One : TileOperand::Terms::Three;
}

}  // namespace

QuadraticForm::QuadraticForm(MatrixView hessian, FormPrecision precision)
    : hessian_(hessian), diagonal_(hessian.diagonal()), twice_lower_(TileOperand::Side::Right, termsOf(precision)) {
    const Index n = hessian.rows();
    if (n < kLeastForPacking) return;
    if (!hasMatrixTiles()) {
        if (precision == FormPrecision::Quick && hasExactInt8Products()) quick_.emplace(hessian);
        return;
    }
    twice_lower_.resize(n, n);
    parallelFor(twice_lower_.strips(), 2, [&](Index first, Index last) {
        for (Index strip = first; strip < last; ++strip) {
            const Index begin = strip * kStripWidth;
            const Index width = std::min(kStripWidth, n - begin);
            Matrix values = Matrix::Zero(width, n);  // column `begin + j` of the lower triangle lies in row j
            for (Index j = 0; j < width; ++j) {
                const Index below = begin + j + 1;
                values.row(j).tail(n - below) = 2.0F * hessian.row(begin + j).tail(n - below);
            }
            twice_lower_.packStrip(strip, values, false);
        }
    });
}

void QuadraticForm::addTo(Index n_rows, const RowSource& source, std::span<double> row_forms) const {
    if (!usesTiles()) {
        Matrix difference(n_rows, hessian_.cols());
        source(0, difference);
        if (quick_) {
            quick_->addTo(difference, row_forms);
        } else {
            addInFloat32(difference, row_forms);
        }
        return;
    }
    TileOperand rows(TileOperand::Side::Left, static_cast<TileOperand::Terms>(twice_lower_.terms()));
    rows.resize(n_rows, hessian_.cols());
    Matrix few(kStripWidth, hessian_.cols());  // packed while they are in the cache
    for (Index strip = 0; strip < rows.strips(); ++strip) {
        const Index first = strip * kStripWidth;
        const Index count = std::min(kStripWidth, n_rows - first);
        source(first, few.topRows(count));
        rows.packStrip(strip, few.topRows(count), false);
        addDiagonal(few.topRows(count), row_forms.subspan(static_cast<std::size_t>(first)));
    }
    addLowerForms(rows, twice_lower_, row_forms);
}

void QuadraticForm::addTo(MatrixView difference, std::span<double> row_forms) const {
    if (usesTiles() || quick_) {
        addTo(
            difference.rows(), [&](Index first, MatrixSpan rows) { rows = difference.middleRows(first, rows.rows()); }, row_forms);
    } else {
        addInFloat32(difference, row_forms);
    }
}

void QuadraticForm::addInFloat32(MatrixView difference, std::span<double> row_forms) const {
    const Index n_rows = difference.rows();
    const Index n_columns = difference.cols();
    Matrix product(n_rows, std::min(kBlock, n_columns));
    // Σ_J D_J (H_JJ D_Jᵀ + 2 Σ_{I>J} H_JI D_Iᵀ): what stands above the diagonal equals what stands below.
    for (Index first = 0; first < n_columns; first += kBlock) {
        const Index count = std::min(kBlock, n_columns - first);
        const Index rest = n_columns - first - count;
        auto p = product.leftCols(count);
        gemmTile(difference.middleCols(first, count), false, hessian_.block(first, first, count, count), false, p);
        if (rest > 0) gemmTile(difference.rightCols(rest), false, hessian_.block(first + count, first, rest, count), false, p, 2.0F, 1.0F);
        for (Index row = 0; row < n_rows; ++row) {
            row_forms[static_cast<std::size_t>(row)] +=
                p.row(row).cast<double>().dot(difference.row(row).segment(first, count).cast<double>());
        }
    }
}

void QuadraticForm::addDiagonal(MatrixView difference, std::span<double> row_forms) const {
    for (Index row = 0; row < difference.rows(); ++row) {
        for (Index first = 0; first < difference.cols(); first += kBlock) {
            const Index count = std::min(kBlock, difference.cols() - first);
            const auto d = difference.row(row).segment(first, count);
            row_forms[static_cast<std::size_t>(row)] += static_cast<double>(d.cwiseAbs2().dot(diagonal_.segment(first, count)));
        }
    }
}

}  // namespace salient
