#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/eval/divergence.h"
#include "core/job.h"
#include "core/quant/quantize_model.h"
#include "core/recipe/recipe.h"

namespace salient {

/// What one run gave.
struct RunResult {
    std::string name;
    MethodSpec method;
    std::shared_ptr<const QuantizedModel> model;  ///< null when it was streamed to a directory
    std::vector<LayerReport> layers;
    double relative_output_error = 0.0;
    std::optional<PerplexityResult> perplexity;
    double seconds = 0.0;  ///< quantization alone
    std::int64_t bytes = 0;
    double bits_per_weight = 0.0;
    std::string out;           ///< directory written, if any
    std::string verification;  ///< one line, if written
    bool is_verified = true;   ///< false: what was written does not read back as it should
    std::vector<std::string> warnings;
};

struct Report {
    Recipe recipe;
    std::string model_name;
    std::int64_t original_bytes = 0;
    Index calibration_tokens = 0;
    Index calibration_windows = 0;
    Index calibration_seq_len = 0;
    std::optional<PerplexityResult> full_precision;
    std::vector<RunResult> runs;
    /// What took how long, in order. "calibrate" is running the model and taking its statistics, "quantize" all work on the layers.
    std::vector<std::pair<std::string, double>> stage_seconds;
    std::int64_t peak_memory_bytes = 0;
    std::string version;
};

/// Executes a recipe. Whatever can be refused is refused before any long work. Several runs fed by the original model share one
/// calibration: the same statistics for all. A single run is quantized block by block, and written while it is made if it is exported;
/// its perplexity is then that of the written directory. Quantized models are let go once evaluated and written (RunResult::model is
/// null). Stage names: those of the parts, "exporting", "verifying".
[[nodiscard]] Report run(const Recipe& recipe, JobContext& job);
/// The same on what is open already (the window), keeping the quantized models. calibration may be null: then one is made. It must
/// have been made with the recipe's samples, or its own count.
[[nodiscard]] Report run(const Recipe& recipe, const std::shared_ptr<const Model>& model,
                         const std::shared_ptr<const Calibration>& calibration, JobContext& job);

[[nodiscard]] Json toJson(const PerplexityResult& result);
[[nodiscard]] Json toJson(const LayerError& error);
[[nodiscard]] Json toJson(const LayerReport& layer);
[[nodiscard]] Json toJson(const Report& report);
/// One self-contained page: tables and plots (inline SVG), no script, nothing loaded from outside.
[[nodiscard]] std::string toHtml(const Report& report);
/// Writes report.json and report.html. Throws Error{Io}.
void writeReport(const Report& report, const std::filesystem::path& directory);

}  // namespace salient
