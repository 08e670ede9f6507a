#include "app/gui/workflow.h"

#include <QDir>
#include <algorithm>
#include <mutex>

#include "app/gui/report_pdf.h"
#include "core/calib/input_source.h"
#include "core/calib/naming_text.h"
#include "core/exporter/verify/reload_check.h"
#include "core/io/held_memory.h"
#include "core/recipe/kept_jobs.h"
#include "core/recipe/late_counts.h"
#include "core/recipe/memory_forecast.h"
#include "core/recipe/reload_note.h"
#include "core/recipe/run.h"
#include "core/recipe/unfinished_job.h"
#include "widgets/finding_text.h"

namespace salient {

QString toQString(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }
std::filesystem::path toPath(const QString& path) { return {path.toStdString()}; }
QString shortName(const std::filesystem::path& path) {
    return toQString(path.has_filename() ? path.filename() : path.parent_path().filename());
}

namespace {

bool hasSameWindows(const SampleSpec& a, const SampleSpec& b) {
    return a.n_samples == b.n_samples && a.seq_len == b.seq_len && a.seed == b.seed && a.choice == b.choice;
}

QStringList inQt(const std::vector<std::string>& sentences) {
    QStringList list;
    for (const std::string& sentence : sentences) list << QString::fromStdString(sentence);
    return list;
}

/// What reading an export back found, but for mere remarks.
QStringList warningsOf(const VerifyReport& report) {
    QStringList warnings;
    for (const Finding& finding : report.findings) {
        if (finding.severity == Severity::Note) continue;
        warnings << QStringLiteral("%1: %2").arg(QString::fromStdString(finding.subject), QString::fromStdString(finding.message));
    }
    return warnings;
}

/// What the recipe calls that run now: it may have been renamed since it was started. Empty: there is none of its name, nor one alone of
/// its settings.
std::string nameNow(const Recipe& recipe, const RecipeRun& started) {
    if (std::ranges::find(recipe.runs, started.name, &RecipeRun::name) != recipe.runs.end()) return started.name;
    const Json settings = toJson(started.method);
    std::string found;
    for (const RecipeRun& run : recipe.runs) {
        if (toJson(run.method) != settings) continue;
        if (!found.empty()) return {};
        found = run.name;
    }
    return found;
}

std::size_t layerCount(const QuantizedModel& model) {
    std::size_t count = 0;
    for (const QuantizedBlock& block : model.blocks) count += block.linears.size();
    return count;
}

/// A model of the layers that are not among those. What is left is copied, which costs a byte per weight: far less than the hidden states
/// that a measurement holds.
std::shared_ptr<const QuantizedModel> without(const std::shared_ptr<const QuantizedModel>& model,
                                              const std::vector<LayerSensitivity>& known) {
    if (known.empty()) return model;
    const auto is_known = [&](const std::string& layer) {
        return std::ranges::find(known, layer, &LayerSensitivity::layer) != known.end();
    };
    auto rest = std::make_shared<QuantizedModel>();
    rest->original = model->original;
    rest->method = model->method;
    for (const QuantizedBlock& block : model->blocks) {
        QuantizedBlock part;
        part.block = block.block;
        for (const QuantizedLinear& linear : block.linears) {
            if (!is_known(linear.name)) part.linears.push_back(linear);
        }
        if (!part.linears.empty()) rest->blocks.push_back(std::move(part));
    }
    return rest;
}

}  // namespace

Workflow::Workflow(Session& session, JobRunner& jobs, JobRunner& quick, QObject* parent)
    : QObject(parent), session_(session), jobs_(jobs), quick_(quick) {
    connect(&jobs_, &JobRunner::changed, this, [this](const JobRecord& record) {
        const auto known = while_running_.find(record.id);
        const bool has_begun = record.state == JobRecord::State::Running || record.state == JobRecord::State::Paused;
        if (known != while_running_.end() && has_begun) known->second();
    });
    connect(&jobs_, &JobRunner::finished, this, [this](const JobRecord& record) { while_running_.erase(record.id); });
}

std::function<void(const JobRecord&)> Workflow::reportFailure() {
    return [this](const JobRecord& record) {
        if (record.state == JobRecord::State::Failed) emit failed(record.title, record.message);
    };
}

std::function<void(const JobRecord&)> Workflow::reportNotOpened(int wish) {
    return [this, wish, tell = reportFailure()](const JobRecord& record) {
        tell(record);
        if (wish == open_wish_) emit notOpened();
    };
}

void Workflow::open(const QString& path) {
    const std::filesystem::path file = toPath(path);
    if (file.extension() != ".json") {
        openModel(path, proposedRecipe);
        return;
    }
    const int wish = ++open_wish_;
    const auto read = [file](JobContext&) { return recipeFromJson(readJson(file), file.parent_path()); };
    const auto done = [this, wish](const Recipe& recipe) {
        if (wish == open_wish_) openModel(toQString(recipe.model), [recipe](const Model&) { return recipe; });
    };
    quick_.start(tr("Open %1").arg(shortName(file)), this, read, done, reportNotOpened(wish));
}

void Workflow::openModel(const QString& directory, std::function<Recipe(const Model&)> recipe_of) {
    const int wish = ++open_wish_;
    quick_.cancel(open_job_);
    const auto work = [path = toPath(directory)](JobContext&) { return Model::open(path); };
    const auto done = [this, wish, directory, recipe_of = std::move(recipe_of)](const std::shared_ptr<const Model>& model) {
        if (wish != open_wish_) return;
        jobs_.cancelAll();  // what still runs belongs to the model before
        Recipe recipe = recipe_of(*model);
        recipe.samples = resolved(recipe.samples, *model);
        session_.setModel(model, std::move(recipe));
        emit opened(directory);
        if (!session_.recipe().calibration_text.empty()) previewSamples();
    };
    open_job_ = quick_.start(tr("Open %1").arg(shortName(toPath(directory))), this, work, done, reportNotOpened(wish));
}

void Workflow::openSession(const QString& name, std::function<SessionFolder::Opened(JobContext&)> work,
                           std::function<void(const SessionFolder::Opened&)> restored, std::function<void(const QString&)> refused) {
    const int wish = ++open_wish_;
    quick_.cancel(open_job_);
    const auto done = [this, wish, restored = std::move(restored)](const SessionFolder::Opened& opened) {
        if (wish != open_wish_) return;
        jobs_.cancelAll();  // what still runs belongs to the model before
        session_.restore(opened.contents);
        emit this->opened(toQString(opened.contents.model->directory));
        if (!session_.recipe().calibration_text.empty()) previewSamples();
        restored(opened);
    };
    const auto otherwise = [this, wish, refused = std::move(refused)](const JobRecord& record) {
        if (record.state == JobRecord::State::Failed) refused(record.message);
        if (wish == open_wish_) emit notOpened();  // nor anything instead
    };
    open_job_ = quick_.start(tr("Open %1").arg(name), this, std::move(work), done, otherwise);
}

bool Workflow::previewChangedSamples() {
    const Recipe& recipe = session_.recipe();
    const bool is_same = previewed_text_ == recipe.calibration_text && hasSameWindows(previewed_, recipe.samples);
    if (session_.model() && !is_same) previewSamples();
    return session_.model() && !is_same;
}

void Workflow::previewSamples() {
    if (!session_.model()) return;
    quick_.cancel(preview_job_);
    const Recipe& recipe = session_.recipe();
    previewed_text_ = recipe.calibration_text;
    previewed_ = recipe.samples;
    if (recipe.calibration_text.empty()) {
        session_.setSamples(nullptr);
        return;
    }
    const auto work = [model = session_.model(), text = recipe.calibration_text, spec = recipe.samples](JobContext& job) {
        const Tokenizer& tokenizer = model->requireTokenizer();
        const std::string corpus = readCorpus(text);
        job.checkpoint({.stage = "choosing windows"});
        return std::make_shared<const Samples>(namingText(text, [&] { return drawSamples(tokenizer, corpus, spec); }));
    };
    const auto done = [this, model = session_.model(), text = recipe.calibration_text](const std::shared_ptr<const Samples>& samples) {
        const bool is_wanted = session_.model() == model && previewed_text_ == text && hasSameWindows(previewed_, samples->spec);
        if (is_wanted) session_.setSamples(samples);
    };
    const auto otherwise = [this](const JobRecord& record) {
        if (record.state != JobRecord::State::Failed) return;
        session_.setSamples(nullptr);
        emit failed(record.title, record.message);
    };
    preview_job_ = quick_.start(tr("Choose calibration windows"), this, work, done, otherwise);
}

std::filesystem::path Workflow::keptFolder(const JobName& job) const { return kept_folder_ ? kept_folder_(job) : std::filesystem::path(); }

void Workflow::noteResumed(const std::string& name, int n_blocks_resumed) {
    if (n_blocks_resumed == 0) return;
    emit noted(tr("“%1” went on after %2 of %3 blocks that were finished before.")
                   .arg(QString::fromStdString(name))
                   .arg(n_blocks_resumed)
                   .arg(session_.model()->config.n_blocks));
}

bool Workflow::requireCalibrationText() {
    if (!session_.model()) return false;
    const Recipe& recipe = session_.recipe();
    QString missing;
    if (!recipe.inputs.empty()) {
        missing = tr("This recipe takes the inputs of layers from %1. Run it with salient-cli, or choose a calibration text.")
                      .arg(shortName(recipe.inputs));
    } else if (recipe.calibration_text.empty()) {
        missing = tr("There is no calibration text yet. Choose one on the Calibrate page.");
    } else {
        try {
            static_cast<void>(session_.model()->requireTokenizer());
        } catch (const Error& error) {
            missing = QString::fromUtf8(error.what());
        }
    }
    if (!missing.isEmpty()) emit failed(tr("Calibrate"), missing);
    return missing.isEmpty();
}

void Workflow::calibrate() {
    if (!requireCalibrationText()) return;
    const Recipe recipe = session_.recipe();
    const auto model = session_.model();
    const QString title = tr("Calibrate on %1").arg(shortName(recipe.calibration_text));
    const auto work = [model, recipe, kept = keptFolder({.is_calibration = true}), title = title.toStdString()](JobContext& job) {
        requireForecastWithin(recipe.max_memory_bytes, forecastMemory(*model, recipe.samples).total(), "fewer or shorter samples");
        job.checkpoint({.stage = "choosing windows"});
        Samples samples = namingText(recipe.calibration_text, [&] {
            return drawSamples(model->requireTokenizer(), readCorpus(recipe.calibration_text), recipe.samples);
        });
        CalibrationOptions options;
        options.forward.compute = recipe.compute;
        if (kept.empty()) return KeptCalibration{salient::calibrate(model, std::move(samples), options, job), 0, {}};
        return calibrateKept(model, std::move(samples), options, title, kept, SessionLimits().hessian_bytes, job);
    };
    const auto done = [this, model, title, text = recipe.calibration_text, spec = recipe.samples](KeptCalibration made) {
        if (session_.model() != model) return;
        const auto calibration = std::make_shared<const Calibration>(std::move(made.calibration));
        // Where other windows were asked for meanwhile, the preview is theirs.
        if (session_.recipe().calibration_text == text && hasSameWindows(session_.recipe().samples, spec))
            session_.setSamples(std::make_shared<const Samples>(calibration->samples));
        session_.setCalibration(calibration);
        noteResumed(title.toStdString(), made.n_blocks_resumed);
        if (!made.failure.empty()) {
            const QString warning = tr("Finished blocks were not kept, or not read again: %1").arg(QString::fromStdString(made.failure));
            jobs_.warn({warning});
            emit noted(warning);
        }
    };
    const auto otherwise = [this, tell = reportFailure()](const JobRecord& record) {
        if (record.state == JobRecord::State::Failed && record.is_not_finite) {
            emit calibrationFailed(record.title, record.message);
        } else {
            tell(record);
        }
    };
    jobs_.start(title, this, work, done, otherwise);
}

void Workflow::findNumberTrouble() {
    if (!requireCalibrationText()) return;
    const auto model = session_.model();
    const QString title = tr("Look for values that are not numbers");
    const auto work = [model, recipe = session_.recipe()](JobContext& job) {
        job.checkpoint({.stage = "choosing windows"});
        const Samples samples = namingText(recipe.calibration_text, [&] {
            return drawSamples(model->requireTokenizer(), readCorpus(recipe.calibration_text), recipe.samples);
        });
        ForwardOptions forward;
        forward.compute = recipe.compute;
        return std::pair(salient::findNumberTrouble(*model, samples.windows, forward, job), samples.windows.seq_len);
    };
    const auto done = [this, model, title](const std::pair<std::optional<NumberTrouble>, Index>& found) {
        if (session_.model() != model) return;
        if (found.first) {
            emit failed(title, numberTroubleText(*found.first, found.second));
        } else {
            emit noted(tr("All weights and activations are numbers."));
        }
    };
    jobs_.start(title, this, work, done, reportFailure());
}

void Workflow::quantize(const std::vector<std::string>& names, bool then_evaluate) {
    struct Batch {
        std::size_t n_left = 0;
        bool is_cancelled = false;
    };
    const auto batch = std::make_shared<Batch>();
    std::vector<RecipeRun> wanted;
    for (const RecipeRun& run : session_.recipe().runs) {
        if (names.empty() || std::find(names.begin(), names.end(), run.name) != names.end()) wanted.push_back(run);
    }
    batch->n_left = wanted.size();
    const auto ended = [this, batch, then_evaluate](bool is_cancelled) {
        batch->is_cancelled = batch->is_cancelled || is_cancelled;
        const bool has_text = !session_.recipe().evaluation_text.empty();
        if (--batch->n_left == 0 && then_evaluate && has_text && !batch->is_cancelled && !session_.runs().empty()) evaluate();
    };
    for (const RecipeRun& run : wanted) quantizeOne(run, ended);
}

void Workflow::quantizeOne(const RecipeRun& run, const std::function<void(bool is_cancelled)>& ended) {
    const auto model = session_.model();
    const auto calibration = session_.calibration();
    if (!model || !calibration) return;
    Recipe recipe = session_.recipe();
    recipe.runs = {run};
    recipe.runs.front().method.grid.scale_type = storedScaleType(run.format.value_or(ExportFormat::Gptq), model->config);
    recipe.runs.front().format.reset();  // kept in memory; the export page writes it
    recipe.runs.front().out.clear();
    recipe.evaluation_text.clear();
    recipe.report.clear();
    const auto work = [recipe, model, calibration, keep = keptFolder({.run = run.name})](JobContext& job) {
        return salient::run(recipe, model, calibration, keep, job);
    };
    const auto done = [this, calibration, ended](const Report& report) {
        const bool is_outdated = session_.calibration() != calibration;
        if (!is_outdated && !report.runs.empty()) {
            jobs_.warn(inQt(report.runs.front().warnings));
            session_.addRun(report.runs.front());
            noteResumed(report.runs.front().name, report.runs.front().n_blocks_resumed);
        }
        ended(is_outdated);
    };
    const auto otherwise = [this, calibration, run, executed = recipe.runs.front().method, tell = reportFailure(),
                            ended](const JobRecord& record) {
        const bool is_about_layer = record.state == JobRecord::State::Failed && record.is_not_finite && !record.layer.isEmpty();
        const std::string name = nameNow(session_.recipe(), run);
        if (is_about_layer && session_.calibration() == calibration && !name.empty()) {
            const FailedRun failed{record.title, record.message, QString::fromStdString(name), executed, record.layer};
            session_.addFailedRun(failed);
            emit runFailed(failed);
        } else {
            tell(record);
        }
        ended(record.state == JobRecord::State::Cancelled);
    };
    jobs_.start(tr("Quantize: %1").arg(QString::fromStdString(run.name)), this, work, done, otherwise);
}

struct Workflow::SharedReference {
    std::shared_ptr<const Model> model;
    Recipe recipe;
    std::shared_ptr<const EvaluationReference> value;  // jobs run one after another: no two touch it at once

