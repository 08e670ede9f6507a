#include "core/kernels/cholesky.h"

#include <Eigen/Cholesky>

namespace salient {

Matrix reversedCholesky(MatrixView hessian) {
    const Matrix reversed = hessian.reverse();
    const Eigen::LLT<Matrix> factor(reversed);
    if (factor.info() != Eigen::Success) return {};
    const Matrix lower = factor.matrixL();
    return lower.reverse();
}

Matrix invertUpper(MatrixView r) { return r.triangularView<Eigen::Upper>().solve(Matrix::Identity(r.rows(), r.cols())); }

}  // namespace salient
