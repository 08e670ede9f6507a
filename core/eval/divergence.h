#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/eval/perplexity.h"
#include "core/model/text_windows.h"
#include "core/quant/quantize_model.h"

namespace salient {

/// What the original model makes of an evaluation text, kept so that other models can be compared with it prediction by prediction.
struct EvaluationReference {
    std::shared_ptr<const Model> model;
    TextWindows text;
    Matrix hidden;  ///< [tokens, hidden_size] after the last block
    PerplexityResult perplexity;
};

/// Runs the original model. Cost and errors of perplexity(); keeps 4 bytes per token and hidden channel.
[[nodiscard]] EvaluationReference evaluationReference(std::shared_ptr<const Model> model, std::string_view text, const PerplexitySpec& spec,
                                                      const ForwardOptions& options, JobContext& job);

/// Perplexity of another model on the same windows, and its divergence from the original: KL(original ‖ other) of the next-token
/// distributions, in nats, averaged over the scored predictions, as llama.cpp's perplexity tool defines it. `model` is the one whose
/// head and embedding are used; it must have the original's vocabulary (Error{ShapeMismatch} otherwise). Costs and errors of perplexity(),
/// and the original's head once more. Checkpoints per chunk.
[[nodiscard]] PerplexityResult evaluateAgainst(const EvaluationReference& reference, const Model& model, const BlockLoader& blocks,
                                               const ForwardOptions& options, JobContext& job);

/// What one quantized layer alone does to a model whose other layers are as they were.
struct LayerSensitivity {
    std::string layer;
    double mean_kl = 0.0;    ///< nats per prediction
    double added_nll = 0.0;  ///< mean NLL minus the original's, nats; may be negative
    double same_top = 1.0;
};

/// Called with each layer's result, in the order of computation, as soon as it is known.
using SensitivitySink = std::function<void(LayerSensitivity)>;

/// One-layer-at-a-time sensitivity of a quantized model on the reference's windows: for every layer the model is run with that layer
/// quantized, from its block on. Scales that its group shares are folded as they are in the quantized model, which changes nothing else.
/// Cost: half a forward pass per layer; the layers of a block go together, so each pass over the weights serves all of them.
/// Stage: "sensitivity", counted in layers. Throws Error{NonFinite} naming the quantized layer, and block, channel, sample and token of the
/// first hidden state that is no number. Checkpoints per chunk.
void layerSensitivity(const QuantizedModel& model, const EvaluationReference& reference, const ForwardOptions& options,
                      const SensitivitySink& sink, JobContext& job);

}  // namespace salient
