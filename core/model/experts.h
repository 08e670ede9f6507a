#pragma once

#include <span>
#include <vector>

#include "core/model/model.h"

namespace salient {

/// The tokens that a router sends to one expert.
struct ExpertTokens {
    std::vector<Index> rows;     ///< ascending
    std::vector<float> weights;  ///< of the expert's output in each of those tokens' sums
};

/// Sends each token to the experts with the highest scores (ties: the lower number). x [tokens, hidden] after the norm; result [experts].
/// The weights are the softmax over all experts' scores, divided by the sum of the chosen ones where the model says so. Computed in float32
/// whatever the rest is computed in: a rounded score would send a token elsewhere. Fedus et al., arXiv:2101.03961, §2.1.
[[nodiscard]] std::vector<ExpertTokens> routeTokens(MatrixView x, const LinearWeights& router, const ExpertsConfig& experts);

/// sigmoid(x · router) of each token, [tokens]: the weight of the expert that sees them all.
[[nodiscard]] std::vector<float> sharedWeights(MatrixView x, const LinearWeights& router);

/// The rows of x with those numbers.
[[nodiscard]] Matrix gatherRows(MatrixView x, std::span<const Index> rows);

/// sum.row(rows[i]) += weights[i] · part.row(i); without rows, row i. The rows are distinct.
void addWeighted(MatrixSpan sum, MatrixView part, std::span<const float> weights, std::span<const Index> rows = {});

}  // namespace salient
