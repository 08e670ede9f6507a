#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/eval/divergence.h"
#include "core/exporter/loader_verdicts.h"
#include "core/job.h"
#include "core/quant/quantize_model.h"
#include "core/recipe/expert_coverage.h"
#include "core/recipe/recipe.h"
#include "core/recipe/work_count.h"

namespace salient {

/// Everything that a run did otherwise than plainly, counted, so that nothing of it is silent.
struct RunCounts {
    std::int64_t n_damping_retries = 0;     ///< GPTQ factorizations that needed more damping than asked for, over all layers
    std::int64_t n_dead_columns = 0;        ///< input channels that were never active: GPTQ sets their weights to 0
    GridCounts grids = {};                  ///< groups whose grid is not simply that of their weights' range
    std::int64_t n_bounded_scales = 0;      ///< scales on inputs of layers that are held at a bound
    std::int64_t n_raised_tokens = 0;       ///< int8 tokens on the least scale, in passes that fed the next block or were evaluated
    std::int64_t n_saturated_inputs = 0;    ///< int8 inputs beyond the largest of calibration, which fixed their scale, in such passes
    std::int64_t n_raised_importances = 0;  ///< inputs that count as the least that any counts, of layers written in Q4_K and Q6_K
    std::int64_t n_raised_factors = 0;      ///< of blocks of Q8_0, Q4_K and Q6_K: the float16 above the nearest, so that nothing is cut off
    std::int64_t n_saturated_codes = 0;     ///< codes at either end of the grid
    std::int64_t n_clipped_weights = 0;     ///< beyond AWQ's clip
    std::int64_t n_flushed_values = 0;      ///< of floats that became 0 in their stored type; counted when written
    std::int64_t n_subnormal_values = 0;    ///< of others that lost digits to being subnormal in it; likewise
    std::int64_t n_stand_ins = 0;           ///< experts that saw too few tokens for statistics of their own
    std::vector<std::string> kept_layers;   ///< left in 16 bits: by `keep`, or because they route tokens
};

/// What one run gave.
struct RunResult {
    std::string name;
    MethodSpec method;
    std::shared_ptr<const QuantizedModel> model;  ///< null when it was streamed to a directory
    std::vector<LayerReport> layers;
    double relative_output_error = 0.0;
    std::optional<PerplexityResult> perplexity;
    double seconds = 0.0;      ///< quantization alone
    int n_blocks_resumed = 0;  ///< blocks that an earlier start had finished
    std::int64_t bytes = 0;
    double bits_per_weight = 0.0;
    std::string out;                     ///< directory written, if any
    std::string verification;            ///< one line, if written
    bool is_verified = true;             ///< false: what was written does not read back as it should
    std::vector<LoaderVerdict> loaders;  ///< of an exported run: known before any work
    RunCounts counts;
    ExpertCoverage experts;
    std::vector<std::string> warnings;
};

struct Report {
    Recipe recipe;
    std::string model_name;
    std::int64_t original_bytes = 0;
    Index calibration_tokens = 0;
    Index calibration_windows = 0;
    Index calibration_seq_len = 0;
    std::string calibration_source;  ///< what the statistics came from, where no text was run: "captured inputs (acts.npz)"
    std::optional<PerplexityResult> full_precision;
    std::vector<RunResult> runs;
    std::vector<std::string> warnings;  ///< of the job as a whole
    /// What took how long, in order. "calibrate" is running the model and taking its statistics, "quantize" all work on the layers.
    std::vector<std::pair<std::string, double>> stage_seconds;
    JobWork work;                            ///< forecast before the job, for the time of what no earlier start has done
    std::int64_t memory_forecast_bytes = 0;  ///< before the job
    std::int64_t peak_memory_bytes = 0;      ///< resident, pages of mapped files included
    std::string version;
};

struct RunOptions {
    /// Go on with an unfinished job of the same recipe, if there is one (unfinished_job.h, unfinished_runs.h). Error{InvalidOption} where
    /// the recipe keeps nothing: it writes nothing, and no folder is named below.
    bool resume = false;
    /// Where a job of several runs, or of one that is not written while it is made, keeps what it finished. Empty: hidden beside the first
    /// directory that it writes.
    std::filesystem::path unfinished = {};
    /// Called once, after everything that can be refused and before any long work, with what is known by then: names and loaders.
    std::function<void(const Report& planned)> before_work = {};
};

/// Executes a recipe. Whatever can be refused is refused before any long work. Several runs fed by the original model share one
/// calibration: the same statistics for all. A single run is quantized block by block, and written while it is made if it is exported;
/// its perplexity is then that of the written directory. Quantized models are let go once evaluated and written (RunResult::model is
/// null). Stage names: those of the parts, "exporting", "verifying".
/// A job that is cancelled, or ends by an error or with the process, leaves what it finished: an exported run its blocks in a hidden
/// directory beside its target; a recipe of more than that, if it writes something, its runs and the blocks of others in one beside the
/// first directory it writes. Cancelled and Error name it; the next start is refused with that name, or goes on there with the same bits
/// (RunOptions::resume).
[[nodiscard]] Report run(const Recipe& recipe, const RunOptions& options, JobContext& job);
[[nodiscard]] Report run(const Recipe& recipe, JobContext& job);
/// The same on what is open already (the window), keeping the quantized models. calibration may be null: then one is made. It must
/// have been made with the recipe's samples, or its own count.
[[nodiscard]] Report run(const Recipe& recipe, const std::shared_ptr<const Model>& model,
                         const std::shared_ptr<const Calibration>& calibration, JobContext& job);
/// … with the finished blocks of its only run kept in a folder, from which the same run, started again, goes on with the same bits
/// (kept_jobs.h). Error{InvalidOption} without a calibration, or for more runs. Empty: nothing is kept.
[[nodiscard]] Report run(const Recipe& recipe, const std::shared_ptr<const Model>& model,
                         const std::shared_ptr<const Calibration>& calibration, const std::filesystem::path& keep, JobContext& job);

[[nodiscard]] Json toJson(const PerplexityResult& result);
[[nodiscard]] Json toJson(const LayerError& error);
[[nodiscard]] Json toJson(const LayerReport& layer);
[[nodiscard]] Json toJson(const RunCounts& counts);
[[nodiscard]] Json toJson(const Report& report);
/// One self-contained page: tables and plots (inline SVG), no script, nothing loaded from outside.
[[nodiscard]] std::string toHtml(const Report& report);
/// The counts that are not zero, as one line: "2 damping retries, 384 channels never active, …"; "nothing out of the ordinary".
[[nodiscard]] std::string inWords(const RunCounts& counts);
/// Those of one layer's groups and scales; empty: none.
[[nodiscard]] std::string scalesInWords(const LayerReport& layer);
/// What layers report, summed up.
[[nodiscard]] RunCounts countsOf(std::span<const LayerReport> layers);
/// And what of the model was not quantized, or not from statistics of its own.
[[nodiscard]] RunCounts countsOf(const Model& model, std::span<const LayerReport> layers);
/// Adds those of an evaluation.
void addCounts(RunCounts& counts, const PerplexityResult& evaluation);
/// Writes report.json and report.html. Throws Error{Io}.
void writeReport(const Report& report, const std::filesystem::path& directory);

}  // namespace salient
