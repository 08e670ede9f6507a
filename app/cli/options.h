#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "app/cli/command.h"
#include "core/recipe/method_flags.h"
#include "core/recipe/recipe.h"

namespace salient::cli {

/// A check for option values: a number that is at least `least`. (CLI11's own check prints the largest double in its message.)
[[nodiscard]] CLI::Validator atLeast(int least);

/// Options of a method; `--method` itself only where a command runs one.
void addMethodOptions(CLI::App& command, MethodFlags& flags, bool with_method);
/// Options of the walk over a model, which a single layer does not have.
void addWalkOptions(CLI::App& command, MethodFlags& flags);
/// Those of them that say which layers get what, for a command whose blocks are always fed by the original model.
void addLayerOptions(CLI::App& command, MethodFlags& flags);

/// Which text calibrates, how much of it, and in what precision the model runs.
struct CalibrationFlags {
    std::string text;
    std::string inputs;  ///< in place of a text, for commands that can do without one
    int n_samples = 128;
    Index seq_len = 0;  ///< 0: min(2048, the model's positions)
    std::string windows = "random";
    std::string compute = "float32";
};
/// or_inputs: a file of inputs may stand in place of the text.
void addCalibrationOptions(CLI::App& command, CalibrationFlags& options, bool or_inputs);
/// Throws UsageError when there is neither a text nor a file of inputs.
void requireCalibration(const CalibrationFlags& options);
[[nodiscard]] SampleSpec sampleSpec(const CalibrationFlags& options, const CommonOptions& common);
/// "float32" or "bfloat16".
[[nodiscard]] const char* computeName(Compute compute) noexcept;
[[nodiscard]] Compute computeFromName(const std::string& name);
void addComputeOption(CLI::App& command, std::string& compute);

/// `--max-memory`, in bytes or with a unit; 0: no limit.
void addMemoryOption(CLI::App& command, std::int64_t& max_memory_bytes);
/// `--resume`, for commands that keep what they finished.
void addResumeOption(CLI::App& command, bool& resume);
/// `--unfinished`, for those that may write nothing to keep it beside.
void addUnfinishedOption(CLI::App& command, std::string& directory);

/// How perplexity is measured.
struct EvaluationFlags {
    std::string text;
    std::string protocol = "stream";
    std::optional<Index> seq_len;
    Index max_chars = 0;
    Index n_windows = 0;
};
/// `--text` and `--seq-len` for the command that does nothing else; `--eval-text` and `--eval-seq-len` beside calibration options.
void addEvaluationOptions(CLI::App& command, EvaluationFlags& options, bool beside_calibration, bool is_required);
[[nodiscard]] PerplexitySpec perplexitySpec(const EvaluationFlags& options, Index default_seq_len = 0);

/// Runs `make` and turns what it refuses into a usage error: options that contradict each other.
template <typename Make>
[[nodiscard]] auto understood(const Make& make) {
    try {
        return make();
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

}  // namespace salient::cli
