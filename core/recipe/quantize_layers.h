#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/calib/input_source.h"
#include "core/io/checkpoint.h"
#include "core/quant/quantize_model.h"
#include "core/recipe/memory_forecast.h"

namespace salient {

/// What quantizeLayers() did.
struct LayersResult {
    std::vector<LayerReport> layers;
    std::vector<std::string> left;        ///< weights [out, in] whose inputs the file does not have: as they were
    std::int64_t n_flushed_values = 0;    ///< of dequantized weights that became 0 in their stored type; counted when written
    std::int64_t n_subnormal_values = 0;  ///< of others that lost digits to being subnormal in it
    double seconds = 0.0;

    /// Sum over layers of tr(D H Dᵀ) / sum of tr(W H Wᵀ).
    [[nodiscard]] double relativeOutputError() const;
};

/// Quantizes the layers of a checkpoint that no family describes: each tensor NAME.weight [out, in] of which `source` has the inputs of a
/// layer NAME, by itself. Nothing is known of what could absorb scales, so methods that need that do without: AWQ is its clip alone.
/// With `out`, a directory is written as the layers are made, with the tensors and files of the checkpoint, in which those weights are the
/// dequantized ones in the type they had; other files are copied as they are (weights of other kinds, links and scripts are not).
/// Throws Error{InvalidOption} when there is no layer with inputs, for int8 activations, which dequantized weights do not say, and what
/// reading, quantizing and writing throw, with the layer's name. One layer is alive at a time.
[[nodiscard]] LayersResult quantizeLayers(const Checkpoint& checkpoint, const InputSource& source, const MethodSpec& method,
                                          const std::filesystem::path& out, JobContext& job);

/// What that holds in memory, before any of it is done: the largest of the layers that have inputs in this file of captured ones. Throws
/// what opening the file throws.
[[nodiscard]] MemoryForecast forecastLayers(const Checkpoint& checkpoint, const std::filesystem::path& inputs);

}  // namespace salient
