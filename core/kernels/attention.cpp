#include "core/kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/kernels/layout.h"
#include "core/kernels/matrix_tiles.h"
#include "core/kernels/parallel.h"
#include "core/kernels/row_math.h"

namespace salient {
namespace {

// Queries and keys that meet at once: the scores between them stay in the L1 and L2 caches.
constexpr Index kQueries = 128;
constexpr Index kKeys = 256;

void checkShapes(const MatrixView& q, const MatrixView& k, const MatrixView& v, const AttentionShape& shape) {
    const bool heads_fit = shape.n_heads > 0 && shape.n_kv_heads > 0 && shape.head_dim > 0 && shape.n_heads % shape.n_kv_heads == 0;
    if (!heads_fit || shape.seq_len <= 0 || q.rows() % shape.seq_len != 0) {
        throw Error(ErrorCode::ShapeMismatch, "causalAttention: heads and windows: expected key heads that divide " +
                                                  std::to_string(shape.n_heads) + " heads and whole windows of " +
                                                  std::to_string(shape.seq_len) + " tokens, found " + std::to_string(shape.n_kv_heads) +
                                                  " key heads and " + std::to_string(q.rows()) + " tokens");
    }
    const Index kv = shape.n_kv_heads * shape.head_dim;
    if (q.cols() != shape.n_heads * shape.head_dim || k.cols() != kv || v.cols() != kv || k.rows() != q.rows() || v.rows() != q.rows()) {
        throw Error(ErrorCode::ShapeMismatch, "causalAttention: operands: expected widths " +
                                                  std::to_string(shape.n_heads * shape.head_dim) + ", " + std::to_string(kv) + ", " +
                                                  std::to_string(kv) + " and equal rows, found " + std::to_string(q.cols()) + ", " +
                                                  std::to_string(k.cols()) + ", " + std::to_string(v.cols()));
    }
    if (!shape.slopes.empty() && static_cast<Index>(shape.slopes.size()) != shape.n_heads) {
        throw Error(ErrorCode::ShapeMismatch, "causalAttention: slopes: expected one for each of " + std::to_string(shape.n_heads) +
                                                  " heads, found " + std::to_string(shape.slopes.size()));
    }
    if (!shape.key_biases.empty() && static_cast<Index>(shape.key_biases.size()) != shape.n_heads * shape.seq_len) {
        throw Error(ErrorCode::ShapeMismatch, "causalAttention: key_biases: expected " + std::to_string(shape.n_heads * shape.seq_len) +
                                                  ", found " + std::to_string(shape.key_biases.size()));
    }
}

// Softmax of a tile of queries over keys that come a block at a time.
class RunningSoftmax {
public:
    RunningSoftmax(Index n_queries, Index first_query, Index head, const AttentionShape& shape)
        : first_query_(first_query),
          sliding_window_(shape.sliding_window),
          soft_cap_(shape.soft_cap),
          slope_(shape.slopes.empty() || !shape.key_biases.empty() ? 0.0F : shape.slopes[static_cast<std::size_t>(head)]),
          key_biases_(shape.key_biases.empty() ? nullptr : shape.key_biases.data() + head * shape.seq_len),
          largest_(Eigen::VectorXf::Constant(n_queries, -std::numeric_limits<float>::infinity())),
          total_(Eigen::VectorXf::Zero(n_queries)) {}

    // The first key that some query of the tile sees.
    [[nodiscard]] Index firstKey() const { return sliding_window_ > 0 ? std::max<Index>(0, first_query_ - sliding_window_ + 1) : 0; }

