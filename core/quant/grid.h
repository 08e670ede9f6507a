#pragma once

#include <cstdint>
#include <vector>

#include "core/kernels/code_range.h"
#include "core/quant/grid_counts.h"
#include "core/tensor/dtype.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Which published rule turns a range of weights into a grid. Both weight-only rules differ from the published code for a group whose
/// weights all have one sign: that code then clips most of the group (symmetric GPTQ halves the range of all-positive weights, AWQ clamps
/// a zero point that lies far outside the codes); here the range is widened as for any other group.
enum class GridRule {
    Gptq,  ///< the range is widened to include zero; symmetric: -max|w| … max|w| over all 2^bits levels
    Awq,   ///< asymmetric, min … max (including zero), range at least 1e-5
    Int8,  ///< symmetric [-127, 127], least code 1, scale = max(|w|, 1e-5) / 127: SmoothQuant's, and compressed-tensors' W8A8
};

/// How weights are rounded to integers: everything that all methods share.
struct GridSpec {
    int bits = 4;              ///< 2 … 8
    bool is_symmetric = true;  ///< zero point fixed at 2^(bits-1)
    Index group_size = 128;    ///< consecutive input columns that share scale and zero; -1: the whole row
    bool per_tensor = false;   ///< one scale for the whole weight (Int8 rule only)
    GridRule rule = GridRule::Gptq;
    bool mse_search = false;  ///< shrink each range to the one with the least |w - ŵ|^2.4 (grid 100, at most to 0.2)
    /// Scales are rounded to this stored type before codes are chosen. One that rounds to 0 becomes the smallest positive value of the
    /// type; one too large for it is refused by the quantizers, Error{NonFinite}, naming row and group.
    DType scale_type = DType::F32;
    /// Throws Error{InvalidOption} naming the option, its range and what was found.
    void validate() const;
    /// The codes that weights are rounded to: 0 … 2^bits − 1; of the int8 rule from 1 on, as many below its zero as above.
    [[nodiscard]] constexpr CodeRange codeRange() const noexcept { return {rule == GridRule::Int8 ? 1 : 0, (1 << bits) - 1}; }
    [[nodiscard]] Index groupCount(Index in_features) const noexcept;
    [[nodiscard]] Index groupSizeFor(Index in_features) const noexcept { return group_size < 0 ? in_features : group_size; }
    /// Packed codes, scales (in their stored type) and zero points (bits wide; none when symmetric) of a weight of that shape.
    [[nodiscard]] std::int64_t packedBytes(Index out_features, Index in_features) const noexcept;
    bool operator==(const GridSpec&) const = default;
};

/// Scale and zero point of one group of one row: ŵ = scale · (code − zero), with a code of GridSpec::codeRange().
struct GridPoint {
    float scale = 1.0F;
    float zero = 0.0F;
    unsigned notes = 0;  ///< grid_note bits
};

/// The grid of one row's group from its smallest and largest weight. An all-zero group gets a grid whose zero is exact.
[[nodiscard]] GridPoint gridFromRange(float lowest, float highest, const GridSpec& spec) noexcept;
/// The grid of a run of weights, with the MSE search if the spec asks for it.
[[nodiscard]] GridPoint gridOf(const float* weights, Index count, const GridSpec& spec) noexcept;
/// clamp(round(w / scale) + zero, least, greatest), half to even. The one rounding rule of all methods (reference form).
[[nodiscard]] std::uint8_t roundToGrid(float weight, GridPoint grid, CodeRange range) noexcept;

/// A weight as integer codes on a grid.
struct QuantizedTensor {
    GridSpec spec;
    CodeMatrix codes;                       ///< [out, in], original column order
    Matrix scale;                           ///< [out, n_groups]
    Matrix zero;                            ///< [out, n_groups], whole numbers
    std::vector<std::int32_t> group_index;  ///< [in]: group of each original column (g_idx)
    GridCounts counts = {};                 ///< taken when the grids were

    /// scale · (code − zero), [out, in].
    [[nodiscard]] Matrix dequantize() const;
    /// Share of codes at either end of the grid.
    [[nodiscard]] double saturatedFraction() const;
    /// See GridSpec.
    [[nodiscard]] std::int64_t packedBytes() const noexcept { return spec.packedBytes(codes.rows(), codes.cols()); }
};

/// What a scale that rounds to 0 becomes.
[[nodiscard]] float smallestScale(DType type) noexcept;

/// Round to nearest: the baseline. weight [out, in]. Multithreaded, at memory speed. Throws Error{InvalidOption}, and Error{NonFinite}
/// naming row and column of a weight, or row and group of a scale.
[[nodiscard]] QuantizedTensor quantizeNearest(MatrixView weight, const GridSpec& spec);
/// The definition that quantizeNearest() is tested against: one weight at a time.
[[nodiscard]] QuantizedTensor quantizeNearestPlain(MatrixView weight, const GridSpec& spec);

}  // namespace salient
