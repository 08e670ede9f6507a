#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/quant/method.h"

namespace salient {

/// A method as command-line options say it: a name, and settings where they differ from that name's published defaults. The command
/// line binds its options to the fields, and "Copy as command" prints them.
struct MethodFlags {
    std::string method = "gptq";
    std::optional<int> bits;
    std::optional<Index> group_size;
    std::optional<bool> symmetric;  ///< default: true, but false for "awq" and "awq+gptq" as published
    std::optional<bool> mse;
    std::optional<std::string> weight_scale;      ///< "group", "row", "tensor"
    std::optional<std::string> activation_scale;  ///< "token", "tensor"
    // GPTQ
    std::optional<bool> act_order;
    std::optional<bool> static_groups;
    std::optional<double> damping;
    std::optional<int> damping_tries;
    std::optional<Index> block_size;
    std::optional<std::string> group_parameters;  ///< "published", "fresh"
    // AWQ
    std::optional<double> ratio;
    std::optional<int> ratios;  ///< how many are searched
    std::optional<bool> duo;
    std::optional<bool> no_scale;
    std::optional<bool> no_clip;
    std::optional<double> clip;
    std::optional<int> clip_levels;
    std::optional<std::string> clip_layers;  ///< "all", "published"
    std::optional<bool> separate_loss;
    // SmoothQuant
    std::optional<double> alpha;
    std::optional<bool> alpha_search;
    std::optional<bool> activation_only;
    // The walk over a model
    std::optional<bool> true_sequential;
    std::optional<std::string> feed;  ///< "original", "quantized"
    std::optional<bool> norms_only;   ///< scales go into norms, not into linear layers
    std::vector<std::string> keep;
    std::vector<std::string> overrides;  ///< as overrideFromText() reads them
};

/// The method those flags mean. Throws Error{InvalidOption} for a flag that the method has no use for ("--alpha" with "gptq"), so that
/// no option is ever silently without effect, and what MethodSpec::validate() refuses.
[[nodiscard]] MethodSpec methodFromFlags(const MethodFlags& flags);

/// The methods of a comparison: `names` with the same flags, each taking those that it has a use for; a flag that none can use is an
/// error. Without `symmetric`, all weight-only methods use asymmetric grids, so that only the method differs. "smoothquant" and "w8a8"
/// are always W8A8 whatever `bits` and `group_size` say.
[[nodiscard]] std::vector<MethodSpec> comparedMethods(const std::vector<std::string>& names, const MethodFlags& flags);

/// Flags that mean `method`, as short as possible; nothing when options cannot say it (a processing order, say).
[[nodiscard]] std::optional<MethodFlags> flagsFromMethod(const MethodSpec& method);

/// The flags as words of a command line, `--method` first unless `with_method` is false.
[[nodiscard]] std::vector<std::string> arguments(const MethodFlags& flags, bool with_method = true);

}  // namespace salient