    // The scores of the keys from first_key on become weights, zero where a query does not see a key; what `out` holds of earlier keys
    // shrinks as the largest score grows.
    void take(MatrixSpan scores, Index first_key, MatrixSpan out) {
        const Index n_keys = scores.cols();
        for (Index i = 0; i < scores.rows(); ++i) {
            const Index query = first_query_ + i;
            const Index begin = sliding_window_ > 0 ? std::max<Index>(0, query - sliding_window_ + 1 - first_key) : 0;
            const Index end = std::min(n_keys, query + 1 - first_key);
            auto row = scores.row(i);
            if (end <= begin) {
                row.setZero();
                continue;
            }
            const std::span<float> seen(row.data() + begin, static_cast<std::size_t>(end - begin));
            if (soft_cap_ > 0.0F) softCapInPlace(seen, soft_cap_);
            if (slope_ != 0.0F) addRamp(seen, slope_ * static_cast<float>(first_key + begin - query), slope_);
            if (key_biases_ != nullptr) row.segment(begin, end - begin) += biases(first_key + begin, end - begin);
            const float now = std::max(largest_(i), largestOf(seen));
            const float shrink = std::exp(largest_(i) - now);
            largest_(i) = now;
            row.head(begin).setZero();
            row.tail(n_keys - end).setZero();
            total_(i) = total_(i) * shrink + expInPlace(seen, now);
            out.row(i) *= shrink;
        }
    }

    void finish(MatrixSpan out) const {
        for (Index i = 0; i < out.rows(); ++i) out.row(i) /= total_(i);
    }

private:
    [[nodiscard]] Eigen::Map<const Eigen::RowVectorXf> biases(Index first_key, Index n_keys) const {
        return {key_biases_ + first_key, n_keys};
    }

