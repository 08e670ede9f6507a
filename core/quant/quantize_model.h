#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
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
    std::map<std::string, std::vector<float>> replaced;  ///< full tensor name ("….input_layernorm.weight") → folded values as stored
    std::map<std::string, Matrix> kept;                  ///< layers kept in 16 bits whose weights a fold changed: name → [out, in]
};

/// A quantized model laid over the original: what is not listed here is as it was.
struct QuantizedModel {
    std::shared_ptr<const Model> original;
    MethodSpec method;
    std::vector<QuantizedBlock> blocks;
    double seconds = 0.0;

    [[nodiscard]] std::vector<LayerReport> reports() const;
    /// Sum over layers of tr(D H Dᵀ) / sum of tr(W H Wᵀ), an expert's times the share of the tokens that reach it.
    [[nodiscard]] double relativeOutputError() const;
    /// Packed bytes of the quantized layers and stored bytes of everything else.
    [[nodiscard]] std::int64_t sizeBytes() const;
    /// Bits per weight of the quantized layers, scales and zero points included.
    [[nodiscard]] double bitsPerWeight() const;
};

// The same figures from layer reports alone, for a model that was written out while it was made.
[[nodiscard]] double relativeOutputError(std::span<const LayerReport> layers);
[[nodiscard]] double bitsPerWeight(std::span<const LayerReport> layers);
[[nodiscard]] std::int64_t quantizedSizeBytes(const Model& model, std::span<const LayerReport> layers);

/// For a walk that can be interrupted and taken up again: what enters a block is all that it needs of those before.
struct QuantizeOptions {
    ForwardOptions forward;
    /// The first block to quantize, 0 to n_blocks; those before it were done by an earlier walk.
    int first_block = 0;
    /// Hidden states that enter first_block, as after_block() was given them. Needed when first_block > 0.
    std::function<HiddenStates()> hidden_before = {};
    /// Called after the sink took a block: what enters the next one.
    std::function<void(int next_block, const HiddenStates& hidden)> after_block = {};
};

/// Receives each block as soon as it is done, in order; may write it out and let it go.
using BlockSink = std::function<void(QuantizedBlock&&)>;
/// The same for several methods at once: every method's block b before any method's block b + 1.
using MethodSink = std::function<void(std::size_t method, QuantizedBlock&&)>;

// How a block is quantized, whatever feeds it:
// 1. All scales are chosen on the original weights, group by group, as in the published AWQ code; behind one norm for all experts at once.
// 2. They are folded: a norm's gain and bias, or the rows and bias of an earlier linear layer, are divided by them. In full precision
//    the block computes what it did before.
// 3. The groups are rounded in the order of computation: q,k,v → o → gate,up → down. Rows that took a later layer's scales are
//    rounded in their folded form, which is the one that is stored.
// With true_sequential, step 3 observes a group's input again once the stages before it are rounded (their weights; inputs of W8A8
// layers stay unrounded inside the block); the scales of step 1 stay.

/// Quantizes a whole model, block by block: hidden states in, statistics of the block's groups, quantize, carry on. One block's
/// weights and Hessians are alive at a time. Stage name: "quantizing", counted in layers. Throws Error{InvalidOption} for what
/// checkMethod() refuses, and what its parts throw, with layer names. Checkpoints often.
void quantizeModel(const std::shared_ptr<const Model>& model, const Samples& samples, const MethodSpec& method,
                   const QuantizeOptions& options, const BlockSink& sink, JobContext& job);
/// The same, keeping all blocks in memory.
[[nodiscard]] QuantizedModel quantizeModel(std::shared_ptr<const Model> model, const Samples& samples, const MethodSpec& method,
                                           const QuantizeOptions& options, JobContext& job);
/// From statistics that were gathered before (feed = Original, not true-sequential: Error{InvalidOption} otherwise): nothing is run
/// forward, unless Hessians were not kept: then the samples are walked through the model once more.
[[nodiscard]] QuantizedModel quantizeModel(const Calibration& calibration, const MethodSpec& method, JobContext& job);
/// Several methods on the same statistics in one walk over the blocks, so that Hessians which were not kept are made again once, not
/// once per method. first_block: those before it were done by an earlier walk. Returns the seconds that each method took by itself.
std::vector<double> quantizeModels(const Calibration& calibration, std::span<const MethodSpec> methods, const MethodSink& sink,
                                   JobContext& job, int first_block = 0);

/// What entered the block after `done`, the first blocks of a quantized model, made again by running the samples through them as the walk
/// did that made them: the same bits. Cost: a forward pass per block.
[[nodiscard]] HiddenStates hiddenAfter(const Model& model, const Samples& samples, const MethodSpec& method,
                                       std::span<const QuantizedBlock> done, const ForwardOptions& forward, JobContext& job);

/// Whether a method must walk the model by itself: what it is fed depends on what it rounded before.
[[nodiscard]] bool needsOwnWalk(const MethodSpec& method);

/// Throws Error{InvalidOption} when a method does not fit a model: an option out of range, a `keep` that is no regular expression or keeps
/// every layer, overrides that differ between layers which share scales. A group size need not divide a layer's inputs: the last group is
/// shorter, and what a format or loader makes of that is the exporter's to say.
void checkMethod(const Model& model, const MethodSpec& method);

/// The block as it computes after quantization: dequantized weights (or real int8), folded norms and biases.
[[nodiscard]] BlockWeights overlay(BlockWeights original, const Model& model, const QuantizedBlock& block);
/// The original block with one layer quantized and nothing else changed: the scales its group shares are folded, and its rows are
/// not divided for the layer after it.
[[nodiscard]] BlockWeights overlayLayer(BlockWeights original, const Model& model, const QuantizedLinear& linear);
/// Blocks of a quantized model, for a pass over it.
[[nodiscard]] BlockLoader quantizedBlocks(std::shared_ptr<const QuantizedModel> model);

/// Divides a norm's gain and bias, or a linear layer's rows and bias, by s. For tests of the law that folding changes nothing:
/// block with scales folded but nothing rounded. scales: group → s [in]; the groups that share a norm's scales fold together.
[[nodiscard]] BlockWeights foldScales(BlockWeights weights, const Model& model, const std::map<int, std::vector<float>>& scales);

}  // namespace salient
