#include "core/recipe/run.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <new>

#include "core/calib/input_source.h"
#include "core/calib/naming_text.h"
#include "core/eval/text_pass.h"
#include "core/exporter/verify.h"
#include "core/io/held_memory.h"
#include "core/io/process_memory.h"
#include "core/kernels/parallel.h"
#include "core/recipe/job_keeper.h"
#include "core/recipe/kept_jobs.h"
#include "core/recipe/late_counts.h"
#include "core/recipe/memory_forecast.h"
#include "core/recipe/reload_note.h"
#include "core/recipe/resumed_run.h"
#include "core/recipe/streamed_run.h"
#include "core/recipe/verification_line.h"
#include "core/recipe/warnings.h"

namespace salient {

namespace {

using Clock = std::chrono::steady_clock;

/// What a job of several runs keeps of its Hessians; the rest is made again when it is needed.
constexpr std::int64_t kKeptHessianBytes = std::int64_t{512} << 20;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

const Recipe& validated(const Recipe& recipe) {
    recipe.validate();
    return recipe;
}

class RecipeJob {
public:
    RecipeJob(const Recipe& recipe, const RunOptions& options, JobContext& job)
        : recipe_(validated(recipe)),
          options_(options),
          job_(heldToMemory(job, recipe.max_memory_bytes, "fewer or shorter samples, or fewer runs at once,")),
          keeper_(recipe, options) {
        report_.recipe = recipe;
        report_.version = SALIENT_VERSION;
        setThreadCount(recipe.threads);
        for (RecipeRun& run : report_.recipe.runs) {
            if (run.name.empty()) run.name = methodName(run.method);
        }
    }

    void open() {
        const Clock::time_point start = Clock::now();
        job_.checkpoint({"opening", 0, 0, recipe_.model.string()});
        useModel(Model::open(recipe_.model));
        stageDone("open", start);
    }

    void useModel(std::shared_ptr<const Model> model) {
        model_ = std::move(model);
        report_.model_name = std::filesystem::absolute(model_->directory).lexically_normal().filename().string();
        if (report_.model_name.empty()) report_.model_name = model_->directory.parent_path().filename().string();
        report_.original_bytes = model_->checkpoint->sizeBytes();
    }

    void useCalibration(std::shared_ptr<const Calibration> calibration) {
        calibration_ = std::move(calibration);
        noteSamples(calibration_->samples);
        if (!calibration_->source) return;
        report_.calibration_source = calibration_->source->description();
        report_.calibration_tokens = calibration_->inputs.empty() ? 0 : calibration_->inputs.front().channels.n_tokens;
    }

    /// blocks: a folder for those of the only run; empty: none.
    void keepModels(const std::filesystem::path& blocks) {
        keep_models_ = true;
        keeper_.keepOnlyBlocksIn(blocks);
    }

    Report run() try {
        refuseWhatCannotWork();
        refuseIfTooLarge();
        report_.runs.resize(report_.recipe.runs.size());
        for (std::size_t i = 0; i < runs().size(); ++i) {
            report_.runs[i].name = runs()[i].name;
            if (runs()[i].format) report_.runs[i].loaders = loaderVerdicts(*model_, runs()[i].method, *runs()[i].format);
        }
        if (options_.before_work) options_.before_work(report_);
        if (!calibration_) recipe_.inputs.empty() ? drawCalibrationSamples() : readInputs();
        planWalks();
        if (!keep_models_) takeUpEarlierStart();
        evaluateOriginal();
        keeper_.keepsOnlyBlocks() ? runKept() : runAll();
        report_.peak_memory_bytes = peakMemoryBytes();
        if (!recipe_.report.empty()) writeReport(report_, recipe_.report);
        keeper_.finish();
        return std::move(report_);
    } catch (const Cancelled&) {
        throw Cancelled(keeper_.whatIsKept());
    } catch (const Error& error) {
        throw Error(error.code(), error.what() + keeper_.whatIsKept(), error.layer());
    } catch (const std::bad_alloc&) {
        const Error error = outOfMemory(job_.last());
        throw Error(error.code(), error.what() + keeper_.whatIsKept());
    }

private:
    using Stage = ResumedRun::Stage;

