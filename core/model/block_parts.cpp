#include "core/model/block_parts.h"

#include <cmath>

#include "core/error.h"
#include "core/kernels/attention.h"
#include "core/kernels/elementwise.h"
#include "core/model/rotary.h"

namespace salient {

Matrix applyLinear(MatrixView x, const LinearWeights& linear, Compute compute) {
    if (linear.int8) return int8Linear(x, *linear.int8, linear.bias);
    return salient::linear(x, linear.weight, linear.bias, compute);
}

Matrix normalize(MatrixView x, const NormWeights& norm, const ModelConfig& config) {
    const auto epsilon = static_cast<float>(config.norm_epsilon);
    if (config.family->norm == NormKind::RmsNorm) return rmsNorm(x, norm.gain, epsilon);
    return layerNorm(x, norm.gain, norm.bias, epsilon);
}

void activate(MatrixSpan x, Activation activation) {
    switch (activation) {
        case Activation::Silu:
            silu(x);
            return;
        case Activation::Relu:
            relu(x);
            return;
        case Activation::Gelu:
            gelu(x);
            return;
        case Activation::GeluTanh:
            geluTanh(x);
            return;
    }
}

Matrix attend(MatrixView x, const BlockWeights& weights, const ModelConfig& config, int block, Index seq_len, Compute compute) {
    AttentionShape shape;
    shape.seq_len = seq_len;
    shape.n_heads = config.n_heads;
    shape.n_kv_heads = config.n_kv_heads;
    shape.head_dim = config.head_dim;
    shape.sliding_window = config.slidingWindow(block);
    shape.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.head_dim)));

    if (const auto fused = weights.linears.find(Role::QueryKeyValue); fused != weights.linears.end()) {
        const Matrix qkv = applyLinear(x, fused->second, compute);
        const Index width = qkv.cols() / 3;
        return causalAttention(qkv.leftCols(width), qkv.middleCols(width, width), qkv.rightCols(width), shape, compute);
    }
    Matrix q = applyLinear(x, weights.linears.at(Role::Query), compute);
    Matrix k = applyLinear(x, weights.linears.at(Role::Key), compute);
    const Matrix v = applyLinear(x, weights.linears.at(Role::Value), compute);
    if (config.family->position == PositionKind::Rotary) {
        const RotaryTable table = RotaryTable::make(config.rope, config.head_dim, seq_len);
        rotate(q, table);
        rotate(k, table);
    }
    return causalAttention(q, k, v, shape, compute);
}

Matrix mlpHidden(MatrixView x, const BlockWeights& weights, const ModelConfig& config, Compute compute) {
    if (!config.family->isGated()) {
        Matrix hidden = applyLinear(x, weights.linears.at(Role::Up), compute);
        activate(hidden, config.activation);
        return hidden;
    }
    Matrix hidden = applyLinear(x, weights.linears.at(Role::Gate), compute);
    activate(hidden, config.activation);
    multiply(hidden, applyLinear(x, weights.linears.at(Role::Up), compute));
    return hidden;
}

}  // namespace salient
