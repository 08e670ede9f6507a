#pragma once

#include <memory>
#include <vector>

#include "core/tensor/matrix.h"
#include "core/tensor/tensor_view.h"

namespace salient::gguf {

// Views of a stored tensor as the family has it. Each keeps the stored view; nothing is read before rows are asked for.

/// Row r is the stored tensor's row rows[r]; a tensor of one dimension is rearranged element by element. rows is as long as the first
/// extent.
[[nodiscard]] TensorView rearranged(const TensorView& stored, std::vector<Index> rows);
/// [n, k] stored as [k, n].
[[nodiscard]] TensorView transposed(const TensorView& stored);
/// Number i of the parts that the first extent counts: [n, rows, k] becomes [rows, k]. The same bytes, nothing copied.
[[nodiscard]] TensorView sliced(const TensorView& stored, Index i);
/// Every element lessened by a number, in float32.
[[nodiscard]] TensorView lessened(const TensorView& stored, float by);

}  // namespace salient::gguf
