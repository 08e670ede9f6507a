#include "core/kernels/gptq_block.h"

#include <Eigen/Dense>

namespace salient {

void gptqRoundBlock(const GptqBlock& block, MatrixSpan difference, CodeSpan codes, std::span<double> column_loss) {
    gptqRoundBlockPlain(block, difference, codes, column_loss);
}

void gptqUpdatedColumns(MatrixView factor, MatrixView weight, MatrixView correction, MatrixSpan updated) {
    updated = correction;
    // (S·R⁻¹)ᵀ = R⁻ᵀ·Sᵀ
    factor.transpose().triangularView<Eigen::Lower>().solveInPlace(updated);
    updated += weight;
}

void rangeOverColumns(MatrixView tile, std::span<float> lowest, std::span<float> highest) {
    if (tile.rows() == 0) return;
    Eigen::Map<Eigen::RowVectorXf>(lowest.data(), tile.cols()) = tile.colwise().minCoeff();
    Eigen::Map<Eigen::RowVectorXf>(highest.data(), tile.cols()) = tile.colwise().maxCoeff();
}

}  // namespace salient