    /// Which runs take the statistics that they share, and which walk over the model by themselves.
    void planWalks() {
        for (std::size_t i = 0; i < runs().size(); ++i) (needsOwnWalk(runs()[i].method) ? alone_ : shared_).push_back(i);
        if (shared_.size() == 1 && !calibration_) {
            alone_.insert(alone_.begin(), shared_.front());
            shared_.clear();
        }
        stages_.assign(runs().size(), Stage::Begins);
    }

    void runAll() {
        const auto begins = [this](std::size_t i) { return stages_[i] == Stage::Begins; };
        for (std::size_t i = 0; i < stages_.size(); ++i) {
            if (stages_[i] == Stage::IsWritten) finishWritten(i);
        }
        std::vector<std::size_t> shared;
        std::ranges::copy_if(shared_, std::back_inserter(shared), begins);
        if (!shared.empty()) runShared(shared);
        for (const std::size_t i : alone_) {
            if (begins(i)) runAlone(i);
        }
    }

    [[nodiscard]] std::vector<RecipeRun>& runs() { return report_.recipe.runs; }
    [[nodiscard]] const Samples& samples() const { return calibration_ ? calibration_->samples : samples_; }
    [[nodiscard]] ForwardOptions forward() const { return {.compute = recipe_.compute}; }

    void refuseIfTooLarge() {
        report_.work = jobWork(*model_, recipe_, keep_models_, calibration_ != nullptr, keeper_.done(report_.recipe));
        report_.memory_forecast_bytes = forecastJob(*model_, recipe_, keep_models_, calibration_ != nullptr).total();
        const SampleSpec spec = resolved(recipe_.samples, *model_);
        std::string less =
            "fewer samples than " + std::to_string(spec.n_samples) + ", or shorter ones than " + std::to_string(spec.seq_len) + " tokens";
        if (runs().size() > 1) less += ", or fewer than " + std::to_string(runs().size()) + " runs at once";
        requireForecastWithin(recipe_.max_memory_bytes, report_.memory_forecast_bytes, less);
    }

    void stageDone(const std::string& stage, Clock::time_point start) { report_.stage_seconds.emplace_back(stage, secondsSince(start)); }

    /// A walk of its own, in its parts: running the model with its statistics, rounding, and writing and recording where that was done
    /// meanwhile.
    void walkDone(const RecipeRun& run, Clock::time_point start, std::span<const LayerReport> layers, double writing, double recording) {
        double rounding = 0.0;
        for (const LayerReport& layer : layers) rounding += layer.seconds;
        report_.stage_seconds.emplace_back("calibrate: " + run.name, std::max(0.0, secondsSince(start) - rounding - writing - recording));
        report_.stage_seconds.emplace_back("quantize: " + run.name, rounding);
        if (writing > 0.0) report_.stage_seconds.emplace_back("export: " + run.name, writing);
        if (recording > 0.0) report_.stage_seconds.emplace_back("record blocks: " + run.name, recording);
    }

    void refuseWhatCannotWork() {
        keeper_.refuseUnfinishedPlace();
        for (RecipeRun& run : runs()) {
            if (run.format) run.method.grid.scale_type = storedScaleType(*run.format, model_->config);
            checkMethod(*model_, run.method);
            if (!run.format) continue;
            std::string reasons;
            for (const std::string& reason : exportObstacles(*model_, run.method, *run.format, run.gguf_weights))
                reasons += (reasons.empty() ? "" : "; ") + reason;
            if (!reasons.empty()) {
                throw Error(ErrorCode::InvalidOption, "export: " + std::string(name(*run.format)) + ": " + reasons);
            }
            // What an unfinished job wrote is told apart when that is open.
            if (!keeper_.mayHaveWritten()) refuseFilledTarget(run);
        }
        if (!recipe_.evaluation_text.empty()) evaluation_text_ = readCorpus(recipe_.evaluation_text);
    }

