#include "app/gui/workflow.h"

#include <algorithm>

#include "core/calib/naming_text.h"
#include "core/exporter/export_checkpoint.h"
#include "core/recipe/run.h"

namespace salient {

QString toQString(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }
std::filesystem::path toPath(const QString& path) { return {path.toStdString()}; }
QString shortName(const std::filesystem::path& path) {
    return toQString(path.has_filename() ? path.filename() : path.parent_path().filename());
}

Workflow::Workflow(Session& session, JobRunner& jobs, JobRunner& quick, QObject* parent)
    : QObject(parent), session_(session), jobs_(jobs), quick_(quick) {}

std::function<void(const JobRecord&)> Workflow::reportFailure() {
    return [this](const JobRecord& record) {
        if (record.state == JobRecord::State::Failed) emit failed(record.title, record.message);
    };
}

void Workflow::open(const QString& path) {
    const std::filesystem::path file = toPath(path);
    if (file.extension() != ".json") {
        openModel(path, proposedRecipe);
        return;
    }
    const auto read = [file](JobContext&) { return recipeFromJson(readJson(file), file.parent_path()); };
    const auto done = [this](const Recipe& recipe) { openModel(toQString(recipe.model), [recipe](const Model&) { return recipe; }); };
    quick_.start(tr("Open %1").arg(shortName(file)), this, read, done, reportFailure());
}

void Workflow::openModel(const QString& directory, std::function<Recipe(const Model&)> recipe_of) {
    quick_.cancel(open_job_);
    const auto work = [path = toPath(directory)](JobContext&) { return Model::open(path); };
    const auto done = [this, directory, recipe_of = std::move(recipe_of)](const std::shared_ptr<const Model>& model) {
        jobs_.cancelAll();  // what still runs belongs to the model before
        Recipe recipe = recipe_of(*model);
        if (recipe.samples.seq_len == 0) recipe.samples.seq_len = std::min<Index>(2048, model->config.max_positions);
        session_.setModel(model, std::move(recipe));
        emit opened(directory);
        if (!session_.recipe().calibration_text.empty()) previewSamples();
    };
    open_job_ = quick_.start(tr("Open %1").arg(shortName(toPath(directory))), this, work, done, reportFailure());
}

bool Workflow::previewChangedSamples() {
    const Recipe& recipe = session_.recipe();
    const SampleSpec& asked = recipe.samples;
    const bool is_same = previewed_text_ == recipe.calibration_text && previewed_.n_samples == asked.n_samples &&
                         previewed_.seq_len == asked.seq_len && previewed_.seed == asked.seed && previewed_.choice == asked.choice;
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
    const auto work = [tokenizer = session_.model()->tokenizer, text = recipe.calibration_text, spec = recipe.samples](JobContext& job) {
        const std::string corpus = readCorpus(text);
        job.checkpoint({.stage = "choosing windows"});
        return std::make_shared<const Samples>(namingText(text, [&] { return drawSamples(*tokenizer, corpus, spec); }));
    };
    const auto done = [this, model = session_.model()](const std::shared_ptr<const Samples>& samples) {
        if (session_.model() == model) session_.setSamples(samples);
    };
    const auto otherwise = [this](const JobRecord& record) {
        if (record.state != JobRecord::State::Failed) return;
        session_.setSamples(nullptr);
        emit failed(record.title, record.message);
    };
    preview_job_ = quick_.start(tr("Choose calibration windows"), this, work, done, otherwise);
}

void Workflow::calibrate() {
    if (!session_.model()) return;
    const Recipe recipe = session_.recipe();
    const auto model = session_.model();
    const auto work = [model, recipe](JobContext& job) {
        job.checkpoint({.stage = "choosing windows"});
        Samples samples = namingText(recipe.calibration_text,
                                     [&] { return drawSamples(*model->tokenizer, readCorpus(recipe.calibration_text), recipe.samples); });
        CalibrationOptions options;
        options.forward.compute = recipe.compute;
        return std::make_shared<const Calibration>(salient::calibrate(model, std::move(samples), options, job));
    };
    const auto done = [this, model](const std::shared_ptr<const Calibration>& calibration) {
        if (session_.model() != model) return;
        session_.setSamples(std::make_shared<const Samples>(calibration->samples));
        session_.setCalibration(calibration);
    };
    jobs_.start(tr("Calibrate on %1").arg(shortName(recipe.calibration_text)), this, work, done, reportFailure());
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
    const auto work = [recipe, model, calibration](JobContext& job) { return salient::run(recipe, model, calibration, job); };
    const auto done = [this, calibration, ended](const Report& report) {
        const bool is_outdated = session_.calibration() != calibration;
        if (!is_outdated && !report.runs.empty()) session_.addRun(report.runs.front());
        ended(is_outdated);
    };
    const auto otherwise = [tell = reportFailure(), ended](const JobRecord& record) {
        tell(record);
        ended(record.state == JobRecord::State::Cancelled);
    };
    jobs_.start(tr("Quantize: %1").arg(QString::fromStdString(run.name)), this, work, done, otherwise);
}

void Workflow::evaluate() {
    if (!session_.model()) return;
    if (session_.recipe().evaluation_text.empty()) {
        emit failed(tr("Perplexity"), tr("There is no evaluation text yet. Choose one on the Quantize page."));
        return;
    }
    if (!session_.fullPrecision()) evaluateOne(tr("Perplexity: full precision"), {});
    for (const auto& run : session_.runs()) {
        if (!run->perplexity) evaluateOne(tr("Perplexity: %1").arg(QString::fromStdString(run->name)), run->name);
    }
}

void Workflow::evaluateOne(const QString& title, const std::string& name) {
    const auto model = session_.model();
    const auto run = name.empty() ? nullptr : session_.runNamed(name);
    const Recipe recipe = session_.recipe();
    const auto work = [model, run, recipe](JobContext& job) {
        ForwardOptions options;
        options.compute = recipe.compute;
        const BlockLoader blocks = run ? quantizedBlocks(run->model) : originalBlocks(model);
        return namingText(recipe.evaluation_text,
                          [&] { return perplexity(*model, blocks, readCorpus(recipe.evaluation_text), recipe.perplexity, options, job); });
    };
    const auto done = [this, model, run, name](const PerplexityResult& result) {
        if (session_.model() != model) return;
        if (name.empty()) {
            session_.setFullPrecision(result);
        } else if (session_.runNamed(name) == run) {
            session_.setRunPerplexity(name, result);
        }
    };
    jobs_.start(title, this, work, done, reportFailure());
}

void Workflow::exportRun(const std::string& name, ExportFormat format, const QString& folder) {
    const auto run = session_.runNamed(name);
    if (!run || !run->model) return;
    ExportOptions options;
    options.format = format;
    Recipe recipe = session_.recipe();
    std::erase_if(recipe.runs, [&](const RecipeRun& r) { return r.name != name; });
    options.provenance = toJson(recipe);
    const auto model = session_.model();
    const auto work = [run, options, folder, model](JobContext& job) {
        exportCheckpoint(*run->model, toPath(folder), options, job);
        return ExportOutcome{folder, verifyCheckpoint(toPath(folder), model, job)};
    };
    const auto done = [this](const ExportOutcome& outcome) { emit exported(outcome); };
    jobs_.start(tr("Export: %1").arg(QString::fromStdString(name)), this, work, done, reportFailure());
}

void Workflow::writeReport(const QString& folder) {
    const auto work = [report = session_.report(), folder](JobContext&) { salient::writeReport(report, toPath(folder)); };
    jobs_.start(
        tr("Write report"), this, work, [this, folder] { emit reported(folder); }, reportFailure());
}

}  // namespace salient
