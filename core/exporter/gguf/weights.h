#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/family.h"
#include "core/quant/method.h"

namespace salient {

struct LinearInfo;
struct ModelConfig;

/// What quantized layers become in a GGUF file. ggml's block types have grids of their own, so that only some grids can be moved into them
/// code by code. Those of 256 elements choose their codes themselves, from the weights and not from a method's codes.
enum class GgufWeights {
    Lossless,  ///< the block type that holds the codes: Q4_0 (4 bits, symmetric), Q4_1 (4 bits), Q8_0 (8 bits, symmetric)
    F16,       ///< dequantized
    BF16,      ///< dequantized
    Q8_0,      ///< the codes where they fit; else dequantized and rounded to eight bits in blocks of 32
    Q4_0,      ///< the codes
    Q4_1,      ///< the codes
    Q4_K,      ///< the weights with the method's scales, rounded to 4.5 bits each
    Q6_K,      ///< the same, to 6.6 bits
    Q4_K_M,    ///< Q4_K, and Q6_K where isFineLayer() says so
};
/// "lossless", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q4_k", "q6_k", "q4_k_m".
[[nodiscard]] std::string_view name(GgufWeights weights) noexcept;
/// Throws Error{InvalidOption} listing the names.
[[nodiscard]] GgufWeights ggufWeightsFromName(std::string_view name);
[[nodiscard]] const std::vector<std::string>& ggufWeightsNames();

/// Elements that share a scale in the types that codes are moved into.
inline constexpr Index kGgufBlock = 32;

/// Whether codes are chosen from the weights themselves, so that neither grid nor rounding of the method leaves a trace.
[[nodiscard]] bool roundsWeights(GgufWeights weights) noexcept;
/// Which layers Q4_K_M gives Q6_K: value and down projections (experts' too, and fused ones that hold the values) in the first and the last
/// eighth of the blocks and in every third between them, as llama.cpp's type of that name. Its head in Q6_K and what it has in Q5_K (fused
/// layers in some versions, Falcon's down layers) differ: a head stays in 16 bits here, and Q5_K is not written.
[[nodiscard]] bool isFineLayer(Role role, int block, int n_blocks) noexcept;
/// The type of one layer: Q4_K_M decided, and Q8_0 for a row that is no multiple of 256 (where llama.cpp's own tools take Q5_0 or Q8_0).
/// Beside eight experts, which outweigh them many times, Q4_K_M gives keys and values Q8_0 and the attention's output Q6_K (llama.cpp:
/// Q5_K).
[[nodiscard]] GgufWeights layerWeights(GgufWeights weights, const LinearInfo& layer, const ModelConfig& config) noexcept;

/// The block type that holds the codes of a method's grid; nothing when none does. Groups are whole blocks (a multiple of 32, or the whole
/// row): each repeats its scale in every block.
[[nodiscard]] std::optional<GgufWeights> blockTypeOf(const MethodSpec& method) noexcept;

/// Whether `weights` stores the codes themselves, and not dequantized values.
[[nodiscard]] bool keepsCodes(GgufWeights weights, const MethodSpec& method) noexcept;
/// `weights` with Lossless replaced by the type it means; Lossless where there is none.
[[nodiscard]] GgufWeights resolved(GgufWeights weights, const MethodSpec& method) noexcept;

}  // namespace salient
