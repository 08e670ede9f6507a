#pragma once

#include "core/exporter/checkpoint_layout.h"
#include "core/io/json_file.h"

namespace salient {

/// What config.json says under "quantization_config", spelled as each format's loaders read it. Not for ExportFormat::Dequantized.
[[nodiscard]] Json quantizationConfig(const Model& model, const MethodSpec& method, ExportFormat format, const CheckpointLayout& layout);

/// The original's config.json with "quantization_config" added and its element type set to what the float tensors really are; of a nested
/// model both in the whole's object, and the type in the text model's where it is given there.
[[nodiscard]] Json exportedConfig(const Model& model, const MethodSpec& method, ExportFormat format, const CheckpointLayout& layout);

}  // namespace salient
