#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/code_range.h"
#include "core/tensor/matrix.h"

namespace salient {

// Rounding of one row of a weight, group by group: consecutive runs of `group_size` values (the last may be shorter) share a scale
// and a zero point. Vectorized for the processor at hand; every result has the bits of the scalar definition
//     code = clamp(round(w / scale) + zero, least, greatest), half to even, a true division;     ŵ = scale · (code − zero).
// Row-level and single-threaded: callers spread rows with parallelFor(). scale, zero, lowest, highest: one per group, in order; zero
// points are whole numbers. group_size −1 (or 0): the row is one group. Values are finite and scales are not zero; lengths are taken on
// trust. One pass over the row each, at memory speed for large ones. Behind each stands its definition, one value after the other.
// The rule is that of the published code of GPTQ (Frantar et al., arXiv:2210.17323) and AWQ (Lin et al., arXiv:2306.00978).

/// Smallest and largest value of each group.
void rangePerGroup(std::span<const float> row, Index group_size, std::span<float> lowest, std::span<float> highest) noexcept;
void rangePerGroupPlain(std::span<const float> row, Index group_size, std::span<float> lowest, std::span<float> highest) noexcept;

/// The same of a row whose values are multiplied by a scale each on the way: w_j · column_scale_j. column_scale: as long as the row.
void scaledRangePerGroup(std::span<const float> row, std::span<const float> column_scale, Index group_size, std::span<float> lowest,
                         std::span<float> highest) noexcept;
void scaledRangePerGroupPlain(std::span<const float> row, std::span<const float> column_scale, Index group_size, std::span<float> lowest,
                              std::span<float> highest) noexcept;

/// Codes of a row. range: within 0 … 255.
void roundRow(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
              std::span<std::uint8_t> codes) noexcept;
void roundRowPlain(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                   std::span<std::uint8_t> codes) noexcept;

/// Signed codes of a row of activations: clamp(round(x / scale), −127, 127).
void roundRowToInt8(std::span<const float> row, float scale, std::span<std::int8_t> codes) noexcept;
void roundRowToInt8Plain(std::span<const float> row, float scale, std::span<std::int8_t> codes) noexcept;

/// ŵ of a row without storing codes. `out` may be `row` itself.
void roundTripRow(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                  std::span<float> out) noexcept;
void roundTripRowPlain(std::span<const float> row, Index group_size, std::span<const float> scale, std::span<const float> zero,
                       CodeRange range, std::span<float> out) noexcept;

/// w_j − Q(w_j · column_scale_j) · column_inverse_j: what rounding a scaled row does to the weight itself. All spans of columns as long
/// as the row. Differs from the definition only where column_inverse_j is not exactly 1 / column_scale_j.
void scaledRoundingError(std::span<const float> row, std::span<const float> column_scale, std::span<const float> column_inverse,
                         Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                         std::span<float> error) noexcept;
void scaledRoundingErrorPlain(std::span<const float> row, std::span<const float> column_scale, std::span<const float> column_inverse,
                              Index group_size, std::span<const float> scale, std::span<const float> zero, CodeRange range,
                              std::span<float> error) noexcept;

/// scale · (code − zero).
void dequantizeRow(std::span<const std::uint8_t> codes, Index group_size, std::span<const float> scale, std::span<const float> zero,
                   std::span<float> out) noexcept;
void dequantizeRowPlain(std::span<const std::uint8_t> codes, Index group_size, std::span<const float> scale, std::span<const float> zero,
                        std::span<float> out) noexcept;

}  // namespace salient
