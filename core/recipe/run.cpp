#include "core/recipe/run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "core/calib/naming_text.h"
#include "core/exporter/verify.h"
#include "core/kernels/parallel.h"
#include "core/recipe/warnings.h"

namespace salient {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::int64_t peakMemoryBytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;  // Linux counts in KiB
}

std::int64_t physicalMemoryBytes() { return std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE); }

/// Codes of one quantized model in memory: a byte per weight, and about an eighth of that for scales and zero points.
std::int64_t quantizedMemoryBytes(const Model& model) {
    std::int64_t bytes = 0;
    for (const LinearInfo& linear : model.linears) bytes += std::int64_t{linear.out_features} * linear.in_features;
    return bytes + bytes / 8;
}

bool hasOwnWalk(const MethodSpec& method) { return method.true_sequential || method.feed == MethodSpec::Feed::Quantized; }

std::string verificationLine(const VerifyReport& report) {
    const auto failures = std::count_if(report.findings.begin(), report.findings.end(),
                                        [](const Finding& finding) { return finding.severity == Severity::Failure; });
    std::string line = std::to_string(report.n_layers) + " quantized layers read back, " + std::to_string(report.n_layers_identical) +
                       " bit for bit as meant";
    if (report.worst_relative_weight_error >= 0.0) {
        char text[80];
        std::snprintf(text, sizeof text, ", largest relative weight error %.4f", report.worst_relative_weight_error);
        line += text;
    }
    if (failures > 0) line += ", " + std::to_string(failures) + " failures";
    return line;
}

class RecipeJob {
public:
    RecipeJob(const Recipe& recipe, JobContext& job) : recipe_(recipe), job_(job) {
        recipe.validate();
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
    }

    void keepModels() { keep_models_ = true; }

    Report run() {
        refuseWhatCannotWork();
        report_.runs.resize(report_.recipe.runs.size());
        if (!calibration_) drawCalibrationSamples();
        evaluateOriginal();
        std::vector<std::size_t> shared;
        std::vector<std::size_t> alone;
        for (std::size_t i = 0; i < report_.runs.size(); ++i) (hasOwnWalk(runs()[i].method) ? alone : shared).push_back(i);
        if (shared.size() == 1 && !calibration_) {
            runAlone(shared.front());
        } else if (!shared.empty()) {
            runShared(shared);
        }
        for (const std::size_t i : alone) runAlone(i);
        report_.peak_memory_bytes = peakMemoryBytes();
        return std::move(report_);
    }

private:
    [[nodiscard]] std::vector<RecipeRun>& runs() { return report_.recipe.runs; }
    [[nodiscard]] const Samples& samples() const { return calibration_ ? calibration_->samples : samples_; }
    [[nodiscard]] ForwardOptions forward() const { return {.compute = recipe_.compute}; }

    void stageDone(const std::string& stage, Clock::time_point start) { report_.stage_seconds.emplace_back(stage, secondsSince(start)); }

    /// A walk of its own, in its parts: running the model with its statistics, rounding, and writing where it was written meanwhile.
    void walkDone(const RecipeRun& run, Clock::time_point start, const std::vector<LayerReport>& layers, double writing) {
        double rounding = 0.0;
        for (const LayerReport& layer : layers) rounding += layer.seconds;
        report_.stage_seconds.emplace_back("calibrate: " + run.name, std::max(0.0, secondsSince(start) - rounding - writing));
        report_.stage_seconds.emplace_back("quantize: " + run.name, rounding);
        if (writing > 0.0) report_.stage_seconds.emplace_back("export: " + run.name, writing);
    }