    [[nodiscard]] ForwardOptions forward() const {
        ForwardOptions options;
        options.compute = recipe.compute;
        return options;
    }

    const EvaluationReference& get(JobContext& job) {
        if (!value) {
            value = namingText(recipe.evaluation_text, [&] {
                return std::make_shared<const EvaluationReference>(
                    evaluationReference(model, readCorpus(recipe.evaluation_text), recipe.perplexity, forward(), job));
            });
        }
        return *value;
    }
};

std::shared_ptr<Workflow::SharedReference> Workflow::sharedReference() const {
    return std::make_shared<SharedReference>(SharedReference{session_.model(), session_.recipe(), session_.reference()});
}

bool Workflow::requireEvaluationText() {
    if (!session_.model()) return false;
    if (!session_.recipe().evaluation_text.empty()) return true;
    emit failed(tr("Perplexity"), tr("There is no evaluation text yet. Choose one on the Evaluate page."));
    return false;
}

void Workflow::useReference(const SharedReference& shared) {
    const bool is_current = session_.model() == shared.model && hasSameEvaluation(session_.recipe(), shared.recipe);
    if (is_current && shared.value && session_.reference() != shared.value) session_.setReference(shared.value);
}

void Workflow::evaluate() {
    if (!requireEvaluationText()) return;
    const auto shared = sharedReference();
    if (!session_.reference()) evaluateOriginal(shared);
    for (const auto& run : session_.runs()) {
        if (!run->perplexity) evaluateRun(shared, run->name);
    }
}

void Workflow::evaluateOriginal(const std::shared_ptr<SharedReference>& shared) {
    const auto work = [shared](JobContext& job) { static_cast<void>(shared->get(job)); };
    jobs_.start(
        tr("Perplexity: full precision"), this, work, [this, shared] { useReference(*shared); }, reportFailure());
}

void Workflow::evaluateRun(const std::shared_ptr<SharedReference>& shared, const std::string& name) {
    const auto run = session_.runNamed(name);
    if (!run || !run->model) return;
    const auto work = [shared, run](JobContext& job) {
        const EvaluationReference& reference = shared->get(job);
        return evaluateAgainst(reference, *shared->model, quantizedBlocks(run->model), shared->forward(), job);
    };
    const auto done = [this, shared, run, name](const PerplexityResult& result) {
        useReference(*shared);
        const bool is_current = session_.model() == shared->model && hasSameEvaluation(session_.recipe(), shared->recipe);
        const auto now = session_.runNamed(name);
        if (is_current && now && now->model == run->model) session_.setRunPerplexity(name, result);
    };
    jobs_.start(tr("Perplexity: %1").arg(QString::fromStdString(name)), this, work, done, reportFailure());
}

void Workflow::measureSensitivity(const std::string& name) {
    if (!requireEvaluationText()) return;
    const auto run = session_.runNamed(name);
    if (!run || !run->model) return;
    struct Found {
        std::mutex mutex;
        std::vector<LayerSensitivity> layers;
    };
    const auto found = std::make_shared<Found>();
    // What an earlier measurement found before it was cancelled. It goes with its run and its protocol: what is there belongs to these.
    if (const auto before = session_.sensitivities().find(name);
        before != session_.sensitivities().end() && before->second.size() < layerCount(*run->model))
        found->layers = before->second;
    const auto shared = sharedReference();
    // On the window's thread: what has been found so far, unless what it is about is gone.
    const auto take = [this, found, shared, name, model = run->model] {
        useReference(*shared);
        const auto now = session_.runNamed(name);
        if (!now || now->model != model || !hasSameEvaluation(session_.recipe(), shared->recipe)) return;
        const std::scoped_lock lock(found->mutex);
        const auto known = session_.sensitivities().find(name);
        if (known == session_.sensitivities().end() ? !found->layers.empty() : known->second.size() != found->layers.size())
            session_.setSensitivities(name, found->layers);
    };
    const auto work = [shared, found, known = found->layers, model = run->model](JobContext& job) {
        const EvaluationReference& reference = shared->get(job);
        layerSensitivity(
            *without(model, known), reference, shared->forward(),
            [&](LayerSensitivity layer) {
                const std::scoped_lock lock(found->mutex);
                found->layers.push_back(std::move(layer));
            },
            job);
    };
    const auto otherwise = [take, tell = reportFailure()](const JobRecord& record) {
        take();
        tell(record);
    };
    const int id = jobs_.start(tr("Layer by layer: %1").arg(QString::fromStdString(name)), this, work, take, otherwise);
    while_running_[id] = take;
}

void Workflow::exportRun(const std::string& name, ExportFormat format, const QString& folder, GgufWeights gguf_weights) {
    const auto run = session_.runNamed(name);
    if (!run || !run->model) return;
    try {
        if (const auto unfinished = findUnfinishedAtRest(toPath(folder))) {
            emit unfinishedExportFound(
                {name, format, folder, gguf_weights, toQString(unfinished->place), unfinished->n_blocks_done, unfinished->n_blocks});
            return;
        }
    } catch (const Error& error) {  // of a record that is none, or a job that is at work there
        emit failed(tr("Export: %1").arg(QString::fromStdString(name)), QString::fromUtf8(error.what()));
        return;
    }
    ExportOptions options;
    options.format = format;
    options.gguf_weights = gguf_weights;
    Recipe recipe = session_.recipe();
    std::erase_if(recipe.runs, [&](const RecipeRun& r) { return r.name != name; });
    options.provenance = toJson(recipe);
    const auto model = session_.model();
    const auto work = [run, options, folder, model, calibration = session_.calibration(), compute = recipe.compute](JobContext& job) {
        const WriteCounts counts = exportCheckpoint(*run->model, toPath(folder), options, job);
        RunCounts written;
        written.n_flushed_values = counts.n_flushed_values;
        written.n_subnormal_values = counts.n_subnormal_values;
        for (const auto& [layer, n_inputs] : counts.raised_importances) written.n_raised_importances += n_inputs;
        for (const auto& [layer, n_factors] : counts.raised_factors) written.n_raised_factors += n_factors;
        ExportOutcome outcome{folder, verifyCheckpoint(toPath(folder), model, job), counts};
        if (written.n_flushed_values + written.n_subnormal_values + written.n_raised_importances + written.n_raised_factors > 0) {
            const Severity severity = written.n_flushed_values > 0 ? Severity::Warning : Severity::Note;
            outcome.verification.findings.push_back({severity, "written", inWords(written)});
        }
        const TokenWindows windows = calibration ? calibration->samples.windows : TokenWindows();
        ForwardOptions forward;
        forward.compute = compute;
        if (auto finding = reloadFinding(*run->model, windows, forward, options, toPath(folder), job)) {
            outcome.verification.findings.push_back(std::move(*finding));
        } else if (calibration) {
            const std::string inputs = calibration->source ? calibration->source->description() : std::string();
            outcome.verification.findings.push_back(notReloaded(inputs, options));
        }
        return outcome;
    };
    jobs_.start(tr("Export: %1").arg(QString::fromStdString(name)), this, work, takeExport(run), reportFailure());
}

std::function<void(const ExportOutcome&)> Workflow::takeExport(const std::shared_ptr<const RunResult>& run) {
    return [this, run, model = session_.model()](const ExportOutcome& outcome) {
        if (session_.model() != model) return;
        const auto now = session_.runNamed(run->name);
        if (now && now->model == run->model) {
            session_.setRunWritten(run->name, outcome.written);
            session_.setRunVerified(run->name, toPath(outcome.folder), outcome.verification);
        }
        jobs_.warn(warningsOf(outcome.verification));
        emit exported(outcome);
    };
}

void Workflow::resumeExport(const UnfinishedExport& unfinished) {
    const auto run = session_.runNamed(unfinished.run);
    if (!run) return;
    // The job of the command line: the recipe's samples, the result's settings, written while it is made.
    Recipe recipe = session_.recipe();
    RecipeRun written;
    written.name = run->name;
    written.method = run->method;
    written.format = unfinished.format;
    written.out = toPath(unfinished.folder);
    written.gguf_weights = unfinished.gguf_weights;
    recipe.runs = {std::move(written)};
    recipe.evaluation_text.clear();
    recipe.report.clear();
    const auto work = [recipe, folder = unfinished.folder, model = session_.model()](JobContext& job) {
        RunOptions options;
        options.resume = true;
        const Report report = salient::run(recipe, options, job);
        const RunResult& result = report.runs.front();
        ExportOutcome outcome{folder, verifyCheckpoint(toPath(folder), model, job), writtenCounts(result)};
        if (result.n_blocks_resumed > 0) {
            ExportOptions written_as;
            written_as.format = *recipe.runs.front().format;
            written_as.gguf_weights = recipe.runs.front().gguf_weights;
            outcome.verification.findings.push_back(notReloaded(report.calibration_source, written_as));
        }
        return outcome;
    };
    jobs_.start(tr("Export: %1").arg(QString::fromStdString(run->name)), this, work, takeExport(run), reportFailure());
}

void Workflow::examine() {
    const auto model = session_.model();
    if (!model) return;
    const auto work = [model](JobContext& job) { return verifyCheckpoint(model->directory, nullptr, job); };
    const auto done = [this, model](const VerifyReport& report) {
        if (session_.model() == model) emit examined(report);
    };
    jobs_.start(tr("Examine %1").arg(shortName(model->directory)), this, work, done, reportFailure());
}

void Workflow::writeReport(const QString& folder) {
    const auto work = [report = session_.report(), folder](JobContext& job) {
        salient::writeReport(report, toPath(folder));
        job.checkpoint({.stage = "drawing pages"});
        writeReportPdf(toHtml(report), QDir(folder).filePath(QStringLiteral("report.pdf")));
    };
    jobs_.start(
        tr("Write report"), this, work, [this, folder] { emit reported(folder); }, reportFailure());
}

}  // namespace salient
