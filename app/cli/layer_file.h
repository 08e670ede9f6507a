#pragma once

#include <filesystem>
#include <string>

#include "core/quant/quantize_group.h"

namespace salient::cli {

/// [rows, columns] of what readLayerTensor() reads, from the file's header alone; 0 where it has no such array, which reading it says.
struct LayerTensorShape {
    Index rows = 0;
    Index cols = 0;
};
[[nodiscard]] LayerTensorShape layerTensorShape(const std::string& file_and_name);

/// The tensor that "FILE:NAME" names, as a matrix; leading axes of a tensor with more than two are joined (sequences × tokens).
/// Throws Error{InvalidOption} when there is no name, Error{NonFinite} naming row and column, and what reading throws.
[[nodiscard]] Matrix readLayerTensor(const std::string& file_and_name);

/// Writes codes, scale, zero, g_idx, dequantized and, for scaled methods, channel_scale, as `salient-cli layer --help` describes them.
void writeLayerFile(const std::filesystem::path& path, const QuantizedLinear& linear, const MethodSpec& method);

}  // namespace salient::cli
