#pragma once

#include <string>
#include <vector>

#include "core/exporter/packed_tensor.h"
#include "core/quant/grid.h"
#include "core/quant/quantize_group.h"

namespace salient {

// compressed-tensors checkpoints, as llm-compressor makes them and vLLM and transformers read them. Codes are signed there:
// s = q − 2^(b−1), and so are zero points; W[n, k] = scale · (s − zp). Two of its layouts are written.
//
// "pack-quantized", 16-bit activations, b = 4 or 8. A linear layer X with weight [N, K] and G groups becomes
//
//   X.weight_packed      I32     [N, ⌈K·b/32⌉]   s + 2^(b−1), a bit stream along K within each row, lowest index in the lowest bits
//   X.weight_scale       16 bit  [N, G]
//   X.weight_zero_point  I32     [⌈N·b/32⌉, G]   asymmetric only: zp + 2^(b−1), a bit stream along N within each column
//   X.weight_shape       I64     [2]             N, K
//   X.weight_g_idx       I32     [K]             only when inputs were grouped in activation order ("actorder": "group")
//
// "int-quantized", int8 activations:
//
//   X.weight        I8      [N, K]   two's complement
//   X.weight_scale  16 bit  [N, 1]
//   X.input_scale   F32     [1]      only when activations have one fixed scale

/// Names, types and shapes of layer `name`, pack-quantized.
[[nodiscard]] std::vector<TensorLayout> packQuantizedLayout(const std::string& name, Index out_features, Index in_features,
                                                            const GridSpec& spec, DType scale_type, bool has_group_index);
/// The tensors themselves. Scales must be values of scale_type already.
[[nodiscard]] std::vector<PackedTensor> packQuantized(const std::string& name, const QuantizedTensor& tensor, DType scale_type,
                                                      bool has_group_index);

/// Names, types and shapes of layer `name`, int-quantized.
[[nodiscard]] std::vector<TensorLayout> intQuantizedLayout(const std::string& name, Index out_features, Index in_features, DType scale_type,
                                                           ActivationScale activations);
/// The tensors themselves; input_scale is written for ActivationScale::PerTensor only.
[[nodiscard]] std::vector<PackedTensor> intQuantized(const std::string& name, const QuantizedTensor& tensor, DType scale_type,
                                                     ActivationScale activations, float input_scale);

}  // namespace salient
