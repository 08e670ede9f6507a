#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gptq_block.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>

#include "core/kernels/gptq_block.h"
#include "core/kernels/triangular.h"

HWY_BEFORE_NAMESPACE();
namespace salient::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

// A strip of rows two vectors wide goes through the columns in steps of eight: their sums, which the columns before have added
// to, then stay in sixteen registers.
constexpr Index kColumns = 8;
constexpr Index kVectors = 2;

HWY_INLINE Index stripRows() { return kVectors * static_cast<Index>(hn::Lanes(Tag())); }

// A matrix of transposed columns whose next `stripRows()` entries per column may be read or written.
struct Strip {
    float* data;
    Index stride;
    HWY_INLINE float* column(Index j) const { return data + j * stride; }
};

// sums[k] += Σ_{i < first} solved_i · factor(i, first + k)
HWY_INLINE void addSolvedColumns(const float* factor, Index factor_stride, const Strip& solved, Index first, Index n_columns,
                                 Vector (&sums)[kColumns][kVectors]) {
    const Tag d;
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    if (n_columns == kColumns) {
        for (Index i = 0; i < first; ++i) {
            const Vector x0 = hn::Load(d, solved.column(i));
            const Vector x1 = hn::Load(d, solved.column(i) + lanes);
            const float* row = factor + i * factor_stride + first;
            for (Index k = 0; k < kColumns; ++k) {
                const Vector r = hn::Set(d, row[k]);
                sums[k][0] = hn::MulAdd(x0, r, sums[k][0]);
                sums[k][1] = hn::MulAdd(x1, r, sums[k][1]);
            }
        }
        return;
    }
    for (Index i = 0; i < first; ++i) {
        for (Index k = 0; k < n_columns; ++k) {
            const Vector r = hn::Set(d, factor[i * factor_stride + first + k]);
            for (Index v = 0; v < kVectors; ++v) {
                sums[k][v] = hn::MulAdd(hn::Load(d, solved.column(i) + v * lanes), r, sums[k][v]);
            }
        }
    }
}

// Solves a strip column by column. `finish(j, v, quotient)` is given (sum_j / R_jj) of vector v and returns what the columns after it
// are to add, times R; `solved` keeps it.
template <typename Finish>
HWY_INLINE void solveStrip(const float* factor, Index factor_stride, Index n, const Strip& sums_in, const Strip& solved, Finish finish) {
    const Tag d;
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    for (Index first = 0; first < n; first += kColumns) {
        const Index n_columns = std::min(kColumns, n - first);
        Vector sums[kColumns][kVectors];
        for (Index k = 0; k < kColumns; ++k) {
            for (Index v = 0; v < kVectors; ++v) {
                sums[k][v] = k < n_columns ? hn::LoadU(d, sums_in.column(first + k) + v * lanes) : hn::Zero(d);
            }
        }
        addSolvedColumns(factor, factor_stride, solved, first, n_columns, sums);
        for (Index k = 0; k < n_columns; ++k) {
            const float* row = factor + (first + k) * factor_stride + first;
            const Vector diagonal = hn::Set(d, row[k]);
            for (Index v = 0; v < kVectors; ++v) {
                const Vector x = finish(first + k, v, hn::Div(sums[k][v], diagonal), diagonal);
                hn::Store(x, d, solved.column(first + k) + v * lanes);
                for (Index later = k + 1; later < n_columns; ++later) {
                    sums[later][v] = hn::MulAdd(x, hn::Set(d, row[later]), sums[later][v]);
                }
            }
        }
    }
}

// Scratch for one strip of up to n columns.
class Scratch {
public:
    explicit Scratch(Index n) : values_(hwy::AllocateAligned<float>(static_cast<std::size_t>(n * stripRows()))) {}
    [[nodiscard]] Strip strip() const { return {values_.get(), stripRows()}; }

private:
    hwy::AlignedFreeUniquePtr<float[]> values_;
};

// Rows [row, row + count) of a transposed matrix as a full strip: in place where the strip is full, else copied and padded with `fill`.
HWY_INLINE Strip fullStrip(const float* data, Index stride, Index n, Index row, Index count, const Scratch& scratch, float fill) {
    if (count == stripRows()) return {const_cast<float*>(data) + row, stride};
    const Strip strip = scratch.strip();
    for (Index j = 0; j < n; ++j) {
        std::copy_n(data + j * stride + row, count, strip.column(j));
        std::fill_n(strip.column(j) + count, stripRows() - count, fill);
    }
    return strip;
}

