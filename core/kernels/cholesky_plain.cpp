#include <cmath>

#include "core/kernels/cholesky.h"

namespace salient {

bool factorReversedPlain(MatrixSpan hessian) {
    const Index n = hessian.rows();
    for (Index j = n - 1; j >= 0; --j) {
        // Right of column j, rows hold R already.
        const auto sumOverLater = [&](Index i) {
            const Index n_later = n - 1 - j;
            return hessian.row(i).tail(n_later).cast<double>().dot(hessian.row(j).tail(n_later).cast<double>());
        };
        const double pivot = static_cast<double>(hessian(j, j)) - sumOverLater(j);
        if (!(pivot > 0.0) || std::isinf(pivot)) return false;
        const double diagonal = std::sqrt(pivot);
        hessian(j, j) = static_cast<float>(diagonal);
        for (Index i = 0; i < j; ++i) hessian(i, j) = static_cast<float>((static_cast<double>(hessian(i, j)) - sumOverLater(i)) / diagonal);
    }
    return true;
}

Matrix invertUpperPlain(MatrixView r) {
    const Index n = r.rows();
    Eigen::MatrixXd u = Eigen::MatrixXd::Zero(n, n);
    for (Index j = 0; j < n; ++j) {
        u(j, j) = 1.0 / static_cast<double>(r(j, j));
        for (Index i = j - 1; i >= 0; --i) {
            double sum = 0.0;
            for (Index k = i + 1; k <= j; ++k) sum += static_cast<double>(r(i, k)) * u(k, j);
            u(i, j) = -sum / static_cast<double>(r(i, i));
        }
    }
    return u.cast<float>();
}

}  // namespace salient
