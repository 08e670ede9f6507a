#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/calib/calibrate.h"
#include "core/job.h"
#include "core/quant/quantize_group.h"

namespace salient {

/// What quantization changed in one block: its linear layers, and the small tensors that scales were folded into.
struct QuantizedBlock {
    int block = 0;
    std::vector<QuantizedLinear> linears;                ///< quantized ones only
    std::map<std::string, std::vector<float>> replaced;  ///< full tensor name ("….input_layernorm.weight") → folded values
    std::map<std::string, Matrix> kept;                  ///< layers kept in 16 bits whose weights a fold changed: name → [out, in]
};

/// A quantized model laid over the original: what is not listed here is as it was.
struct QuantizedModel {
    std::shared_ptr<const Model> original;
    MethodSpec method;
    std::vector<QuantizedBlock> blocks;
    double seconds = 0.0;

    [[nodiscard]] std::vector<LayerReport> reports() const;
    /// Sum over layers of tr(D H Dᵀ) / sum of tr(W H Wᵀ).
    [[nodiscard]] double relativeOutputError() const;
    /// Packed bytes of the quantized layers and stored bytes of everything else.
    [[nodiscard]] std::int64_t sizeBytes() const;
    /// Bits per weight of the quantized layers, scales and zero points included.
    [[nodiscard]] double bitsPerWeight() const;
};

struct QuantizeOptions {
    ForwardOptions forward;
};

/// Receives each block as soon as it is done, in order; may write it out and let it go.
using BlockSink = std::function<void(QuantizedBlock&&)>;

/// Quantizes a whole model, block by block: hidden states in, statistics of the block's groups, quantize, carry on. One block's
/// weights and Hessians are alive at a time. Stage names: "quantizing". Throws with layer names. Checkpoints often.
void quantizeModel(const std::shared_ptr<const Model>& model, const Samples& samples, const MethodSpec& method,
                   const QuantizeOptions& options, const BlockSink& sink, JobContext& job);
/// The same, keeping all blocks in memory.
[[nodiscard]] QuantizedModel quantizeModel(std::shared_ptr<const Model> model, const Samples& samples, const MethodSpec& method,
                                           const QuantizeOptions& options, JobContext& job);
/// From statistics that were gathered before (feed = Original, not true-sequential): nothing is run forward. Hessians that were not
/// kept are made again, block by block.
[[nodiscard]] QuantizedModel quantizeModel(const Calibration& calibration, const MethodSpec& method, JobContext& job);

/// The block as it computes after quantization: dequantized weights (or real int8), folded norms and biases.
[[nodiscard]] BlockWeights overlay(BlockWeights original, const Model& model, const QuantizedBlock& block);
/// Blocks of a quantized model, for a pass over it.
[[nodiscard]] BlockLoader quantizedBlocks(std::shared_ptr<const QuantizedModel> model);

/// Divides a norm's gain and bias, or a linear layer's rows and bias, by s. For tests of the law that folding changes nothing:
/// block with scales folded but nothing rounded. scales: group → s [in].
[[nodiscard]] BlockWeights foldScales(BlockWeights weights, const Model& model, const std::map<int, std::vector<float>>& scales);

}  // namespace salient