    Index first_query_;
    Index sliding_window_;
    float soft_cap_;
    float slope_;
    const float* key_biases_;  // [seq_len] of the head, or null
    Eigen::VectorXf largest_;
    Eigen::VectorXf total_;
};

// One tile of queries of one head against all keys it may see. q, k, v, out: the window's rows of that head.
void attendTile(const MatrixView& q, const MatrixView& k, const MatrixView& v, Index first_query, Index head, const AttentionShape& shape,
                Compute compute, MatrixSpan out) {
    const Index n = q.rows();
    RunningSoftmax softmax(n, first_query, head, shape);
    Matrix scores(n, kKeys);
    out.setZero();
    for (Index key = softmax.firstKey(); key < first_query + n; key += kKeys) {
        const Index n_keys = std::min(kKeys, first_query + n - key);
        gemmTile(q, false, k.middleRows(key, n_keys), true, scores.leftCols(n_keys), shape.scale, 0.0F);
        softmax.take(scores.leftCols(n_keys), key, out);
        if (compute == Compute::BFloat16) roundToBFloat16(scores.leftCols(n_keys));
        gemmTile(scores.leftCols(n_keys), false, v.middleRows(key, n_keys), false, out, 1.0F, 1.0F);
    }
    softmax.finish(out);
}

// Calls body(window's first token, head, first query, number of queries) for every tile of queries, spread over all threads.
template <typename Body>
void forEachQueryTile(Index n_tokens, const AttentionShape& shape, Body body) {
    const Index n_tiles = (shape.seq_len + kQueries - 1) / kQueries;
    parallelFor(n_tokens / shape.seq_len * shape.n_heads * n_tiles, 1, [&](Index task, Index) {
        // The last tiles see the most keys: start with them, so that none is left for the end.
        const Index first = (n_tiles - 1 - task % n_tiles) * kQueries;
        body(task / n_tiles / shape.n_heads * shape.seq_len, task / n_tiles % shape.n_heads, first,
             std::min(kQueries, shape.seq_len - first));
    });
}

Matrix attendAll(const MatrixView& q, const MatrixView& k, const MatrixView& v, const AttentionShape& shape, Compute compute) {
    Matrix out(q.rows(), q.cols());
    const Index dim = shape.head_dim;
    forEachQueryTile(q.rows(), shape, [&](Index start, Index head, Index first, Index n) {
        const Index kv = head / (shape.n_heads / shape.n_kv_heads) * dim;
        attendTile(q.block(start + first, head * dim, n, dim), k.block(start, kv, shape.seq_len, dim),
                   v.block(start, kv, shape.seq_len, dim), first, head, shape, compute, out.block(start + first, head * dim, n, dim));
    });
    return out;
}

// Keys and values of one window and key head as bfloat16 products read them; values in blocks of kKeys, since these are summed over.
struct TiledHead {
    TileOperand keys{TileOperand::Side::Right, TileOperand::Terms::One};
    std::vector<TileOperand> values;
};

std::vector<TiledHead> tiledHeads(const MatrixView& k, const MatrixView& v, const AttentionShape& shape) {
    std::vector<TiledHead> heads(static_cast<std::size_t>(k.rows() / shape.seq_len * shape.n_kv_heads));
    parallelFor(static_cast<Index>(heads.size()), 1, [&](Index i, Index) {
        TiledHead& head = heads[static_cast<std::size_t>(i)];
        const Index start = i / shape.n_kv_heads * shape.seq_len;
        const Index col = i % shape.n_kv_heads * shape.head_dim;
        head.keys.packAlone(k.block(start, col, shape.seq_len, shape.head_dim), false);
        for (Index key = 0; key < shape.seq_len; key += kKeys) {
            head.values.emplace_back(TileOperand::Side::Right, TileOperand::Terms::One);
            head.values.back().packAlone(v.block(start + key, col, std::min(kKeys, shape.seq_len - key), shape.head_dim), true);
        }
    });
    return heads;
}

// The same as attendTile() with Compute::BFloat16, on bfloat16 products.
void attendOnTiles(const MatrixView& q, const TiledHead& key_head, Index first_query, Index head, const AttentionShape& shape,
                   MatrixSpan out) {
    TileOperand queries(TileOperand::Side::Left, TileOperand::Terms::One);
    queries.packAlone(q, false);
    TileOperand weights(TileOperand::Side::Left, TileOperand::Terms::One);
    RunningSoftmax softmax(q.rows(), first_query, head, shape);
    Matrix scores(q.rows(), kKeys);
    out.setZero();
    for (Index key = softmax.firstKey() / kKeys * kKeys; key < first_query + q.rows(); key += kKeys) {
        const TileOperand& values = key_head.values[static_cast<std::size_t>(key / kKeys)];
        auto block = scores.leftCols(values.inner());
        multiplyStripRange(queries, 0, key_head.keys, key / kStripWidth, block, shape.scale, 0.0F);
        softmax.take(block, key, out);
        weights.packAlone(block, false);
        multiplyStripRange(weights, 0, values, 0, out, 1.0F, 1.0F);
    }
    softmax.finish(out);
}

Matrix attendAllOnTiles(const MatrixView& q, const MatrixView& k, const MatrixView& v, const AttentionShape& shape) {
    const std::vector<TiledHead> heads = tiledHeads(k, v, shape);
    Matrix out(q.rows(), q.cols());
    const Index dim = shape.head_dim;
    forEachQueryTile(q.rows(), shape, [&](Index start, Index head, Index first, Index n) {
        const Index key_head = head / (shape.n_heads / shape.n_kv_heads);
        attendOnTiles(q.block(start + first, head * dim, n, dim),
                      heads[static_cast<std::size_t>(start / shape.seq_len * shape.n_kv_heads + key_head)], first, head, shape,
                      out.block(start + first, head * dim, n, dim));
    });
    return out;
}

}  // namespace

std::vector<float> alibiSlopes(Index n_heads) {
    Index power = 1;
    while (2 * power <= n_heads) power *= 2;
    std::vector<float> slopes;
    for (Index i = 1; i <= power; ++i)
        slopes.push_back(static_cast<float>(std::exp2(-8.0 * static_cast<double>(i) / static_cast<double>(power))));
    for (Index i = 1; static_cast<Index>(slopes.size()) < n_heads; i += 2) {
        slopes.push_back(static_cast<float>(std::exp2(-4.0 * static_cast<double>(i) / static_cast<double>(power))));
    }
    return slopes;
}

Matrix causalAttention(MatrixView q, MatrixView k, MatrixView v, const AttentionShape& shape, Compute compute) {
    checkShapes(q, k, v, shape);
    if (compute == Compute::Float32) return attendAll(q, k, v, shape, compute);
    if (hasBFloat16Products()) return attendAllOnTiles(q, k, v, shape);
    return attendAll(packRows(q, false, compute), packRows(k, false, compute), packRows(v, false, compute), shape, compute);
}

}  // namespace salient
