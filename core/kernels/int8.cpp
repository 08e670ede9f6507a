#include "core/kernels/int8.h"

#include <oneapi/dnnl/dnnl.h>
#include <new>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/kernels/gemm.h"
#include "core/kernels/onednn.h"
#include "core/kernels/parallel.h"
#include "core/kernels/round.h"

namespace salient {
namespace {

// Products of two bytes are below 2^14, so a float32 sum of 1024 of them is exact in any order.
constexpr Index kExactFloatTerms = 1024;

void multiplyInFloats(const Int8View& a, const Int8View& b, Int32Span& c) {
    Matrix sums(c.rows(), c.cols());
    c.setZero();
    for (Index k = 0; k < a.cols(); k += kExactFloatTerms) {
        const Index n = std::min(kExactFloatTerms, a.cols() - k);
        gemmTile(a.middleCols(k, n).cast<float>(), false, b.middleCols(k, n).cast<float>(), true, sums);
        c += sums.cast<std::int32_t>();
    }
}

/// Values of a row that roundRowToInt8() holds at ±127. Division keeps the order, so the largest decides alone, at the speed of a maximum,
/// where there is none.
std::int64_t saturatedInputs(std::span<const float> row, float scale) {
    constexpr float kFirstBeyond = 127.5F;  // half to even: becomes 128
    const Eigen::Map<const Eigen::ArrayXf> values(row.data(), static_cast<Index>(row.size()));
    if (values.size() == 0 || values.abs().maxCoeff() / scale < kFirstBeyond) return 0;
    return std::ranges::count_if(row, [scale](float value) { return std::abs(value) / scale >= kFirstBeyond; });
}

}  // namespace

void int8ProductTile(Int8View a, Int8View b, Int32Span c) {
    if (a.cols() != b.cols() || c.rows() != a.rows() || c.cols() != b.rows()) {
        throw Error(ErrorCode::ShapeMismatch, "int8ProductTile: expected equal inner sizes and a result of [" + std::to_string(a.rows()) +
                                                  ", " + std::to_string(b.rows()) + "], found " + std::to_string(a.cols()) + ", " +
                                                  std::to_string(b.cols()) + " and [" + std::to_string(c.rows()) + ", " +
                                                  std::to_string(c.cols()) + "]");
    }
    if (c.size() == 0) return;
    if (a.cols() == 0 || !hasExactInt8Products()) {
        multiplyInFloats(a, b, c);
        return;
    }
    useOneThreadInOneDnn();
    const std::int32_t zero = 0;
    const dnnl_status_t status =
        dnnl_gemm_s8s8s32('N', 'T', 'F', c.rows(), c.cols(), a.cols(), 1.0F, a.data(), std::max(a.outerStride(), a.cols()), 0, b.data(),
                          std::max(b.outerStride(), b.cols()), 0, 0.0F, c.data(), std::max(c.outerStride(), c.cols()), &zero);
    if (status == dnnl_out_of_memory) throw std::bad_alloc();
    if (status != dnnl_success)
        throw Error(ErrorCode::Unsupported, "int8ProductTile: oneDNN: expected success, found status " + std::to_string(status));
}

Int32Matrix int8Product(const Int8Matrix& a, const Int8Matrix& b) {
    if (a.cols() != b.cols()) {
        throw Error(ErrorCode::ShapeMismatch,
                    "int8Product: second operand: expected " + std::to_string(a.cols()) + " columns, found " + std::to_string(b.cols()));
    }
    Int32Matrix c(a.rows(), b.rows());
    if (c.size() == 0) return c;
    constexpr Index kTileRows = 128;
    constexpr Index kTileCols = 1024;
    const Index n_tile_cols = (c.cols() + kTileCols - 1) / kTileCols;
    parallelFor((c.rows() + kTileRows - 1) / kTileRows * n_tile_cols, 1, [&](Index tile, Index) {
        const Index row = tile / n_tile_cols * kTileRows;
        const Index col = tile % n_tile_cols * kTileCols;
        const Index rows = std::min(kTileRows, c.rows() - row);
        const Index cols = std::min(kTileCols, c.cols() - col);
        int8ProductTile(a.middleRows(row, rows), b.middleRows(col, cols), c.block(row, col, rows, cols));
    });
    return c;
}

Matrix int8Linear(MatrixView x, const Int8Weight& weight, std::span<const float> bias) {
    const auto n_out = static_cast<std::size_t>(weight.codes.rows());
    if (weight.row_scale.size() != n_out || (!bias.empty() && bias.size() != n_out)) {
        throw Error(ErrorCode::ShapeMismatch, "int8Linear: row scales and bias: expected " + std::to_string(n_out) + " values, found " +
                                                  std::to_string(weight.row_scale.size()) + " and " + std::to_string(bias.size()));
    }
    Int8Matrix codes(x.rows(), x.cols());
    std::vector<float> x_scale(static_cast<std::size_t>(x.rows()));
    parallelFor(x.rows(), 16, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            const std::span row(x.row(i).data(), static_cast<std::size_t>(x.cols()));
            float scale = weight.input_scale;
            if (firstNonFinite(row) >= 0) {
                scale = std::numeric_limits<float>::quiet_NaN();  // no code can hold it: the output shows it, as one of floats would
            } else if (weight.activation == ActivationScale::PerToken) {
                const float largest = x.row(i).cwiseAbs().maxCoeff();
                if (weight.n_raised_tokens && largest > 0.0F && largest < kLeastTokenMagnitude)
                    weight.n_raised_tokens->fetch_add(1, std::memory_order_relaxed);
                scale = std::max(largest, kLeastTokenMagnitude) / 127.0F;
            } else if (weight.n_saturated_inputs) {
                if (const std::int64_t n = saturatedInputs(row, scale); n > 0)
                    weight.n_saturated_inputs->fetch_add(n, std::memory_order_relaxed);
            }
            x_scale[static_cast<std::size_t>(i)] = scale;
            roundRowToInt8(row, scale, {codes.row(i).data(), row.size()});
        }
    });
    const Int32Matrix sums = int8Product(codes, weight.codes);
    Matrix y(sums.rows(), sums.cols());
    parallelFor(y.rows(), 16, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            for (Index j = 0; j < y.cols(); ++j) {
                const auto col = static_cast<std::size_t>(j);
                y(i, j) = static_cast<float>(sums(i, j)) * (x_scale[static_cast<std::size_t>(i)] * weight.row_scale[col]) +
                          (bias.empty() ? 0.0F : bias[col]);
            }
        }
    });
    return y;
}

}  // namespace salient
