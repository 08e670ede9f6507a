#include "app/gui/calibration_ab_workflow.h"

#include <algorithm>
#include <utility>

#include "app/gui/workflow.h"
#include "core/calib/naming_text.h"
#include "core/eval/calibration_ab.h"
#include "core/exporter/export_checkpoint.h"
#include "widgets/calibration_ab_panel.h"

namespace salient {

namespace {

Samples draw(const Model& model, const Recipe& recipe, JobContext& job) {
    job.checkpoint({.stage = "choosing windows"});
    const std::filesystem::path& text = recipe.calibration_text;
    return namingText(text, [&] { return drawSamples(model.requireTokenizer(), readCorpus(text), recipe.samples); });
}

QString inWords(const ComparedText& text) {
    return CalibrationAbWorkflow::tr("%1 (%2 × %3 tokens, seed %4)")
        .arg(shortName(text.recipe.calibration_text), QString::number(text.n_windows), QString::number(text.seq_len),
             QString::number(text.recipe.samples.seed));
}

}  // namespace

CalibrationAbWorkflow::CalibrationAbWorkflow(Session& session, JobRunner& jobs, CalibrationAbPanel& panel, QObject* parent)
    : QObject(parent), session_(session), jobs_(jobs), panel_(panel) {
    connect(&session_, &Session::modelChanged, this, &CalibrationAbWorkflow::follow);
    connect(&session_, &Session::recipeChanged, this, &CalibrationAbWorkflow::follow);
    connect(&session_, &Session::comparisonChanged, this, &CalibrationAbWorkflow::show);
    connect(&session_.selection(), &SelectionModel::changed, this, [this](const Selection& now) { panel_.setSelectedLayer(now.layer); });
    connect(&panel_, &CalibrationAbPanel::runChosen, this, &CalibrationAbWorkflow::refresh);
    connect(&panel_, &CalibrationAbPanel::comparisonWanted, this, &CalibrationAbWorkflow::compare);
    connect(&panel_, &CalibrationAbPanel::layerChosen, this,
            [this](const QString& layer) { session_.selection().selectLayer(session_.model()->linear(layer.toStdString()).block, layer); });
    refresh();
}

std::optional<Recipe> CalibrationAbWorkflow::recipeFor(const std::string& run) const {
    const Recipe& now = session_.recipe();
    const auto found = std::ranges::find(now.runs, run, &RecipeRun::name);
    if (found == now.runs.end() || !session_.model()) return std::nullopt;
    Recipe recipe;
    recipe.calibration_text = now.calibration_text;
    recipe.inputs = now.inputs;
    recipe.samples = now.samples;
    recipe.compute = now.compute;
    RecipeRun& tried = recipe.runs.emplace_back();
    tried.name = found->name;
    tried.method = found->method;
    tried.method.grid.scale_type = storedScaleType(found->format.value_or(ExportFormat::Gptq), session_.model()->config);
    return recipe;
}

bool CalibrationAbWorkflow::isCurrent(const Recipe& compared) const {
    const std::optional<Recipe> now = recipeFor(compared.runs.front().name);
    return now && toJson(*now) == toJson(compared);
}

QString CalibrationAbWorkflow::obstacle() const {
    const Recipe& recipe = session_.recipe();
    if (!session_.model()) return tr("Open a model first.");
    if (!recipe.inputs.empty()) return tr("This recipe takes the inputs of layers from a file, in place of a calibration text.");
    if (recipe.calibration_text.empty()) return tr("Choose the calibration text first: it is text A.");
    const std::optional<Recipe> chosen = recipeFor(panel_.choice().run.toStdString());
    if (!chosen) return tr("The recipe has no method to compare with: add one on the Quantize page.");
    try {
        checkCalibrationAb(*session_.model(), chosen->runs.front().method);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

void CalibrationAbWorkflow::refresh() { panel_.setObstacle(obstacle()); }

void CalibrationAbWorkflow::follow() {
    QStringList runs;
    if (session_.model()) {
        for (const RecipeRun& run : session_.recipe().runs) runs << QString::fromStdString(run.name);
    }
    panel_.setRuns(runs);
    if (job_ && (job_->model != session_.model() || !isCurrent(job_->recipe))) {
        jobs_.cancel(job_->id);
        job_.reset();
        ++latest_;
        panel_.setComparing(false);
    }
    const auto& found = session_.comparison();
    if (found && !isCurrent(found->texts[0].recipe)) session_.setComparison(nullptr);
    refresh();
}

void CalibrationAbWorkflow::show() {
    const auto& found = session_.comparison();
    if (!found) return panel_.setComparison({});
    panel_.setComparison({std::shared_ptr<const CalibrationAb>(found, &found->result),
                          QString::fromStdString(found->texts[0].recipe.runs.front().name), inWords(found->texts[0]),
                          inWords(found->texts[1])});
    panel_.setSelectedLayer(session_.selection().current().layer);
}

void CalibrationAbWorkflow::compare() {
    const OtherText other = panel_.choice();
    const std::optional<Recipe> a = recipeFor(other.run.toStdString());
    if (!a || other.text_file.isEmpty() || !obstacle().isEmpty()) return;
    if (job_) jobs_.cancel(job_->id);
    Recipe b = *a;
    b.calibration_text = toPath(other.text_file);
    b.samples.n_samples = other.n_samples.value_or(b.samples.n_samples);
    b.samples.seq_len = other.seq_len.value_or(b.samples.seq_len);
    b.samples.seed = other.seed.value_or(b.samples.seed);

    const auto work = [model = session_.model(), a = *a, b](JobContext& job) {
        const Samples samples_a = draw(*model, a, job);
        const Samples samples_b = draw(*model, b, job);
        const auto taken = [](const Recipe& recipe, const Samples& samples) {
            return ComparedText{recipe, samples.windows.count(), samples.windows.seq_len};
        };
        const ForwardOptions forward{.compute = a.compute};
        return std::make_shared<const CalibrationComparison>(CalibrationComparison{
            {taken(a, samples_a), taken(b, samples_b)}, calibrationAb(*model, samples_a, samples_b, a.runs.front().method, forward, job)});
    };
    const int number = ++latest_;
    const auto done = [this, number](const std::shared_ptr<const CalibrationComparison>& found) {
        if (number != latest_) return;
        job_.reset();
        session_.setComparison(found);
    };
    const auto otherwise = [this, number](const JobRecord& record) {
        if (number == latest_) {
            job_.reset();
            panel_.setComparing(false);
        }
        if (record.state == JobRecord::State::Failed) emit failed(record.title, record.message);
    };
    session_.setComparison(nullptr);
    panel_.setComparing(true);
    const QString title = tr("Compare %1 with %2").arg(shortName(a->calibration_text), shortName(b.calibration_text));
    job_ = Job{session_.model(), *a, jobs_.start(title, this, work, done, otherwise)};
}

}  // namespace salient
