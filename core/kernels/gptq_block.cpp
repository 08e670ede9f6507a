#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gptq_block.cpp"
#include <hwy/foreach_target.h>
//
#include "core/kernels/gptq_block.h"
#include "core/kernels/solve_strip_inl.h"
#include "core/kernels/triangular.h"

HWY_BEFORE_NAMESPACE();
namespace salient::HWY_NAMESPACE {
namespace {

void roundBlockImpl(const GptqBlock& block, MatrixSpan& difference, CodeSpan& codes, std::span<double> column_loss) {
    const Tag d;
    const hn::Rebind<std::int32_t, Tag> di;
    const hn::Rebind<std::uint8_t, Tag> du;
    const Index n = block.weight.rows();
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    const Vector least = hn::Set(d, static_cast<float>(block.code_range.least));
    const Vector greatest = hn::Set(d, static_cast<float>(block.code_range.greatest));
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
        const Strip zero = strip(block.zero, padded_zero, static_cast<float>(block.code_range.least));  // a padded weight costs nothing
        solveStrip(block.factor.data(), block.factor.outerStride(), n, correction, solved.strip(),
                   [&](Index j, Index v, Vector quotient, Vector diagonal) HWY_ATTR {
                       const auto column = static_cast<std::size_t>(j);
                       const Vector w = hn::LoadU(d, weight.column(j) + v * lanes);
                       const Vector c = hn::Add(w, quotient);
                       const Index grid = block.grid_of_column[column];
                       const Vector s = hn::LoadU(d, scale.column(grid) + v * lanes);
                       const Vector z = hn::LoadU(d, zero.column(grid) + v * lanes);
                       const Vector code = hn::Min(hn::Max(hn::Add(hn::Round(hn::Div(c, s)), z), least), greatest);
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

HWY_EXPORT(roundBlockImpl);

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
