#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/triangular.cpp"
#include <hwy/foreach_target.h>
//
#include "core/kernels/solve_strip_inl.h"
#include "core/kernels/triangular.h"

HWY_BEFORE_NAMESPACE();
namespace salient::HWY_NAMESPACE {
namespace {

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

}  // namespace
}  // namespace salient::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace salient {

HWY_EXPORT(solveUpperTileImpl);

void solveUpperTile(MatrixView factor, MatrixSpan tile) { HWY_DYNAMIC_DISPATCH(solveUpperTileImpl)(factor, tile); }

}  // namespace salient
#endif  // HWY_ONCE
