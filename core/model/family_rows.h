#pragma once

#include "core/model/family.h"

/// The rows of the table of families, one function each. Sources of the numbers: the paper beside each row and the published checkpoints.
namespace salient::rows {

inline const NormFact kLayerNorm = {NormKind::LayerNorm, true, true};

/// For descendants of LLaMA whose MLP has no biases, and no switch for them.
void withoutMlpBias(Family& family);

[[nodiscard]] Family llama();
[[nodiscard]] Family mistral();
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
[[nodiscard]] Family opt();
[[nodiscard]] Family gpt2();
[[nodiscard]] Family gptNeo();
[[nodiscard]] Family gptJ();
[[nodiscard]] Family gptNeoX();
[[nodiscard]] Family phi();
[[nodiscard]] Family bloom();
[[nodiscard]] Family falcon();

}  // namespace salient::rows
