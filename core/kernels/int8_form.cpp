#include "core/kernels/int8_form.h"

#include <algorithm>
#include <cmath>

#include "core/kernels/int8.h"
#include "core/kernels/parallel.h"
#include "core/kernels/round.h"

namespace salient {
namespace {

constexpr Index kBlock = 512;  // sums in float32 stay this short
constexpr float kMaxCode = 127.0F;

std::span<const float> spanOf(const Eigen::RowVectorXf& values) { return {values.data(), static_cast<std::size_t>(values.size())}; }

std::span<std::int8_t> rowOf(Int8Matrix& codes, Index row) { return {codes.row(row).data(), static_cast<std::size_t>(codes.cols())}; }

// Σ f(first, count) over blocks, in double across them.
template <typename Sum>
double sumOverBlocks(Index n, Sum sum) {
    double total = 0.0;
    for (Index first = 0; first < n; first += kBlock) total += static_cast<double>(sum(first, std::min(kBlock, n - first)));
    return total;
}

}  // namespace

Int8Form::Int8Form(MatrixView hessian)
    : deviation_(hessian.diagonal().cwiseMax(0.0F).cwiseSqrt().transpose()),
      inverse_(deviation_.unaryExpr([](float c) { return c > 0.0F ? 1.0F / c : 0.0F; })),
      rest_(hessian.rows(), hessian.cols()),
      rest_scale_(hessian.cols()) {
    findSharedDirection(hessian);
    roundRest(hessian);
}

// A few steps of the power method. The form above holds for any λ and v: a direction not quite found costs accuracy only.
void Int8Form::findSharedDirection(MatrixView hessian) {
    constexpr int kSteps = 6;
    const Index n = hessian.rows();
    Eigen::RowVectorXf v = Eigen::RowVectorXf::NullaryExpr(n, [](Index j) { return j % 3 == 0 ? 1.0F : 0.5F; }).normalized();
    Eigen::RowVectorXf next(n);
    for (int step = 0; step <= kSteps; ++step) {
        const Eigen::RowVectorXf scaled = v.cwiseProduct(inverse_);
        parallelFor(n, 32, [&](Index first, Index last) {
            for (Index j = first; j < last; ++j) next[j] = inverse_[j] * hessian.row(j).dot(scaled);
        });
        strength_ = next.dot(v);
        if (step == kSteps || next.norm() == 0.0F) break;
        v = next.normalized();
    }
    shared_ = v;
}

void Int8Form::roundRest(MatrixView hessian) {
    const Index n = hessian.rows();
    parallelFor(n, 16, [&](Index first, Index last) {
        Eigen::RowVectorXf rest(n);
        for (Index j = first; j < last; ++j) {
            const Index below = j + 1;
            const Index count = n - below;
            rest.setZero();
            rest.tail(count) = hessian.row(j).tail(count).cwiseProduct(inverse_.tail(count)) * inverse_[j] -
                               shared_.tail(count) * (strength_ * shared_[j]);
            const float highest = count > 0 ? rest.tail(count).cwiseAbs().maxCoeff() : 0.0F;
            rest_scale_[j] = highest / kMaxCode;
            roundRowToInt8(spanOf(rest), highest > 0.0F ? rest_scale_[j] : 1.0F, rowOf(rest_, j));
        }
    });
}

void Int8Form::addTo(MatrixSpan difference, std::span<double> row_forms) const {
    const Index n_rows = difference.rows();
    const Index n = difference.cols();
    Int8Matrix codes(n_rows, n);
    std::vector<float> code_scale(static_cast<std::size_t>(n_rows));
    for (Index row = 0; row < n_rows; ++row) {
        auto d = difference.row(row);
        d.array() *= deviation_.array();
        const double own = sumOverBlocks(n, [&](Index first, Index count) { return d.segment(first, count).squaredNorm(); });
        const double shared =
            sumOverBlocks(n, [&](Index first, Index count) { return d.segment(first, count).dot(shared_.segment(first, count)); });
        const double counted_twice = sumOverBlocks(
            n, [&](Index first, Index count) { return d.segment(first, count).cwiseProduct(shared_.segment(first, count)).squaredNorm(); });
        row_forms[static_cast<std::size_t>(row)] += own + static_cast<double>(strength_) * (shared * shared - counted_twice);
        const float scale = d.cwiseAbs().maxCoeff() / kMaxCode;
        code_scale[static_cast<std::size_t>(row)] = scale;
        roundRowToInt8({d.data(), static_cast<std::size_t>(n)}, scale > 0.0F ? scale : 1.0F, rowOf(codes, row));
    }
    Int32Matrix sums(n_rows, std::min(kBlock, n));
    for (Index first = 0; first < n; first += kBlock) {
        const Index count = std::min(kBlock, n - first);
        auto products = sums.leftCols(count);
        int8ProductTile(codes.rightCols(n - first), rest_.block(first, first, count, n - first), products);
        for (Index row = 0; row < n_rows; ++row) {
            const float sum = (products.row(row).cast<float>().array() * rest_scale_.segment(first, count).array() *
                               difference.row(row).segment(first, count).array())
                                  .sum();
            row_forms[static_cast<std::size_t>(row)] += 2.0 * static_cast<double>(code_scale[static_cast<std::size_t>(row)] * sum);
        }
    }
}

}  // namespace salient
