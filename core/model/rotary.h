#pragma once

#include <vector>

#include "core/model/model_config.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Turns per position of each pair of dimensions, in radians: [head_dim / 2], as the scaling of `rope` changes them. head_dim: how
/// many dimensions turn (RopeConfig::dim in a model). seq_len matters to two scalings: beyond the trained length the base of the
/// dynamic one grows with it, and LongRoPE takes its long factors.
/// Su et al., RoFormer, arXiv:2104.09864, eq. 15; YaRN: Peng et al., arXiv:2309.00071, §3; LongRoPE: Ding et al., arXiv:2402.13753, §3.
/// Computed in double.
[[nodiscard]] std::vector<double> rotaryFrequencies(const RopeConfig& rope, Index head_dim, Index seq_len);

/// What cosines and sines are multiplied with: the softmax temperature of YaRN and LongRoPE, 1 for everything else.
[[nodiscard]] double rotaryMagnitude(const RopeConfig& rope);

/// Cosines and sines for positions 0 … seq_len − 1, each [seq_len, head_dim / 2].
struct RotaryTable {
    Matrix cosine;
    Matrix sine;
    [[nodiscard]] static RotaryTable make(const RopeConfig& rope, Index head_dim, Index seq_len);
};

/// Turns the first dimensions of each head of queries or keys x [tokens, heads · head_dim] in place, as many as the table holds pairs
/// of; row t stands at position t mod seq_len. head_dim 0: all dimensions turn. Halves, the order of most Hugging Face checkpoints,
/// pairs dimension i with i + half of those that turn; Neighbours pairs 2i with 2i + 1.
void rotate(MatrixSpan x, const RotaryTable& table, Index head_dim = 0, RotaryPairs pairs = RotaryPairs::Halves);

}  // namespace salient
