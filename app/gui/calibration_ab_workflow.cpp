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

/// A text with the windows that were taken of it.
struct Drawn {
    std::filesystem::path text;
    Samples samples;
};

Drawn draw(const Model& model, const std::filesystem::path& text, const SampleSpec& spec, JobContext& job) {
    job.checkpoint({.stage = "choosing windows"});
    return {text, namingText(text, [&] { return drawSamples(model.requireTokenizer(), readCorpus(text), spec); })};
}

QString inWords(const Drawn& drawn) {
    const Samples& samples = drawn.samples;
    return CalibrationAbWorkflow::tr("%1 (%2 × %3 tokens, seed %4)")
        .arg(shortName(drawn.text), QString::number(samples.windows.count()), QString::number(samples.windows.seq_len),
             QString::number(samples.spec.seed));
}

}  // namespace

CalibrationAbWorkflow::CalibrationAbWorkflow(Session& session, JobRunner& jobs, CalibrationAbPanel& panel, QObject* parent)
    : QObject(parent), session_(session), jobs_(jobs), panel_(panel) {
    connect(&session_, &Session::modelChanged, this, &CalibrationAbWorkflow::follow);
    connect(&session_, &Session::recipeChanged, this, &CalibrationAbWorkflow::follow);
    connect(&session_.selection(), &SelectionModel::changed, this, [this](const Selection& now) { panel_.setSelectedLayer(now.layer); });
    connect(&panel_, &CalibrationAbPanel::runChosen, this, &CalibrationAbWorkflow::refresh);
    connect(&panel_, &CalibrationAbPanel::comparisonWanted, this, &CalibrationAbWorkflow::compare);
    connect(&panel_, &CalibrationAbPanel::layerChosen, this,
            [this](const QString& layer) { session_.selection().selectLayer(session_.model()->linear(layer.toStdString()).block, layer); });
    refresh();
}

std::optional<MethodSpec> CalibrationAbWorkflow::methodOf(const std::string& run) const {
    const std::vector<RecipeRun>& runs = session_.recipe().runs;
    const auto found = std::ranges::find(runs, run, &RecipeRun::name);
    if (found == runs.end() || !session_.model()) return std::nullopt;
    MethodSpec method = found->method;
    method.grid.scale_type = storedScaleType(found->format.value_or(ExportFormat::Gptq), session_.model()->config);
    return method;
}

CalibrationAbWorkflow::Subject CalibrationAbWorkflow::subjectNow(const std::string& run) const {
    Subject subject{session_.model(), run, {}};
    const std::optional<MethodSpec> method = methodOf(run);
    if (!method) return subject;
    Recipe relevant;
    relevant.calibration_text = session_.recipe().calibration_text;
    relevant.inputs = session_.recipe().inputs;
    relevant.samples = session_.recipe().samples;
    relevant.compute = session_.recipe().compute;
    // A path need not be UTF-8.
    subject.recipe = toJson(relevant).dump(-1, ' ', false, Json::error_handler_t::replace) + toJson(*method).dump();
    return subject;
}

QString CalibrationAbWorkflow::obstacle() const {
    const Recipe& recipe = session_.recipe();
    if (!session_.model()) return tr("Open a model first.");
    if (!recipe.inputs.empty()) return tr("This recipe takes the inputs of layers from a file, in place of a calibration text.");
    if (recipe.calibration_text.empty()) return tr("Choose the calibration text first: it is text A.");
    const std::optional<MethodSpec> method = methodOf(panel_.choice().run.toStdString());
    if (!method) return tr("The recipe has no method to compare with: add one on the Quantize page.");
    try {
        checkCalibrationAb(*session_.model(), *method);
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
    if (subject_.model && subject_ != subjectNow(subject_.run)) {
        jobs_.cancel(job_);
        subject_ = {};
        ++latest_;
        panel_.setComparison({});
    }
    refresh();
}

void CalibrationAbWorkflow::compare() {
    const OtherText other = panel_.choice();
    const std::string run = other.run.toStdString();
    const std::optional<MethodSpec> method = methodOf(run);
    if (!method || other.text_file.isEmpty() || !obstacle().isEmpty()) return;
    jobs_.cancel(job_);
    subject_ = subjectNow(run);
    const Recipe& recipe = session_.recipe();
    SampleSpec spec = recipe.samples;
    spec.n_samples = other.n_samples.value_or(spec.n_samples);
    spec.seq_len = other.seq_len.value_or(spec.seq_len);
    spec.seed = other.seed.value_or(spec.seed);

    const auto work = [model = session_.model(), method = *method, compute = recipe.compute, text_a = recipe.calibration_text,
                       spec_a = recipe.samples, text_b = toPath(other.text_file), spec_b = spec, name = other.run](JobContext& job) {
        const Drawn a = draw(*model, text_a, spec_a, job);
        const Drawn b = draw(*model, text_b, spec_b, job);
        const ForwardOptions forward{.compute = compute};
        auto comparison = std::make_shared<const CalibrationAb>(calibrationAb(*model, a.samples, b.samples, method, forward, job));
        return ComparedTexts{std::move(comparison), name, inWords(a), inWords(b)};
    };
    const int number = ++latest_;
    const auto done = [this, number](const ComparedTexts& compared) {
        if (number != latest_) return;
        panel_.setComparison(compared);
        panel_.setSelectedLayer(session_.selection().current().layer);
    };
    const auto otherwise = [this, number](const JobRecord& record) {
        if (number == latest_) panel_.setComparing(false);
        if (record.state == JobRecord::State::Failed) emit failed(record.title, record.message);
    };
    panel_.setComparison({});
    panel_.setComparing(true);
    job_ = jobs_.start(tr("Compare %1 with %2").arg(shortName(recipe.calibration_text), shortName(toPath(other.text_file))), this, work,
                       done, otherwise);
}

}  // namespace salient
