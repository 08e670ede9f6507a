#pragma once

#include "core/model/family.h"

/// The rows of the table of families, one function each. Sources of the numbers: the paper beside each row and the published checkpoints.
namespace salient::rows {

inline const NormFact kLayerNorm = {NormKind::LayerNorm, true, true};

/// For descendants of LLaMA whose MLP has no biases, and no switch for them.
void withoutMlpBias(Family& family);

/// For a text model that stands beside an image encoder and what carries its output over, as in LLaVA (Liu et al., arXiv:2304.08485):
/// names and nested configuration that transformers gives all of these since 4.52, and before. model_type: the text model's.
void nestBesideVision(Family& family, const std::string& model_type);

[[nodiscard]] Family llama();
[[nodiscard]] Family mistral();
[[nodiscard]] Family mistral3();
[[nodiscard]] Family mixtral();
[[nodiscard]] Family qwen2();
[[nodiscard]] Family qwen2Moe();
[[nodiscard]] Family qwen3();
[[nodiscard]] Family qwen3Moe();
[[nodiscard]] Family phi3();
[[nodiscard]] Family stableLm();
[[nodiscard]] Family olmo();
[[nodiscard]] Family gemma();
[[nodiscard]] Family gemma2();
[[nodiscard]] Family gemma3();
[[nodiscard]] Family gemma3WithVision();
[[nodiscard]] Family opt();
[[nodiscard]] Family gpt2();
[[nodiscard]] Family gptNeo();
[[nodiscard]] Family gptJ();
[[nodiscard]] Family gptNeoX();
[[nodiscard]] Family phi();
[[nodiscard]] Family bloom();
[[nodiscard]] Family falcon();

}  // namespace salient::rows
