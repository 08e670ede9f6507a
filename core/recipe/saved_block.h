#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "core/io/json_object.h"
#include "core/quant/quantize_model.h"
#include "core/recipe/saved_tensors.h"

namespace salient {

// A quantized block in a file of a session (saved_tensors.h). Of every quantized layer L there are the tensors
//   L.codes          U8  [out, bytes of a row]  codes of the layer's width one after another, the lowest bits of a byte first
//   L.scale, L.zero  F32 [out, groups]
//   L.group_index    I32 [in]
//   L.channel_scale  F32 [in], L.input_power F32 [in], L.row_scale F32 [out], L.bias F32 [out]: where the layer has them
// and of everything else that scales were folded into: replaced/NAME F32 [n], kept/LAYER F32 [out, in]. The document holds "layers",
// what was measured of each, and "input_scales". A layer's grid and its kind of activations are the method's for that layer, so they
// stand in the method alone.

/// Adds a block's tensors; they must live until the file is written. Throws Error{InvalidOption} for a layer whose grid is not its
/// method's.
void addBlock(TensorsToSave& tensors, const QuantizedBlock& block, const MethodSpec& method);
/// "layers" and "input_scales" of the document.
void describeBlocks(Json& document, std::span<const QuantizedBlock> blocks);

/// "layers" of a document: layers of the model with their shapes, each at most once.
[[nodiscard]] std::vector<LayerReport> readLayerReports(JsonObject& document, const Model& model, const SavedTensors& file);
/// "input_scales" of a document; nothing where it has none, otherwise one for each layer.
[[nodiscard]] std::optional<std::vector<double>> readInputScales(JsonObject& document, std::size_t n_layers, const SavedTensors& file);

/// Reads blocks one after another, bit for bit. Every size is the model's, or Error{Format}.
class SavedBlockReader {
public:
    /// All of them must outlive the reader. layers and input_scales: those of the blocks that are read, in their order.
    SavedBlockReader(SavedTensors& file, const Model& model, const MethodSpec& method, std::span<const LayerReport> layers,
                     std::span<const double> input_scales)
        : file_(file), model_(model), method_(method), layers_(layers), input_scales_(input_scales) {}

    /// Checkpoints per layer ("opening the session").
    [[nodiscard]] QuantizedBlock read(int block, JobContext& job);
    /// Refuses layers and tensors that nobody read.
    void finish() const;

private:
    [[nodiscard]] std::vector<float> readOptional(const std::string& name, Index count);
    [[nodiscard]] Matrix readFinite(const std::string& name, Index rows, Index cols);
    void requireFinite(const std::string& name, std::span<const float> values) const;
    [[nodiscard]] QuantizedLinear readLayer(const LinearInfo& info, const LayerReport& report, double input_scale);

    SavedTensors& file_;
    const Model& model_;
    const MethodSpec& method_;
    std::span<const LayerReport> layers_;
    std::span<const double> input_scales_;
    std::size_t next_ = 0;
};

/// One block as a file of its own, "salient-block 2", written beside its target and renamed when complete. Throws Error{Io}.
void saveQuantizedBlock(const QuantizedBlock& block, const MethodSpec& method, const std::filesystem::path& file, JobContext& job);
/// Reads it back, bit for bit. Throws Error{Format} when it is not that block of that model and method.
[[nodiscard]] QuantizedBlock loadQuantizedBlock(const std::filesystem::path& file, const Model& model, const MethodSpec& method, int block,
                                                JobContext& job);

}  // namespace salient
