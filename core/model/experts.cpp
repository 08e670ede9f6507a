#include "core/model/experts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/kernels/elementwise.h"
#include "core/kernels/gemm.h"
#include "core/kernels/parallel.h"

namespace salient {

namespace {

constexpr Index kRows = 32;

/// The experts of one token, best first.
std::vector<Index> highest(const Matrix& shares, Index token, Index count) {
    std::vector<Index> order(static_cast<std::size_t>(shares.cols()));
    std::iota(order.begin(), order.end(), Index{0});
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](Index a, Index b) {
        const float share_a = shares(token, a);
        const float share_b = shares(token, b);
        return share_a > share_b || (share_a == share_b && a < b);
    });
    order.resize(static_cast<std::size_t>(count));
    return order;
}

}  // namespace

std::vector<ExpertTokens> routeTokens(MatrixView x, const LinearWeights& router, const ExpertsConfig& experts) {
    Matrix shares = linear(x, router.weight, router.bias, Compute::Float32);
    softmaxRows(shares);
    std::vector<ExpertTokens> chosen(static_cast<std::size_t>(experts.count));
    for (Index token = 0; token < x.rows(); ++token) {
        const std::vector<Index> best = highest(shares, token, experts.per_token);
        float sum = 0.0F;
        for (const Index expert : best) sum += shares(token, expert);
        for (const Index expert : best) {
            ExpertTokens& tokens = chosen[static_cast<std::size_t>(expert)];
            tokens.rows.push_back(token);
            tokens.weights.push_back(experts.is_normalized ? shares(token, expert) / sum : shares(token, expert));
        }
    }
    return chosen;
}

std::vector<float> sharedWeights(MatrixView x, const LinearWeights& router) {
    const Matrix scores = linear(x, router.weight, router.bias, Compute::Float32);
    std::vector<float> weights(static_cast<std::size_t>(x.rows()));
    std::transform(scores.data(), scores.data() + scores.size(), weights.begin(),
                   [](float score) { return 1.0F / (1.0F + std::exp(-score)); });
    return weights;
}

Matrix gatherRows(MatrixView x, std::span<const Index> rows) {
    Matrix gathered(static_cast<Index>(rows.size()), x.cols());
    parallelFor(gathered.rows(), kRows, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) gathered.row(i) = x.row(rows[static_cast<std::size_t>(i)]);
    });
    return gathered;
}

void addWeighted(MatrixSpan sum, MatrixView part, std::span<const float> weights, std::span<const Index> rows) {
    parallelFor(part.rows(), kRows, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            sum.row(rows.empty() ? i : rows[static_cast<std::size_t>(i)]) += weights[static_cast<std::size_t>(i)] * part.row(i);
        }
    });
}

}  // namespace salient
