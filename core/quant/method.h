#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/quant/awq.h"
#include "core/quant/gptq.h"
#include "core/quant/layer_override.h"
#include "core/quant/smoothquant.h"

namespace salient {

/// What is done to the weights before rounding ("preventive").
enum class Scaling { None, Awq, SmoothQuant };
/// How codes are chosen ("remedial").
enum class Rounding { Nearest, Gptq };

/// A quantization method is a scaling, a rounding and a width for activations: RTN = None + Nearest, GPTQ = None + Gptq,
/// AWQ = Awq + Nearest, SmoothQuant = SmoothQuant + Nearest with int8 activations, and every combination.
struct MethodSpec {
    Scaling scaling = Scaling::None;
    Rounding rounding = Rounding::Nearest;
    ActivationScale activations = ActivationScale::None;  ///< not None: W8A8
    GridSpec grid;
    AwqOptions awq;
    SmoothQuantOptions smoothquant;
    GptqOptions gptq;
    bool true_sequential = false;  ///< q,k,v → o → gate,up → down: later groups of a block see the earlier ones quantized
    /// What feeds the next block. The published GPTQ code: the quantized block, AWQ's: the original one. Ours: all on the same statistics.
    enum class Feed { Quantized, Original } feed = Feed::Original;
    /// Whether rows of an earlier linear layer may take scales (value for attention output, up for down); false: norms only, as published
    /// SmoothQuant does.
    bool fold_into_linears = true;
    std::vector<std::string> keep;         ///< regular expressions of layer names that stay in 16 bits
    std::vector<LayerOverride> overrides;  ///< for the layers that are quantized: the first whose expression matches counts
    void validate() const;
};

/// The method as it is for one layer: the first override that matches its name laid over it, and no overrides left. Its options (AWQ's
/// search, GPTQ's damping, …) and its zero points stay.
[[nodiscard]] MethodSpec methodFor(const MethodSpec& method, const std::string& layer);
/// The method as an override makes it.
[[nodiscard]] MethodSpec overridden(const MethodSpec& method, const LayerOverride& change);

/// "rtn", "gptq", "awq", "smoothquant", "awq+gptq", "smoothquant+gptq", "w8a8" (RTN on weights and activations).
[[nodiscard]] std::string_view methodName(const MethodSpec& spec) noexcept;
/// The method of that name with the grid and the options of `base` (published defaults but for feed and clip_layers). "smoothquant" and
/// "w8a8" always mean 8-bit weights per row and int8 activations (per token unless base says per tensor); "smoothquant+gptq" keeps int8
/// activations only at 8 bits. AWQ's own grid rule is used for asymmetric "awq". Throws Error{InvalidOption} listing the names.
[[nodiscard]] MethodSpec methodFromName(std::string_view name, const MethodSpec& base = {});
[[nodiscard]] const std::vector<std::string>& methodNames();

}  // namespace salient
