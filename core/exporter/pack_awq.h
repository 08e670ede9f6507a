#pragma once

#include <string>
#include <vector>

#include "core/exporter/packed_tensor.h"
#include "core/quant/grid.h"

namespace salient {

// AWQ checkpoints in AutoAWQ's "GEMM" layout, 4 bits. A linear layer X with weight [N, K] and groups of g inputs becomes
//
//   X.qweight  I32  [K, N/8]     codes, eight outputs to a word
//   X.qzeros   I32  [K/g, N/8]   zero points as they are (0 … 15), packed the same way
//   X.scales   F16  [K/g, N]
//
// Within a run of eight outputs nibble i (bits 4i … 4i + 3) holds output 0, 2, 4, 6, 1, 3, 5, 7 of the run.
// W[n, k] = scales[k/g, n] · (q[k, n] − z[k/g, n]). Groups are consecutive inputs: there is no g_idx.
// A symmetric grid is written like any other, with all zero points 8.

/// Names, types and shapes of layer `name`. out_features must be a multiple of 8, the group size divide in_features.
[[nodiscard]] std::vector<TensorLayout> awqLayout(const std::string& name, Index out_features, Index in_features, const GridSpec& spec,
                                                  DType scale_type);
/// The tensors themselves. Scales must be values of scale_type already.
[[nodiscard]] std::vector<PackedTensor> packAwq(const std::string& name, const QuantizedTensor& tensor, DType scale_type);

}  // namespace salient