    void readInputs() {
        const Clock::time_point start = Clock::now();
        job_.checkpoint({"reading inputs", 0, 0, recipe_.inputs.string()});
        CalibrationOptions options;
        options.forward = forward();
        const auto source = openInputSource(recipe_.inputs, *model_, recipe_.compute);
        useCalibration(std::make_shared<const Calibration>(calibrateFrom(model_, source, options, job_)));
        stageDone("read inputs", start);
    }

    void drawCalibrationSamples() {
        const Clock::time_point start = Clock::now();
        job_.checkpoint({"reading text", 0, 0, recipe_.calibration_text.string()});
        const SampleSpec spec = resolved(recipe_.samples, *model_);
        samples_ = namingText(recipe_.calibration_text,
                              [&] { return drawSamples(model_->requireTokenizer(), readCorpus(recipe_.calibration_text), spec); });
        noteSamples(samples_);
        stageDone("read text", start);
    }

    /// What an earlier start did of the runs is not done again.
    void takeUpEarlierStart() {
        std::vector<std::size_t> streamed;
        std::ranges::copy_if(alone_, std::back_inserter(streamed), [this](std::size_t i) { return runs()[i].format.has_value(); });
        std::vector<ResumedRun> resumed = keeper_.open({.model = model_,
                                                        .samples = samples(),
                                                        .recipe = report_.recipe,
                                                        .evaluation_text = evaluation_text_,
                                                        .streamed = std::move(streamed),
                                                        .export_options = [this](const RecipeRun& run) { return exportOptions(run); }});
        for (std::size_t i = 0; i < resumed.size(); ++i) takeUp(i, std::move(resumed[i]));
    }

    void takeUp(std::size_t index, ResumedRun resumed) {
        stages_[index] = resumed.stage;
        if (!resumed.result) return;
        RunResult& result = report_.runs[index];
        resumed.result->method = runs()[index].method;  // with the type of its scales
        resumed.result->loaders = std::move(result.loaders);
        resumed.result->n_blocks_resumed = model_->config.n_blocks;
        result = std::move(*resumed.result);
    }

    /// An earlier start wrote it, and ended before it was read back.
    void finishWritten(std::size_t index) {
        const RecipeRun& run = runs()[index];
        JobKeeper::clearBeside(run);
        RunResult& result = report_.runs[index];
        noteWritten(result, recordOfExport(run).counts());
        verify(result, run);
        if (!result.perplexity) evaluateWritten(result, run);
        noteDone(index);
    }

    static void noteNotKept(RunResult& result, const std::string& failure) {
        if (!failure.empty()) result.warnings.push_back("resume: finished blocks were not kept, or not read again: " + failure);
    }
    void noteMade(std::size_t index) {
        RunResult& result = report_.runs[index];
        noteNotKept(result, keeper_.keepMade(index, result, *model_));
    }
    void noteDone(std::size_t index) {
        RunResult& result = report_.runs[index];
        noteNotKept(result, keeper_.keepDone(index, result, *model_));
    }

    void noteSamples(const Samples& drawn) {
        report_.calibration_windows = drawn.windows.count();
        report_.calibration_seq_len = drawn.windows.seq_len;
        report_.calibration_tokens = static_cast<Index>(drawn.windows.ids.size());
    }

    void evaluateOriginal() {
        if (recipe_.evaluation_text.empty()) return;
        if (!takeUpOriginal()) {
            const Clock::time_point start = Clock::now();
            reference_ = namingText(recipe_.evaluation_text,
                                    [&] { return evaluationReference(model_, evaluation_text_, recipe_.perplexity, forward(), job_); });
            stageDone("perplexity: full precision", start);
            keeper_.keepOriginal(reference_, job_);
        }
        report_.full_precision = reference_.perplexity;
    }

    /// Whether an earlier start has evaluated it, and what it found can be read.
    bool takeUpOriginal() {
        if (!keeper_.goesOn()) return false;
        TextWindows text =
            namingText(recipe_.evaluation_text, [&] { return evaluationWindows(*model_, evaluation_text_, recipe_.perplexity); });
        KeptEvaluation kept = keeper_.readOriginal(model_, std::move(text), job_);
        if (!kept.failure.empty()) report_.warnings.push_back("resume: the original was evaluated again: " + kept.failure);
        if (kept.reference) reference_ = std::move(*kept.reference);
        return kept.reference.has_value();
    }

