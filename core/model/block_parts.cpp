#include "core/model/block_parts.h"

#include "core/error.h"
#include "core/kernels/attention.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "core/model/rotary.h"
#include "core/tensor/float16.h"

namespace salient {

Matrix applyLinear(MatrixView x, const LinearWeights& linear, Compute compute) {
    if (linear.int8) return int8Linear(x, *linear.int8, linear.bias);
    return salient::linear(x, linear.weight, linear.bias, compute);
}

Matrix normalize(MatrixView x, const NormWeights& norm, const ModelConfig& config) {
    const auto epsilon = static_cast<float>(config.norm_epsilon);
    if (config.family->norm.kind == NormKind::RmsNorm) return rmsNorm(x, norm.gain, epsilon);
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

namespace {

/// What the published code of Falcon adds to the scores instead of slope · distance. The position is the key's alone: what a query's own
/// would add is the same for all keys that it sees.
std::vector<float> roundedBiases(const AttentionShape& shape) {
    std::vector<float> biases;
    biases.reserve(static_cast<std::size_t>(shape.n_heads * shape.seq_len));
    for (const float slope : shape.slopes) {
        const float rounded = fromBFloat16(toBFloat16(slope));
        for (Index key = 0; key < shape.seq_len; ++key) {
            biases.push_back(fromBFloat16(toBFloat16(rounded * static_cast<float>(key))) * shape.scale);
        }
    }
    return biases;
}

AttentionShape attentionShape(const ModelConfig& config, int block, Index seq_len) {
    AttentionShape shape;
    shape.seq_len = seq_len;
    shape.n_heads = config.n_heads;
    shape.n_kv_heads = config.n_kv_heads;
    shape.head_dim = config.head_dim;
    shape.sliding_window = config.slidingWindow(block);
    shape.scale = static_cast<float>(config.attention_scale);
    shape.soft_cap = static_cast<float>(config.attention_soft_cap);
    if (config.position != PositionKind::Alibi) return shape;
    shape.slopes = alibiSlopes(config.n_heads);
    if (config.family->alibi_form == AlibiForm::ScaledBFloat16) shape.key_biases = roundedBiases(shape);
    return shape;
}

/// The norm of each head of queries or keys, in place. Its gain is one for all heads, or one for each, head after head.
void normalizeHeads(MatrixSpan x, const NormWeights& norm, const ModelConfig& config) {
    if (!norm.exists()) return;
    const auto epsilon = static_cast<float>(config.norm_epsilon);
    const Index size = config.head_dim;
    const bool is_shared = static_cast<Index>(norm.gain.size()) == size;
    const bool is_rms = config.family->head_norm == NormKind::RmsNorm;
    if (is_rms && is_shared) {
        rmsNormSegments(x, norm.gain, epsilon);
        return;
    }
    for (Index first = 0; first < x.cols(); first += size) {
        const std::span<const float> gain =
            std::span(norm.gain).subspan(static_cast<std::size_t>(is_shared ? 0 : first), static_cast<std::size_t>(size));
        auto head = x.middleCols(first, size);
        if (is_rms) {
            rmsNormSegments(head, gain, epsilon);
        } else {
            head = layerNorm(head, gain, {}, epsilon);
        }
    }
}

/// What happens to projected queries, keys and values, in place, and their attention.
Matrix attendProjected(MatrixSpan q, MatrixSpan k, MatrixSpan v, const BlockWeights& weights, const ModelConfig& config, int block,
                       Index seq_len, Compute compute) {
    if (config.clip_qkv > 0.0) {
        for (MatrixSpan* x : {&q, &k, &v}) clamp(*x, static_cast<float>(config.clip_qkv));
    }
    normalizeHeads(q, weights.query_norm, config);
    normalizeHeads(k, weights.key_norm, config);
    if (config.position == PositionKind::Rotary) {
        const RopeConfig& rope = config.ropeOf(block);
        const RotaryTable table = RotaryTable::make(rope, rope.dim, seq_len);
        rotate(q, table, config.head_dim, config.family->rotary.pairs);
        rotate(k, table, config.head_dim, config.family->rotary.pairs);
    }
    return causalAttention(q, k, v, attentionShape(config, block, seq_len), compute);
}

/// The columns of x, [tokens, for every key head: its queries, its key, its value], as [tokens, all queries | all keys | all values].
Matrix concatenated(MatrixView x, const ModelConfig& config) {
    const Index dim = config.head_dim;
    const Index shared = config.n_heads / config.n_kv_heads * dim;
    const Index queries = config.n_heads * dim;
    const Index keys = config.n_kv_heads * dim;
    Matrix result(x.rows(), x.cols());
    constexpr Index kRows = 32;
    parallelFor(x.rows(), kRows, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            for (Index head = 0; head < config.n_kv_heads; ++head) {
                const Index from = head * (shared + 2 * dim);
                result.row(row).segment(head * shared, shared) = x.row(row).segment(from, shared);
                result.row(row).segment(queries + head * dim, dim) = x.row(row).segment(from + shared, dim);
                result.row(row).segment(queries + keys + head * dim, dim) = x.row(row).segment(from + shared + dim, dim);
            }
        }
    });
    return result;
}

}  // namespace

Matrix attend(MatrixView x, const BlockWeights& weights, const ModelConfig& config, int block, Index seq_len, Compute compute) {
    if (const auto fused = weights.linears.find(Role::QueryKeyValue); fused != weights.linears.end()) {
        Matrix qkv = applyLinear(x, fused->second, compute);
        if (config.family->fused_rows == FusedRows::PerKeyHead) qkv = concatenated(qkv, config);
        const Index queries = config.n_heads * config.head_dim;
        const Index keys = config.n_kv_heads * config.head_dim;
        return attendProjected(qkv.leftCols(queries), qkv.middleCols(queries, keys), qkv.rightCols(keys), weights, config, block, seq_len,
                               compute);
    }
    Matrix q = applyLinear(x, weights.linears.at(Role::Query), compute);
    Matrix k = applyLinear(x, weights.linears.at(Role::Key), compute);
    Matrix v = applyLinear(x, weights.linears.at(Role::Value), compute);
    return attendProjected(q, k, v, weights, config, block, seq_len, compute);
}

Matrix mlpHidden(MatrixView x, const BlockWeights& weights, const ModelConfig& config, int expert, Compute compute) {
    if (const auto fused = weights.linears.find({Role::GateUp, expert}); fused != weights.linears.end()) {
        Matrix both = applyLinear(x, fused->second, compute);
        const Index width = both.cols() / 2;
        auto gate = both.leftCols(width);
        activate(gate, config.activation);
        multiply(gate, both.rightCols(width));
        return gate;
    }
    if (!config.family->isGated()) {
        Matrix hidden = applyLinear(x, weights.linears.at({Role::Up, expert}), compute);
        activate(hidden, config.activation);
        return hidden;
    }
    Matrix hidden = applyLinear(x, weights.linears.at({Role::Gate, expert}), compute);
    activate(hidden, config.activation);
    multiply(hidden, applyLinear(x, weights.linears.at({Role::Up, expert}), compute));
    return hidden;
}

}  // namespace salient
