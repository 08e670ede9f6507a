#include <algorithm>
#include <cmath>
#include <vector>

#include "core/kernels/attention.h"

namespace salient {

Matrix causalAttentionPlain(MatrixView q, MatrixView k, MatrixView v, const AttentionShape& shape) {
    const Index dim = shape.head_dim;
    Matrix out(q.rows(), q.cols());
    std::vector<double> weights;
    for (Index token = 0; token < q.rows(); ++token) {
        const Index start = token / shape.seq_len * shape.seq_len;
        const Index first = shape.sliding_window > 0 ? std::max(start, token - shape.sliding_window + 1) : start;
        for (Index head = 0; head < shape.n_heads; ++head) {
            const Index kv = head / (shape.n_heads / shape.n_kv_heads) * dim;
            weights.clear();
            for (Index key = first; key <= token; ++key) {
                const double dot = q.row(token).segment(head * dim, dim).cast<double>().dot(k.row(key).segment(kv, dim).cast<double>());
                double score = static_cast<double>(shape.scale) * dot;
                const auto cap = static_cast<double>(shape.soft_cap);
                if (cap > 0.0) score = cap * std::tanh(score / cap);
                if (!shape.key_biases.empty()) {
                    score += static_cast<double>(shape.key_biases[static_cast<std::size_t>(head * shape.seq_len + key - start)]);
                } else if (!shape.slopes.empty()) {
                    score += static_cast<double>(shape.slopes[static_cast<std::size_t>(head)]) * static_cast<double>(key - token);
                }
                weights.push_back(score);
            }
            const double largest = *std::ranges::max_element(weights);
            double total = 0.0;
            for (double& weight : weights) total += weight = std::exp(weight - largest);
            Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(dim);
            for (Index key = first; key <= token; ++key) {
                sum += weights[static_cast<std::size_t>(key - first)] / total * v.row(key).segment(kv, dim).cast<double>();
            }
            out.row(token).segment(head * dim, dim) = sum.cast<float>();
        }
    }
    return out;
}

}  // namespace salient