    void evaluate(RunResult& result, const Model& model, const BlockLoader& blocks) {
        if (recipe_.evaluation_text.empty()) return;
        const Clock::time_point start = Clock::now();
        setPerplexity(result, evaluateAgainst(reference_, model, blocks, forward(), job_));
        stageDone("perplexity: " + result.name, start);
    }

    /// Of what was written while it was made, the perplexity is that of the files.
    void evaluateWritten(RunResult& result, const RecipeRun& run) {
        if (recipe_.evaluation_text.empty()) return;
        const bool is_plain = *run.format == ExportFormat::Dequantized || *run.format == ExportFormat::Gguf;
        const std::shared_ptr<const Model> written = Model::open(run.out, !is_plain);
        evaluate(result, *written, is_plain ? originalBlocks(written) : storedBlocks(written));
    }

    [[nodiscard]] ExportOptions exportOptions(const RecipeRun& run) const {
        ExportOptions options;
        options.format = *run.format;
        options.gguf_weights = run.gguf_weights;
        options.provenance = {{"program", "salient " + report_.version},
                              {"model", report_.model_name},
                              {"method", toJson(run.method)},
                              {"calibration",
                               {{"text", recipe_.calibration_text.filename().string()},
                                {"windows", report_.calibration_windows},
                                {"seq_len", report_.calibration_seq_len},
                                {"seed", samples().spec.seed}}},
                              {"compute", recipe_.compute == Compute::Float32 ? "float32" : "bfloat16"}};
        if (!report_.calibration_source.empty()) {
            options.provenance["calibration"] = {{"inputs", report_.calibration_source}};
            options.provenance["reloaded"] = whyNotReloaded(report_.calibration_source);
        }
        return options;
    }

    void verify(RunResult& result, const RecipeRun& run) {
        const Clock::time_point start = Clock::now();
        job_.checkpoint({"verifying", 0, 0, run.out.string()});
        VerifyReport verified = verifyCheckpoint(run.out, model_, job_);
        std::optional<Finding> reloaded;
        if (reload_) reloaded = reload_->compare(run.out, job_);
        reload_.reset();
        if (!reloaded) reloaded = notReloaded(report_.calibration_source, exportOptions(run));
        verified.findings.push_back(std::move(*reloaded));
        result.out = run.out.string();
        result.verification = verificationLine(verified);
        result.is_verified = verified.passed();
        for (const std::string& remark : exportRemarks(*model_, run.method, *run.format, run.gguf_weights))
            result.warnings.push_back("export: " + remark);
        for (const Finding& finding : verified.findings) {
            if (finding.severity != Severity::Note) result.warnings.push_back("verify: " + finding.subject + ": " + finding.message);
        }
        stageDone("verify: " + result.name, start);
    }

    void describe(RunResult& result, const RecipeRun& run, std::vector<LayerReport> layers, double seconds) {
        result.name = run.name;
        result.method = run.method;
        result.layers = std::move(layers);
        result.relative_output_error = relativeOutputError(result.layers);
        result.bits_per_weight = bitsPerWeight(result.layers);
        result.bytes = quantizedSizeBytes(*model_, result.layers);
        result.seconds = seconds;
        result.counts = countsOf(*model_, result.layers);
        result.experts = expertCoverage(*model_, result.layers);
        if (report_.calibration_source.empty()) result.warnings = sampleWarnings(samples(), recipe_.samples.n_samples);
        if (calibration_ && calibration_->source && calibration_->source->isDiagonal()) {
            result.warnings.emplace_back(
                "an importance matrix holds the mean square of each input and nothing of how inputs go together: errors of layers' outputs "
                "are estimates from its diagonal");
        }
        for (std::string& warning : runWarnings(*model_, run.method, result.layers, report_.calibration_tokens)) {
            result.warnings.push_back(std::move(warning));
        }
        noteNotKept(result, keeper_.failure());
    }

