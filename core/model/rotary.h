#pragma once

#include <vector>

#include "core/model/model_config.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Turns per position of each pair of dimensions, in radians: [head_dim / 2], as the scaling of `rope` changes them.
/// seq_len matters to dynamic scaling alone: beyond the trained length its base grows with it.
/// Su et al., RoFormer, arXiv:2104.09864, eq. 15; YaRN: Peng et al., arXiv:2309.00071, §3. Computed in double.
[[nodiscard]] std::vector<double> rotaryFrequencies(const RopeConfig& rope, Index head_dim, Index seq_len);

/// What cosines and sines are multiplied with: YaRN's softmax temperature, 1 for everything else.
[[nodiscard]] double rotaryMagnitude(const RopeConfig& rope);

/// Cosines and sines for positions 0 … seq_len − 1, each [seq_len, head_dim / 2].
struct RotaryTable {
    Matrix cosine;
    Matrix sine;
    [[nodiscard]] static RotaryTable make(const RopeConfig& rope, Index head_dim, Index seq_len);
};

/// Turns queries or keys x [tokens, heads · head_dim] in place; row t stands at position t mod seq_len. Dimension i of a head is
/// paired with i + head_dim / 2, the order of Hugging Face checkpoints (Meta's own pair neighbours).
void rotate(MatrixSpan x, const RotaryTable& table);

}  // namespace salient
