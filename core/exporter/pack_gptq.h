#pragma once

#include <string>
#include <vector>

#include "core/exporter/packed_tensor.h"
#include "core/quant/grid.h"

namespace salient {

// GPTQ checkpoints, as AutoGPTQ made them and GPTQModel, ExLlamaV2, vLLM and transformers read them. A linear layer X with weight
// [N, K], b bits and G groups becomes
//
//   X.qweight  I32   [K·b/32, N]   codes, packed down each column: the codes of column n are one bit stream along K
//   X.qzeros   I32   [G, N·b/32]   stored zeros, packed along each row: those of group g are one bit stream along N
//   X.scales   16 bit [G, N]
//   X.g_idx    I32   [K]           group of each input, in the original order of inputs
//
// A bit stream puts value i into bits i·b … i·b + b − 1, lowest first, 32 to a word; three bits therefore straddle words.
// W[n, k] = scales[g_idx[k], n] · (q[k, n] − z[g_idx[k], n]) with unsigned q.
//
// The stored zero is z − 1 in "gptq" (v1) and z in "gptq_v2". Version 1 has no way to store z = 0: it wraps to 2^b − 1, and loaders
// disagree on what that means. Symmetric grids (z = 2^(b−1), stored 0x77777777 at 4 bits) are therefore written as v1, which everything
// reads, and asymmetric ones as v2, which is exact for every zero.

enum class GptqVersion { V1, V2 };

/// The version that grids of this kind are written in.
[[nodiscard]] GptqVersion gptqVersionFor(const GridSpec& spec) noexcept;

/// Names, types and shapes of layer `name`. out_features and in_features must be multiples of 32.
[[nodiscard]] std::vector<TensorLayout> gptqLayout(const std::string& name, Index out_features, Index in_features, const GridSpec& spec,
                                                   DType scale_type);
/// The tensors themselves. Scales must be values of scale_type already.
[[nodiscard]] std::vector<PackedTensor> packGptq(const std::string& name, const QuantizedTensor& tensor, DType scale_type,
                                                 GptqVersion version);

}  // namespace salient
