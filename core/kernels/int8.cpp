#include "core/kernels/int8.h"

#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/kernels/onednn.h"
#include "core/kernels/parallel.h"

namespace salient {

Int32Matrix int8Product(const Int8Matrix& a, const Int8Matrix& b) {
    if (a.cols() != b.cols()) {
        throw Error(ErrorCode::ShapeMismatch,
                    "int8Product: second operand: expected " + std::to_string(a.cols()) + " columns, found " + std::to_string(b.cols()));
    }
    Int32Matrix c(a.rows(), b.rows());
    if (a.cols() == 0) c.setZero();
    if (c.size() == 0 || a.cols() == 0) return c;
    constexpr Index kRows = 256;
    parallelFor(a.rows(), kRows, [&](Index first, Index last) {
        if (!hasExactInt8Products()) {
            for (Index i = first; i < last; ++i) {
                c.row(i).noalias() = a.row(i).cast<std::int32_t>() * b.cast<std::int32_t>().transpose();
            }
            return;
        }
        const std::int32_t zero = 0;
        dnnl_gemm_s8s8s32('N', 'T', 'F', last - first, b.rows(), a.cols(), 1.0F, a.data() + first * a.cols(), a.cols(), 0, b.data(),
                          b.cols(), 0, 0.0F, c.data() + first * c.cols(), c.cols(), &zero);
    });
    return c;
}

Matrix int8Linear(MatrixView x, const Int8Weight& weight, std::span<const float> bias) {
    Int8Matrix codes(x.rows(), x.cols());
    std::vector<float> x_scale(static_cast<std::size_t>(x.rows()));
    parallelFor(x.rows(), 16, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            float scale = weight.input_scale;
            if (weight.activation == ActivationScale::PerToken) scale = std::max(x.row(i).cwiseAbs().maxCoeff(), 1e-5F) / 127.0F;
            x_scale[static_cast<std::size_t>(i)] = scale;
            for (Index j = 0; j < x.cols(); ++j) {
                codes(i, j) = static_cast<std::int8_t>(std::clamp(std::nearbyint(x(i, j) / scale), -127.0F, 127.0F));
            }
        }
    });
    const Int32Matrix sums = int8Product(codes, weight.codes);
    Matrix y(sums.rows(), sums.cols());
    parallelFor(y.rows(), 16, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            for (Index j = 0; j < y.cols(); ++j) {
                const auto col = static_cast<std::size_t>(j);
                y(i, j) = static_cast<float>(sums(i, j)) * (x_scale[static_cast<std::size_t>(i)] * weight.row_scale[col]) +
                          (bias.empty() ? 0.0F : bias[col]);
            }
        }
    });
    return y;
}

}  // namespace salient
