#include "core/kernels/gemm.h"
#include "core/kernels/layout.h"

namespace salient {

void gemmPlain(MatrixView a, bool transpose_a, MatrixView b, bool transpose_b, MatrixSpan c, float alpha, float beta, Compute compute) {
    const Matrix rows = packRowsPlain(a, transpose_a, compute);      // op(A)
    const Matrix columns = packRowsPlain(b, !transpose_b, compute);  // op(B)ᵀ
    for (Index i = 0; i < c.rows(); ++i) {
        for (Index j = 0; j < c.cols(); ++j) {
            double sum = 0.0;
            for (Index l = 0; l < rows.cols(); ++l) sum += static_cast<double>(rows(i, l)) * static_cast<double>(columns(j, l));
            sum *= static_cast<double>(alpha);
            if (beta != 0.0F) sum += static_cast<double>(beta) * static_cast<double>(c(i, j));
            c(i, j) = static_cast<float>(sum);
        }
    }
}

Matrix linearPlain(MatrixView x, MatrixView weight, std::span<const float> bias, Compute compute) {
    Matrix y = Matrix::Zero(x.rows(), weight.rows());
    if (!bias.empty()) y.rowwise() = Eigen::Map<const Eigen::RowVectorXf>(bias.data(), weight.rows());
    gemmPlain(x, false, weight, true, y, 1.0F, 1.0F, compute);
    return y;
}

}  // namespace salient