    /// One run with a walk of its own. Exported and not kept: written while it is made, then judged by what was written.
    void runAlone(std::size_t index) {
        const RecipeRun& run = runs()[index];
        if (!run.format || keep_models_) {
            runInMemory(index);
            return;
        }
        RunResult& result = report_.runs[index];
        const Clock::time_point start = Clock::now();
        const auto all_made = [&](const StreamedRun& made) {
            describe(result, run, made.layers, made.seconds);
            result.n_blocks_resumed = made.n_blocks_resumed;
            noteMade(index);
        };
        StreamedRun streamed = runStreamed(model_, samples(), run, exportOptions(run), forward(), keeper_.streamed(index), all_made, job_);
        keeper_.streamedDone(index);
        // What an earlier start took is not counted again.
        walkDone(run, start, std::span(streamed.layers).subspan(streamed.n_layers_resumed), streamed.writing, streamed.recording);
        noteWritten(result, streamed.counts);
        reload_ = std::move(streamed.reload);
        verify(result, run);
        evaluateWritten(result, run);
        noteDone(index);
    }

    void runInMemory(std::size_t index) {
        const RecipeRun& run = runs()[index];
        const Clock::time_point start = Clock::now();
        KeptQuantization made;
        if (keeper_.keepsBlocks()) {
            Calibration samples_alone;
            samples_alone.model = model_;
            samples_alone.samples = samples();
            made = quantizeKept(samples_alone, run.method, recipe_.compute, run.name, keeper_.blocksFolder(index), job_);
        } else {
            const QuantizeOptions options{.forward = forward()};
            made.model = quantizeModel(model_, samples(), run.method, options, job_);
        }
        std::size_t n_layers_resumed = 0;
        for (int block = 0; block < made.n_blocks_resumed; ++block)
            n_layers_resumed += made.model.blocks[static_cast<std::size_t>(block)].linears.size();
        const std::vector<LayerReport> layers = made.model.reports();
        walkDone(run, start, std::span(layers).subspan(n_layers_resumed), 0.0, 0.0);
        finish(index, std::move(made));
    }

    /// The only run, from a calibration that is there, with its finished blocks kept in a folder.
    void runKept() {
        const Clock::time_point start = Clock::now();
        const RecipeRun& run = runs().front();
        KeptQuantization made = quantizeKept(*calibration_, run.method, recipe_.compute, run.name, keeper_.blocksFolder(0), job_);
        stageDone("quantize", start);
        finish(0, std::move(made));
    }

    /// Judges a model in memory, writes it if asked, and lets it go unless it is to be kept.
    void finish(std::size_t index, KeptQuantization made) {
        const RecipeRun& run = runs()[index];
        RunResult& result = report_.runs[index];
        auto quantized = std::make_shared<const QuantizedModel>(std::move(made.model));
        describe(result, run, quantized->reports(), quantized->seconds);
        result.n_blocks_resumed = made.n_blocks_resumed;
        noteNotKept(result, made.failure);
        evaluate(result, *model_, quantizedBlocks(quantized));
        if (run.format) {
            noteMade(index);
            const Clock::time_point start = Clock::now();
            job_.checkpoint({"exporting", 0, 0, run.out.string()});
            noteWritten(result, exportCheckpoint(*quantized, run.out, exportOptions(run), job_));
            stageDone("export: " + run.name, start);
            reload_.emplace(model_, samples().windows, forward(), exportOptions(run));
            for (const QuantizedBlock& block : quantized->blocks) reload_->add(block, job_);
            verify(result, run);
        }
        noteDone(index);
        if (keep_models_) result.model = std::move(quantized);
    }

    /// Several runs on the same statistics, as many at a time as fit into half of the memory.
    void runShared(const std::vector<std::size_t>& indices) {
        if (!calibration_) {
            const Clock::time_point start = Clock::now();
            CalibrationOptions options;
            options.forward = forward();
            if (keeper_.keepsBlocks()) {
                KeptCalibration made = calibrateKept(model_, std::move(samples_), options, "calibration", keeper_.calibrationFolder(),
                                                     kKeptHessianBytes, job_);
                calibration_ = std::make_shared<const Calibration>(std::move(made.calibration));
                keeper_.noteFailure(made.failure);
            } else {
                calibration_ = std::make_shared<const Calibration>(calibrate(model_, std::move(samples_), options, job_));
            }
            stageDone("calibrate", start);
        }
        const std::size_t at_once = runsAtOnce(*model_, recipe_.max_memory_bytes);
        for (std::size_t first = 0; first < indices.size(); first += at_once) {
            const std::size_t last = std::min(indices.size(), first + at_once);
            quantizeTogether(std::span(indices).subspan(first, last - first));
        }
    }

