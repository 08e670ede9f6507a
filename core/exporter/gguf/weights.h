#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/quant/method.h"

namespace salient {

/// What quantized layers become in a GGUF file. ggml's block types have grids of their own, so that only some grids can be moved into them
/// code by code.
enum class GgufWeights {
    Lossless,  ///< the block type that holds the codes: Q4_0 (4 bits, symmetric), Q4_1 (4 bits), Q8_0 (8 bits, symmetric)
    F16,       ///< dequantized
    BF16,      ///< dequantized
    Q8_0,      ///< the codes where they fit; else dequantized and rounded to eight bits in blocks of 32
    Q4_0,      ///< the codes
    Q4_1,      ///< the codes
};
[[nodiscard]] std::string_view name(GgufWeights weights) noexcept;  ///< "lossless", "f16", "bf16", "q8_0", "q4_0", "q4_1"
/// Throws Error{InvalidOption} listing the names.
[[nodiscard]] GgufWeights ggufWeightsFromName(std::string_view name);
[[nodiscard]] const std::vector<std::string>& ggufWeightsNames();

/// Elements of a block of every such type, which share a scale.
inline constexpr Index kGgufBlock = 32;

/// The block type that holds the codes of a method's grid; nothing when none does. Groups are whole blocks (a multiple of 32, or the whole
/// row): each repeats its scale in every block.
[[nodiscard]] std::optional<GgufWeights> blockTypeOf(const MethodSpec& method) noexcept;

/// Whether `weights` stores the codes themselves, and not dequantized values.
[[nodiscard]] bool keepsCodes(GgufWeights weights, const MethodSpec& method) noexcept;
/// `weights` with Lossless replaced by the type it means; Lossless where there is none.
[[nodiscard]] GgufWeights resolved(GgufWeights weights, const MethodSpec& method) noexcept;

}  // namespace salient
