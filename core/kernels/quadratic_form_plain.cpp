#include "core/kernels/quadratic_form.h"

namespace salient {

void addFormsPlain(MatrixView difference, MatrixView hessian, std::span<double> row_forms) {
    const Eigen::MatrixXd h = hessian.cast<double>();
    for (Index row = 0; row < difference.rows(); ++row) {
        const Eigen::VectorXd d = difference.row(row).cast<double>().transpose();
        row_forms[static_cast<std::size_t>(row)] += d.dot(h * d);
    }
}

}  // namespace salient
