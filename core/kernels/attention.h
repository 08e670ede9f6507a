#pragma once

#include <vector>

#include "core/kernels/gemm.h"
#include "core/tensor/matrix.h"

namespace salient {

/// What causal attention needs to know besides its operands.
struct AttentionShape {
    Index seq_len = 0;     ///< tokens per window; windows do not see each other
    Index n_heads = 0;     ///< of the queries
    Index n_kv_heads = 0;  ///< divides n_heads: n_heads / n_kv_heads queries share one key head (grouped queries)
    Index head_dim = 0;
    Index sliding_window = 0;  ///< query t sees keys (t − sliding_window, t]; 0: all keys up to t
    float scale = 1.0F;        ///< of the scores before the softmax, usually 1 / sqrt(head_dim)
    float soft_cap = 0.0F;     ///< scaled scores become cap · tanh(score / cap); 0: they stay. Gemma 2, arXiv:2408.00118, §2
    /// [n_heads]: slope · (key − query) is added to the scores of each head; empty: nothing is. Press et al., ALiBi, arXiv:2108.12409, §3
    std::vector<float> slopes = {};
    /// [n_heads, seq_len]: added to the scores of each head by the key's position in its window, in place of the slopes; empty: nothing is
    std::vector<float> key_biases = {};
};

/// ALiBi's slopes for n heads: 2^(−8 k / n), k from 1; where n is no power of two, those of the power below it and then every second
/// one of the power above it.
[[nodiscard]] std::vector<float> alibiSlopes(Index n_heads);

/// softmax(scale · Q Kᵀ, capped and with slopes where the shape says so, causal) · V per window and head. q [tokens, n_heads · head_dim];
/// k, v [tokens, n_kv_heads · head_dim], head after head; tokens is a multiple of seq_len. Result [tokens, n_heads · head_dim]. Works on
/// tiles of queries × keys with a running softmax, so memory does not grow with seq_len²; windows and heads run in parallel, same bits for
/// any thread count. About tokens · seq_len · n_heads · head_dim multiply-adds. With Compute::BFloat16 Q, K, V and the softmax weights are
/// rounded to bfloat16 before they are multiplied; sums stay in float32. Throws Error{ShapeMismatch}.
/// Dao et al., FlashAttention, arXiv:2205.14135, Algorithm 1.
[[nodiscard]] Matrix causalAttention(MatrixView q, MatrixView k, MatrixView v, const AttentionShape& shape,
                                     Compute compute = Compute::Float32);

/// The definition, one query after the other, in double precision. Query t and the keys k ≤ t of its window that it sees:
///     s_k = scale · q_t·k_k, capped to cap · tanh(s_k / cap), plus slope · (k − t) or the key's bias;     out_t = Σ e^s_k v_k / Σ e^s_k.
/// Vaswani et al., arXiv:1706.03762, eq. 1. Shapes are taken on trust; nothing is rounded to bfloat16.
[[nodiscard]] Matrix causalAttentionPlain(MatrixView q, MatrixView k, MatrixView v, const AttentionShape& shape);

}  // namespace salient
