#pragma once

#include "core/model/forward.h"

namespace salient {

/// Y = X·Wᵀ + bias of one layer: by real int8 products where the layer carries them, else in the given arithmetic.
[[nodiscard]] Matrix applyLinear(MatrixView x, const LinearWeights& linear, Compute compute);

/// The family's norm of rows of x.
[[nodiscard]] Matrix normalize(MatrixView x, const NormWeights& norm, const ModelConfig& config);

/// The activation, in place.
void activate(MatrixSpan x, Activation activation);

/// Causal self-attention of whole windows up to, not including, the output projection: projections, positions, softmax. x [tokens, hidden]
/// after the norm; result [tokens, heads · head_dim].
[[nodiscard]] Matrix attend(MatrixView x, const BlockWeights& weights, const ModelConfig& config, int block, Index seq_len,
                            Compute compute);

/// The MLP up to, not including, the down projection. x [tokens, hidden] after the norm; result [tokens, intermediate].
/// expert: whose layers; kNoExpert: the block's own.
[[nodiscard]] Matrix mlpHidden(MatrixView x, const BlockWeights& weights, const ModelConfig& config, int expert, Compute compute);

}  // namespace salient
