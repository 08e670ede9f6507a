#pragma once

#include <string>
#include <vector>

#include "core/exporter/export_checkpoint.h"
#include "core/exporter/packed_tensor.h"

namespace salient {

/// How one layer's weight is stored.
enum class LayerForm {
    Float,          ///< one tensor of 16- or 32-bit floats
    Gptq,           ///< pack_gptq.h
    Awq,            ///< pack_awq.h
    PackQuantized,  ///< pack_compressed.h
    IntQuantized,   ///< pack_compressed.h
    GgufBlocks,     ///< gguf/pack.h, which makes them
};

/// The form that quantized layers take in a format of several tensors; in a GGUF file it depends on GgufWeights.
[[nodiscard]] LayerForm formOf(ExportFormat format, const MethodSpec& method) noexcept;

/// Whether groups follow the processing order of inputs, so that the group of each input must be stored: activation order without
/// static groups. With one group per row the order leaves no trace.
[[nodiscard]] bool storesGroupIndex(const MethodSpec& method) noexcept;

// `method` below is that of the one layer: methodFor(…, its name).

/// Names, types and shapes of a quantized layer's tensors. Not for LayerForm::Float and GgufBlocks.
[[nodiscard]] std::vector<TensorLayout> layerLayout(LayerForm form, const LinearInfo& linear, const MethodSpec& method, DType scale_type);
/// The tensors of that layout.
[[nodiscard]] std::vector<PackedTensor> packLayer(LayerForm form, const QuantizedLinear& linear, const MethodSpec& method,
                                                  DType scale_type);

/// Throws Error{ShapeMismatch}, {NonFinite} or {InvalidOption} naming layer, row and group when a quantized layer cannot be stored exactly:
/// codes or zero points off the grid, scales that are not positive values of scale_type, groups that are not where the form wants them.
void checkLayer(LayerForm form, const QuantizedLinear& linear, const LinearInfo& info, const MethodSpec& method, DType scale_type);

}  // namespace salient
