#pragma once

#include <vector>

#include "core/job.h"
#include "core/model/model.h"

namespace salient {

/// What the weights of one linear layer are like, in single numbers.
struct WeightMetrics {
    double max_abs = 0.0;  ///< largest |w|
    /// m₄ / m₂² with m_k = Σ (w − w̄)^k / n over all weights of the layer: the population's, not the excess. 3 for normally distributed
    /// weights, 1.8 for evenly distributed ones; large where a few stand far out. 0 where all weights are equal.
    double kurtosis = 0.0;
};

/// Two passes over the weight, in double: the mean first, then the moments about it, row by row. Same bits for any thread count.
[[nodiscard]] WeightMetrics weightMetrics(MatrixView weight);

/// One entry per layer, in the order of Model::linears. Reads every layer, one at a time. Throws what loadLinear() throws. Checkpoints per
/// layer, "reading weights".
[[nodiscard]] std::vector<WeightMetrics> weightMetrics(const Model& model, JobContext& job);

}  // namespace salient