    void refuseWhatCannotWork() {
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
            std::error_code ignored;
            if (std::filesystem::exists(run.out, ignored) && !std::filesystem::is_empty(run.out, ignored)) {
                throw Error(ErrorCode::InvalidOption,
                            "export: " + run.out.string() + ": expected a new or empty directory, found one with files");
            }
        }
        if (!recipe_.evaluation_text.empty()) evaluation_text_ = readCorpus(recipe_.evaluation_text);
    }

    void drawCalibrationSamples() {
        const Clock::time_point start = Clock::now();
        job_.checkpoint({"reading text", 0, 0, recipe_.calibration_text.string()});
        SampleSpec spec = recipe_.samples;
        if (spec.seq_len == 0) spec.seq_len = std::min<Index>(2048, model_->config.max_positions);
        samples_ = namingText(recipe_.calibration_text,
                              [&] { return drawSamples(model_->requireTokenizer(), readCorpus(recipe_.calibration_text), spec); });
        noteSamples(samples_);
        stageDone("read text", start);
    }

    void noteSamples(const Samples& drawn) {
        report_.calibration_windows = drawn.windows.count();
        report_.calibration_seq_len = drawn.windows.seq_len;
        report_.calibration_tokens = static_cast<Index>(drawn.windows.ids.size());
    }

    void evaluateOriginal() {
        if (recipe_.evaluation_text.empty()) return;
        const Clock::time_point start = Clock::now();
        reference_ = namingText(recipe_.evaluation_text,
                                [&] { return evaluationReference(model_, evaluation_text_, recipe_.perplexity, forward(), job_); });
        report_.full_precision = reference_.perplexity;
        stageDone("perplexity: full precision", start);
    }

    void evaluate(RunResult& result, const Model& model, const BlockLoader& blocks) {
        if (recipe_.evaluation_text.empty()) return;
        const Clock::time_point start = Clock::now();
        result.perplexity = evaluateAgainst(reference_, model, blocks, forward(), job_);
        stageDone("perplexity: " + result.name, start);
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
        return options;
    }

    void verify(RunResult& result, const RecipeRun& run) {
        const Clock::time_point start = Clock::now();
        job_.checkpoint({"verifying", 0, 0, run.out.string()});
        const VerifyReport verified = verifyCheckpoint(run.out, model_, job_);
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
        result.warnings = sampleWarnings(samples(), recipe_.samples.n_samples);
        for (std::string& warning : runWarnings(*model_, run.method, result.layers, report_.calibration_tokens)) {
            result.warnings.push_back(std::move(warning));
        }
    }

    /// One run with a walk of its own. Exported and not kept: written while it is made, then judged by what was written.
    void runAlone(std::size_t index) {
        const RecipeRun& run = runs()[index];
        RunResult& result = report_.runs[index];
        const Clock::time_point start = Clock::now();
        const QuantizeOptions options{.forward = forward()};
        if (!run.format || keep_models_) {
            auto quantized = std::make_shared<const QuantizedModel>(quantizeModel(model_, samples(), run.method, options, job_));
            walkDone(run, start, quantized->reports(), 0.0);
            finish(index, std::move(quantized));
            return;
        }
        std::vector<LayerReport> layers;
        double writing = 0.0;
        CheckpointWriter writer(model_, run.method, run.out, exportOptions(run));
        quantizeModel(
            model_, samples(), run.method, options,
            [&](QuantizedBlock&& block) {
                for (const QuantizedLinear& linear : block.linears) layers.push_back(linear.report);
                const Clock::time_point made = Clock::now();
                writer.add(block);
                writing += secondsSince(made);
            },
            job_);
        const double seconds = secondsSince(start);
        const Clock::time_point all_made = Clock::now();
        writer.finish(job_);
        walkDone(run, start, layers, writing + secondsSince(all_made));
        describe(result, run, std::move(layers), seconds);
        verify(result, run);
        if (recipe_.evaluation_text.empty()) return;
        const bool is_plain = *run.format == ExportFormat::Dequantized || *run.format == ExportFormat::Gguf;
        const std::shared_ptr<const Model> written = Model::open(run.out, !is_plain);
        evaluate(result, *written, is_plain ? originalBlocks(written) : storedBlocks(written));
    }

    /// Judges a model in memory, writes it if asked, and lets it go unless it is to be kept.
    void finish(std::size_t index, std::shared_ptr<const QuantizedModel> quantized) {
        const RecipeRun& run = runs()[index];
        RunResult& result = report_.runs[index];
        describe(result, run, quantized->reports(), quantized->seconds);
        evaluate(result, *model_, quantizedBlocks(quantized));
        if (run.format) {
            const Clock::time_point start = Clock::now();
            job_.checkpoint({"exporting", 0, 0, run.out.string()});
            exportCheckpoint(*quantized, run.out, exportOptions(run), job_);
            stageDone("export: " + run.name, start);
            verify(result, run);
        }
        if (keep_models_) result.model = std::move(quantized);
    }

    /// Several runs on the same statistics, as many at a time as fit into half of the memory.
    void runShared(const std::vector<std::size_t>& indices) {
        if (!calibration_) {
            const Clock::time_point start = Clock::now();
            CalibrationOptions options;
            options.forward = forward();
            calibration_ = std::make_shared<const Calibration>(calibrate(model_, std::move(samples_), options, job_));
            stageDone("calibrate", start);
        }
        const std::int64_t each = std::max<std::int64_t>(1, quantizedMemoryBytes(*model_));
        const auto at_once = static_cast<std::size_t>(std::max<std::int64_t>(1, physicalMemoryBytes() / 2 / each));
        for (std::size_t first = 0; first < indices.size(); first += at_once) {
            const std::size_t last = std::min(indices.size(), first + at_once);
            quantizeTogether(std::span(indices).subspan(first, last - first));
        }
    }

    void quantizeTogether(std::span<const std::size_t> indices) {
        const Clock::time_point start = Clock::now();
        std::vector<MethodSpec> methods;
        std::vector<QuantizedModel> models;
        for (const std::size_t i : indices) {
            methods.push_back(runs()[i].method);
            QuantizedModel& model = models.emplace_back();
            model.original = model_;
            model.method = runs()[i].method;
        }
        const std::vector<double> seconds = quantizeModels(
            *calibration_, methods, [&](std::size_t m, QuantizedBlock&& block) { models[m].blocks.push_back(std::move(block)); }, job_);
        stageDone("quantize", start);
        for (std::size_t m = 0; m < models.size(); ++m) {
            models[m].seconds = seconds[m];
            finish(indices[m], std::make_shared<const QuantizedModel>(std::move(models[m])));
        }
    }

    const Recipe& recipe_;
    JobContext& job_;
    bool keep_models_ = false;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Calibration> calibration_;
    Samples samples_;  // before they went into a calibration
    std::string evaluation_text_;
    EvaluationReference reference_;  // what the original makes of it
    Report report_;
};

Report finished(Report report) {
    if (!report.recipe.report.empty()) writeReport(report, report.recipe.report);
    return report;
}

}  // namespace

Report run(const Recipe& recipe, JobContext& job) {
    RecipeJob work(recipe, job);
    work.open();
    return finished(work.run());
}

Report run(const Recipe& recipe, const std::shared_ptr<const Model>& model, const std::shared_ptr<const Calibration>& calibration,
           JobContext& job) {
    RecipeJob work(recipe, job);
    work.useModel(model);
    if (calibration) work.useCalibration(calibration);
    work.keepModels();
    return finished(work.run());
}

}  // namespace salient
