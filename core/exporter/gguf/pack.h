#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/exporter/gguf/weights.h"
#include "core/quant/grid.h"

namespace salient {

/// A weight in blocks, and what a loader makes of it.
struct PackedBlocks {
    std::vector<std::byte> bytes;       ///< rows in file order
    Matrix meant;                       ///< [out, in], rows in the family's order
    double largest_shift = 0.0;         ///< Q4_1: how far the rounding of −zero·scale to float16 moves a group, in steps of its scale
    std::int64_t n_flushed = 0;         ///< Q8_0, Q4_K, Q6_K: weights that are not zero, of blocks that hold zeros alone
    std::int64_t n_raised = 0;          ///< Q4_K, Q6_K: inputs that count as the least that any counts
    std::int64_t n_raised_factors = 0;  ///< Q8_0, Q4_K, Q6_K: of blocks (BlockFactor)
};

// A block of Q4_0: f16 d, then 16 bytes, byte j holding the code of element j in its low half and of element j + 16 in its high one;
// value d·(code − 8). Q4_1: f16 d, f16 m, 16 bytes; value d·code + m. Q8_0: f16 d, 32 signed bytes; value d·code.

/// The codes of a grid whose groups are whole blocks and whose scales are float16 numbers, in a type for which keepsCodes() holds.
/// rows: for each row of the file the row of the tensor; empty: in order. Throws Error{NonFinite} when −zero·scale is beyond float16.
[[nodiscard]] PackedBlocks packCodes(GgufWeights type, const QuantizedTensor& tensor, std::span<const Index> rows);

/// Floats rounded to Q8_0: d = largest magnitude / 127 (blockFactor()), codes to nearest. in is a multiple of 32. Throws Error{NonFinite}
/// when a scale is beyond float16.
[[nodiscard]] PackedBlocks packQ8_0(const Matrix& weight, std::span<const Index> rows);

/// Floats rounded to Q4_K or Q6_K (k_blocks.h), rows in parallel. in is a multiple of 256. importance [in]: of each input, its mean square
/// say; empty: all alike. An input counts at least a thousandth of the average, so that one the calibration never saw keeps its weights;
/// where it saw none, all count alike. Those are counted.
/// Throws Error{NonFinite} for a weight that is none or larger than kLargestSuperBlockWeight, and for such an importance.
[[nodiscard]] PackedBlocks packK(GgufWeights type, const Matrix& weight, std::span<const Index> rows, std::span<const float> importance);

}  // namespace salient