void solveUpperTileImpl(const MatrixView& factor, MatrixSpan& tile) {
    const Tag d;
    const Index n = tile.rows();
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    const Scratch solved(n);
    const Scratch padded(n);
    for (Index row = 0; row < tile.cols(); row += stripRows()) {
        const Index count = std::min(stripRows(), tile.cols() - row);
        const Strip sums = fullStrip(tile.data(), tile.outerStride(), n, row, count, padded, 0.0F);
        // Later columns subtract x_i · R_ij: keep −x, store x.
        solveStrip(factor.data(), factor.outerStride(), n, sums, solved.strip(), [&](Index j, Index v, Vector quotient, Vector) HWY_ATTR {
            hn::StoreU(quotient, d, sums.column(j) + v * lanes);
            return hn::Neg(quotient);
        });
        if (count == stripRows()) continue;
        for (Index j = 0; j < n; ++j) std::copy_n(sums.column(j), count, tile.data() + j * tile.outerStride() + row);
    }
}

void roundBlockImpl(const GptqBlock& block, MatrixSpan& difference, CodeSpan& codes, std::span<double> column_loss) {
    const Tag d;
    const hn::Rebind<std::int32_t, Tag> di;
    const hn::Rebind<std::uint8_t, Tag> du;
    const Index n = block.weight.rows();
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    const Vector limit = hn::Set(d, static_cast<float>(block.max_code));
    const Scratch solved(n);
    const Scratch padded_correction(n);
    const Scratch padded_weight(n);
    const Scratch padded_scale(block.scale.rows());
    const Scratch padded_zero(block.zero.rows());
    HWY_ALIGN std::uint8_t code_lanes[kVectors * hn::MaxLanes(Tag())];
    for (Index row = 0; row < block.weight.cols(); row += stripRows()) {
        const Index count = std::min(stripRows(), block.weight.cols() - row);
        const auto strip = [&](const MatrixView& m, const Scratch& padded, float fill)
                               HWY_ATTR { return fullStrip(m.data(), m.outerStride(), m.rows(), row, count, padded, fill); };
        const Strip correction = strip(block.correction, padded_correction, 0.0F);
        const Strip weight = strip(block.weight, padded_weight, 0.0F);
        const Strip scale = strip(block.scale, padded_scale, 1.0F);
        const Strip zero = strip(block.zero, padded_zero, 0.0F);
        solveStrip(block.factor.data(), block.factor.outerStride(), n, correction, solved.strip(),
                   [&](Index j, Index v, Vector quotient, Vector diagonal) HWY_ATTR {
                       const auto column = static_cast<std::size_t>(j);
                       const Vector w = hn::LoadU(d, weight.column(j) + v * lanes);
                       const Vector c = hn::Add(w, quotient);
                       const Index grid = block.grid_of_column[column];
                       const Vector s = hn::LoadU(d, scale.column(grid) + v * lanes);
                       const Vector z = hn::LoadU(d, zero.column(grid) + v * lanes);
                       const Vector code = hn::Min(hn::Max(hn::Add(hn::Round(hn::Div(c, s)), z), hn::Zero(d)), limit);
                       hn::StoreU(hn::DemoteTo(du, hn::ConvertTo(di, code)), du, code_lanes + v * lanes);
                       if (v == kVectors - 1) std::copy_n(code_lanes, count, codes.data() + j * codes.outerStride() + row);
                       const bool is_kept = !block.keep.empty() && block.keep[column] != 0;
                       const Vector rounded = is_kept ? c : hn::Mul(s, hn::Sub(code, z));
                       const Vector error = hn::Mul(diagonal, hn::Sub(c, rounded));
                       column_loss[column] += 0.5 * static_cast<double>(hn::GetLane(hn::SumOfLanes(d, hn::Mul(error, error))));
                       return hn::Sub(w, rounded);
                   });
        for (Index j = 0; j < n; ++j) {
            std::copy_n(solved.strip().column(j), count, difference.data() + j * difference.outerStride() + row);
        }
    }
}

}  // namespace
}  // namespace salient::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace salient {

HWY_EXPORT(solveUpperTileImpl);
HWY_EXPORT(roundBlockImpl);

void solveUpperTile(MatrixView factor, MatrixSpan tile) { HWY_DYNAMIC_DISPATCH(solveUpperTileImpl)(factor, tile); }

void gptqRoundBlock(const GptqBlock& block, MatrixSpan difference, CodeSpan codes, std::span<double> column_loss) {
    HWY_DYNAMIC_DISPATCH(roundBlockImpl)(block, difference, codes, column_loss);
}

void gptqUpdatedColumns(MatrixView factor, MatrixView weight, MatrixView correction, MatrixSpan updated) {
    updated = correction;
    solveUpperTile(factor, updated);
    updated += weight;
}

void rangeOverColumns(MatrixView tile, std::span<float> lowest, std::span<float> highest) {
    if (tile.rows() == 0) return;
    Eigen::Map<Eigen::RowVectorXf>(lowest.data(), tile.cols()) = tile.colwise().minCoeff();
    Eigen::Map<Eigen::RowVectorXf>(highest.data(), tile.cols()) = tile.colwise().maxCoeff();
}

}  // namespace salient
#endif  // HWY_ONCE
