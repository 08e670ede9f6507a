#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/calib/samples.h"
#include "core/eval/perplexity.h"
#include "core/exporter/export_checkpoint.h"
#include "core/quant/method.h"

namespace salient {

/// One method to run, and where to write its result, if anywhere.
struct RecipeRun {
    std::string name;  ///< shown in tables; the method's name unless the user gave one
    MethodSpec method;
    std::optional<ExportFormat> format;
    std::filesystem::path out;                         ///< target directory when format is set
    GgufWeights gguf_weights = GgufWeights::Lossless;  ///< what quantized layers become when format is Gguf
};

/// Runs of a recipe.
inline constexpr std::size_t kMostRuns = 1000;

/// A whole job as one document: what the window edits, `salient-cli run` executes and "Copy as command" prints.
struct Recipe {
    std::filesystem::path model;
    std::filesystem::path calibration_text;
    /// In place of a text: captured inputs of the layers, or an importance matrix (input_source.h).
    std::filesystem::path inputs;
    SampleSpec samples;  ///< seq_len 0: min(2048, the model's positions)
    Compute compute = Compute::Float32;
    std::vector<RecipeRun> runs;
    std::filesystem::path evaluation_text;  ///< empty: no perplexity
    PerplexitySpec perplexity;
    std::filesystem::path report;  ///< directory for report.html and report.json; empty: none
    int threads = 0;               ///< 0: all cores
    /// The job is refused when it is forecast to need more memory, and stopped when it holds more (mapped files not counted); 0: no limit.
    std::int64_t max_memory_bytes = 0;

    /// Throws Error{InvalidOption} naming what is missing or contradictory.
    void validate() const;
};

/// The document. Unknown keys are an error (naming the key and those known), so that a typing error is never ignored.
/// Relative paths are relative to the document's folder.
[[nodiscard]] Recipe recipeFromJson(const Json& document, const std::filesystem::path& folder = {});
[[nodiscard]] Json toJson(const Recipe& recipe);
[[nodiscard]] Json toJson(const MethodSpec& method);
[[nodiscard]] MethodSpec methodFromJson(const Json& document);

/// The same job as command lines, one per line: `salient-cli quantize …` per exported run, or `salient-cli compare …`, which calls its runs
/// by their methods. Nothing where no set of flags means all of it: then only a recipe file does.
[[nodiscard]] std::optional<std::string> asCommand(const Recipe& recipe);
/// `salient-cli run FILE`, quoted for a shell.
[[nodiscard]] std::string runCommand(const std::filesystem::path& recipe_file);

}  // namespace salient
