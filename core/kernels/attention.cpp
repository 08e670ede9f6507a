#include "core/kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>

#include "core/error.h"
#include "core/kernels/layout.h"
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
}

// One tile of queries of one head against all keys it may see. q, k, v, out: the window's rows of that head.
void attendTile(const MatrixView& q, const MatrixView& k, const MatrixView& v, Index first_query, const AttentionShape& shape,
                Compute compute, MatrixSpan out) {
    const Index n = q.rows();
    const Index first_key = shape.sliding_window > 0 ? std::max<Index>(0, first_query - shape.sliding_window + 1) : 0;
    Matrix scores(n, kKeys);
    Eigen::VectorXf largest = Eigen::VectorXf::Constant(n, -std::numeric_limits<float>::infinity());
    Eigen::VectorXf total = Eigen::VectorXf::Zero(n);
    out.setZero();
    for (Index key = first_key; key < first_query + n; key += kKeys) {
        const Index n_keys = std::min(kKeys, first_query + n - key);
        gemmTile(q, false, k.middleRows(key, n_keys), true, scores.leftCols(n_keys), shape.scale, 0.0F);
        for (Index i = 0; i < n; ++i) {
            const Index query = first_query + i;
            const Index begin = shape.sliding_window > 0 ? std::max<Index>(0, query - shape.sliding_window + 1 - key) : 0;
            const Index end = std::min(n_keys, query + 1 - key);
            auto row = scores.row(i).head(n_keys);
            if (end <= begin) {
                row.setZero();
                continue;
            }
            const std::span<float> seen(row.data() + begin, static_cast<std::size_t>(end - begin));
            const float now = std::max(largest(i), largestOf(seen));
            const float shrink = std::exp(largest(i) - now);
            largest(i) = now;
            row.head(begin).setZero();
            row.tail(n_keys - end).setZero();
            total(i) = total(i) * shrink + expInPlace(seen, now);
            out.row(i) *= shrink;
        }
        if (compute == Compute::BFloat16) roundToBFloat16(scores.leftCols(n_keys));
        gemmTile(scores.leftCols(n_keys), false, v.middleRows(key, n_keys), false, out, 1.0F, 1.0F);
    }
    for (Index i = 0; i < n; ++i) out.row(i) /= total(i);
}

Matrix attendAll(const MatrixView& q, const MatrixView& k, const MatrixView& v, const AttentionShape& shape, Compute compute) {
    Matrix out(q.rows(), q.cols());
    const Index dim = shape.head_dim;
    const Index n_tiles = (shape.seq_len + kQueries - 1) / kQueries;
    const Index n_windows = q.rows() / shape.seq_len;
    parallelFor(n_windows * shape.n_heads * n_tiles, 1, [&](Index task, Index) {
        // The last tiles see the most keys: start with them, so that none is left for the end.
        const Index tile = n_tiles - 1 - task % n_tiles;
        const Index head = task / n_tiles % shape.n_heads;
        const Index start = task / n_tiles / shape.n_heads * shape.seq_len;
        const Index kv = head / (shape.n_heads / shape.n_kv_heads) * dim;
        const Index first = tile * kQueries;
        const Index n = std::min(kQueries, shape.seq_len - first);
        attendTile(q.block(start + first, head * dim, n, dim), k.block(start, kv, shape.seq_len, dim),
                   v.block(start, kv, shape.seq_len, dim), first, shape, compute, out.block(start + first, head * dim, n, dim));
    });
    return out;
}

}  // namespace

Matrix causalAttention(MatrixView q, MatrixView k, MatrixView v, const AttentionShape& shape, Compute compute) {
    checkShapes(q, k, v, shape);
    if (compute == Compute::Float32) return attendAll(q, k, v, shape, compute);
    return attendAll(packRows(q, false, compute), packRows(k, false, compute), packRows(v, false, compute), shape, compute);
}

}  // namespace salient
