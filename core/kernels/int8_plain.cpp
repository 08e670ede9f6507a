#include <algorithm>
#include <cmath>
#include <limits>

#include "core/kernels/int8.h"

namespace salient {

Int32Matrix int8ProductPlain(Int8View a, Int8View b) {
    Int32Matrix c(a.rows(), b.rows());
    for (Index i = 0; i < c.rows(); ++i) {
        for (Index j = 0; j < c.cols(); ++j) {
            std::int32_t sum = 0;
            for (Index l = 0; l < a.cols(); ++l) sum += static_cast<std::int32_t>(a(i, l)) * static_cast<std::int32_t>(b(j, l));
            c(i, j) = sum;
        }
    }
    return c;
}

Matrix int8LinearPlain(MatrixView x, const Int8Weight& weight, std::span<const float> bias) {
    Matrix y(x.rows(), weight.codes.rows());
    for (Index t = 0; t < x.rows(); ++t) {
        if (!x.row(t).allFinite()) {
            y.row(t).setConstant(std::numeric_limits<float>::quiet_NaN());
            continue;
        }
        float scale = weight.input_scale;
        if (weight.activation == ActivationScale::PerToken) scale = std::max(x.row(t).lpNorm<Eigen::Infinity>(), 1e-5F) / 127.0F;
        Eigen::RowVectorXd rounded(x.cols());
        for (Index j = 0; j < x.cols(); ++j) {
            const float code = std::clamp(std::nearbyint(x(t, j) / scale), -127.0F, 127.0F);
            rounded[j] = static_cast<double>(scale) * static_cast<double>(code);
        }
        for (Index o = 0; o < y.cols(); ++o) {
            const auto row = static_cast<std::size_t>(o);
            const double sum = static_cast<double>(weight.row_scale[row]) * rounded.dot(weight.codes.row(o).cast<double>());
            y(t, o) = static_cast<float>(sum + (bias.empty() ? 0.0 : static_cast<double>(bias[row])));
        }
    }
    return y;
}

}  // namespace salient
