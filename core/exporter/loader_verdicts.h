#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/exporter/export_checkpoint.h"

namespace salient {

/// How far a loader takes a checkpoint, from the best to the worst.
enum class Acceptance {
    Accepts,
    Slow,    ///< it runs, but not on the loader's fast kernels, or not on the codes
    Partly,  ///< some of the loader's versions, parts or machines take it, others refuse it or compute something else
    Refuses,
};
[[nodiscard]] std::string_view name(Acceptance acceptance) noexcept;  ///< "accepts", "slow", "in part", "refuses"

struct LoaderVerdict {
    std::string loader;
    Acceptance acceptance = Acceptance::Accepts;
    std::string why;  ///< clauses without capital and period; empty where there is nothing to add to "accepts"
    bool operator==(const LoaderVerdict&) const = default;
};

/// What transformers, AutoGPTQ/GPTQModel, ExLlamaV2, vLLM, TensorRT-LLM and llama.cpp will make of a checkpoint that has no obstacle
/// (exportObstacles()): one verdict each, in this order, before any work is done. Which families a loader has: loader_families.h; what
/// llama.cpp cannot compute: ggufModelObstacles().
[[nodiscard]] std::vector<LoaderVerdict> loaderVerdicts(const Model& model, const MethodSpec& method, ExportFormat format);

/// {"loader", "verdict", "why"}
[[nodiscard]] Json toJson(const LoaderVerdict& verdict);

}  // namespace salient