    void quantizeTogether(std::span<const std::size_t> indices) {
        const Clock::time_point start = Clock::now();
        std::vector<KeptQuantization> made = keeper_.keepsBlocks() ? madeAndKept(indices) : madeTogether(indices);
        stageDone("quantize", start);
        for (std::size_t m = 0; m < made.size(); ++m) finish(indices[m], std::move(made[m]));
    }

    std::vector<KeptQuantization> madeAndKept(std::span<const std::size_t> indices) {
        std::vector<KeptMethod> methods;
        for (const std::size_t i : indices) methods.push_back({runs()[i].method, runs()[i].name, keeper_.blocksFolder(i)});
        return quantizeAllKept(*calibration_, methods, job_);
    }

    std::vector<KeptQuantization> madeTogether(std::span<const std::size_t> indices) {
        std::vector<MethodSpec> methods;
        std::vector<KeptQuantization> made;
        for (const std::size_t i : indices) {
            methods.push_back(runs()[i].method);
            QuantizedModel& model = made.emplace_back().model;
            model.original = model_;
            model.method = runs()[i].method;
        }
        const auto take = [&](std::size_t m, QuantizedBlock&& block) { made[m].model.blocks.push_back(std::move(block)); };
        const std::vector<double> seconds = quantizeModels(*calibration_, methods, take, job_);
        for (std::size_t m = 0; m < made.size(); ++m) made[m].model.seconds = seconds[m];
        return made;
    }

    const Recipe& recipe_;
    RunOptions options_;
    JobContext job_;
    bool keep_models_ = false;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Calibration> calibration_;
    Samples samples_;  // before they went into a calibration
    std::string evaluation_text_;
    EvaluationReference reference_;    // what the original makes of it
    std::vector<std::size_t> shared_;  // runs that take one calibration's statistics
    std::vector<std::size_t> alone_;   // and those that walk by themselves
    std::vector<Stage> stages_;        // index: run
    JobKeeper keeper_;
    std::optional<ReloadCheck> reload_;  // of the run that is being written
    Report report_;
};

/// Where no better place knows what was being done.
template <typename Work>
Report withMemoryErrors(JobContext& job, const Work& work) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        throw outOfMemory(job.last());
    }
}

}  // namespace

Report run(const Recipe& recipe, JobContext& job) { return run(recipe, RunOptions{}, job); }

Report run(const Recipe& recipe, const RunOptions& options, JobContext& job) {
    return withMemoryErrors(job, [&] {
        RecipeJob work(recipe, options, job);
        work.open();
        return work.run();
    });
}

Report run(const Recipe& recipe, const std::shared_ptr<const Model>& model, const std::shared_ptr<const Calibration>& calibration,
           const std::filesystem::path& keep, JobContext& job) {
    if (!keep.empty() && (!calibration || recipe.runs.size() != 1)) {
        throw Error(ErrorCode::InvalidOption, "run: expected a calibration and a single run to keep finished blocks of, found " +
                                                  std::string(calibration ? "a calibration" : "no calibration") + " and " +
                                                  std::to_string(recipe.runs.size()) + " runs");
    }
    return withMemoryErrors(job, [&] {
        RecipeJob work(recipe, {}, job);
        work.useModel(model);
        if (calibration) work.useCalibration(calibration);
        work.keepModels(keep);
        return work.run();
    });
}

Report run(const Recipe& recipe, const std::shared_ptr<const Model>& model, const std::shared_ptr<const Calibration>& calibration,
           JobContext& job) {
    return run(recipe, model, calibration, {}, job);
}

}  // namespace salient
