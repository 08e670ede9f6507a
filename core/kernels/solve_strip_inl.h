// The inner loop of what is solved with an upper-triangular R on transposed tiles, compiled for each target (Highway): include after
// hwy/foreach_target.h.

// Every target includes it once more.
#if defined(SALIENT_CORE_KERNELS_SOLVE_STRIP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef SALIENT_CORE_KERNELS_SOLVE_STRIP_INL_H
#undef SALIENT_CORE_KERNELS_SOLVE_STRIP_INL_H
#else
#define SALIENT_CORE_KERNELS_SOLVE_STRIP_INL_H
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>

#include "core/tensor/matrix.h"

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

}  // namespace
}  // namespace salient::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target
