#include <QDesktopServices>
#include <QDir>
#include <QThreadPool>
#include <QUrl>
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gui/calibration_ab_workflow.h"
#include "app/gui/job_status.h"
#include "app/gui/main_window.h"
#include "app/gui/message_area.h"
#include "app/gui/token_workflow.h"
#include "app/gui/tune_apply.h"
#include "core/exporter/export_checkpoint.h"
#include "core/exporter/loader_verdicts.h"
#include "core/io/process_memory.h"
#include "widgets/calibration_ab_panel.h"
#include "widgets/calibration_panel.h"
#include "widgets/channels_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/diagnosis_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/export_panel.h"
#include "widgets/jobs_panel.h"
#include "widgets/method_text.h"
#include "widgets/model_map_view.h"
#include "widgets/open_page.h"
#include "widgets/override_panel.h"
#include "widgets/quantize_panel.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"
#include "widgets/tune_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {
constexpr double kQuick_s = 0.3;
QString textFilter() { return MainWindow::tr("Text (*.txt *.jsonl *.json);;All files (*)"); }
}  // namespace

void MainWindow::wireOpen() {
    connect(open_page_, &OpenPage::demoRequested, this, &MainWindow::openDemo);
    connect(open_page_, &OpenPage::browseRequested, this, &MainWindow::browseModel);
    connect(open_page_, &OpenPage::recipeRequested, this, &MainWindow::browseRecipe);
    connect(open_page_, &OpenPage::openRequested, this, &MainWindow::open);
    connect(open_page_, &OpenPage::examinationRequested, this, [this] {
        messages_->dismiss();
        workflow_.examine();
    });
    connect(&workflow_, &Workflow::examined, open_page_, &OpenPage::setExamination);
    connect(open_page_, &OpenPage::nextRequested, this, [this] { goTo(Page::Calibrate); });
    connect(&workflow_, &Workflow::opened, this, [this](const QString& path) {
        messages_->dismiss();
        preferences_.addRecent(path);
        open_page_->setRecent(preferences_.recent());
    });
    const auto show_failure = [this](const QString& title, const QString& message) {
        messages_->showMessage(MessageArea::Kind::Error, title, message);
    };
    connect(&workflow_, &Workflow::failed, this, show_failure);
    connect(&layers_, &LayerWorkflow::failed, this, show_failure);
    connect(&workflow_, &Workflow::noted, this,
            [this](const QString& message) { messages_->showMessage(MessageArea::Kind::Note, {}, message); });
}

void MainWindow::wireCalibrate() {
    connect(calibration_panel_, &CalibrationPanel::browseRequested, this, [this] {
        const QString file = choose_.file(this, tr("Choose the calibration text"), textFilter());
        if (!file.isEmpty()) setCalibrationText(file);
    });
    connect(calibration_panel_, &CalibrationPanel::choiceChanged, this, [this](const QString& what) {
        const CalibrationChoice choice = calibration_panel_->choice();
        Recipe recipe = session_.recipe();
        recipe.calibration_text = toPath(choice.text_file);
        if (!recipe.calibration_text.empty()) recipe.inputs.clear();
        recipe.samples = choice.samples;
        recipe.compute = choice.compute;
        session_.editRecipe(recipe, what, EditKind::Movement);
    });
    // Undo and recipes change the choice as well: the preview follows the recipe, whoever changed it.
    connect(&session_, &Session::recipeChanged, this, [this] {
        if (workflow_.previewChangedSamples()) messages_->dismiss();  // what it said was about other windows
    });
    connect(&workflow_, &Workflow::calibrationFailed, this, [this](const QString& title, const QString& message) {
        const auto find_out = [this] { workflow_.findNumberTrouble(); };
        messages_->showMessage(MessageArea::Kind::Error, title, message, {tr("Diagnose"), find_out});
    });
    connect(calibration_panel_, &CalibrationPanel::calibrateRequested, this, [this] {
        messages_->dismiss();
        workflow_.calibrate();
    });
    CalibrationAbPanel& another_text = calibration_panel_->anotherText();
    connect(&another_text, &CalibrationAbPanel::browseRequested, this, [this, &another_text] {
        const QString file = choose_.file(this, tr("Choose the text to compare with"), textFilter());
        if (!file.isEmpty()) another_text.setTextFile(file);
    });
    auto* comparing = new CalibrationAbWorkflow(session_, jobs_, another_text, this);
    connect(comparing, &CalibrationAbWorkflow::failed, this,
            [this](const QString& title, const QString& message) { messages_->showMessage(MessageArea::Kind::Error, title, message); });
}

void MainWindow::wireLayerViews() {
    SelectionModel& selection = session_.selection();
    connect(map_, &ModelMapView::layerChosen, &selection, &SelectionModel::selectLayer);
    connect(map_, &ModelMapView::valuesWanted, &survey_, &WeightSurvey::begin);
    connect(&survey_, &WeightSurvey::ready, this, &MainWindow::refreshMap);
    connect(&survey_, &WeightSurvey::cancelledChanged, this, &MainWindow::refreshMap);
    connect(&survey_, &WeightSurvey::failed, this,
            [this](const QString& title, const QString& message) { messages_->showMessage(MessageArea::Kind::Error, title, message); });
    connect(map_, &ModelMapView::layerActivated, this, [this](int block, const QString& layer) {
        session_.selection().selectLayer(block, layer);
        goTo(session_.runs().empty() ? Page::Channels : Page::Compare);
    });

    connect(channels_, &ChannelsPanel::channelSelected, &selection, &SelectionModel::selectChannel);
    connect(channels_, &ChannelsPanel::originWanted, &layers_, &LayerWorkflow::findOrigin);
    connect(&layers_, &LayerWorkflow::originReady, channels_, &ChannelsPanel::setOrigin);
    connect(&layers_, &LayerWorkflow::channelsReady, this, [this](const ChannelData& channels) {
        channels_->setChannels(channels);
        channels_->setSelectedChannel(session_.selection().current().channel);
    });
    auto* tokens = new TokenWorkflow(session_, jobs_, quick_, *channels_, *calibration_panel_, this);
    connect(tokens, &TokenWorkflow::failed, this,
            [this](const QString& title, const QString& message) { messages_->showMessage(MessageArea::Kind::Error, title, message); });

    connect(stepper_, &StepperPanel::cellChosen, &selection, &SelectionModel::selectCell);
    connect(stepper_, &StepperPanel::keepColumnWanted, &layers_, &LayerWorkflow::toggleKeptColumn);
    connect(stepper_, &StepperPanel::moveColumnWanted, &layers_, &LayerWorkflow::moveColumn);
    connect(stepper_, &StepperPanel::whatIfResetWanted, &layers_, &LayerWorkflow::takeBackWhatIf);
    connect(stepper_, &StepperPanel::picturesWanted, &layers_, &LayerWorkflow::answerPictures);
    connect(&layers_, &LayerWorkflow::picturesReady, stepper_, &StepperPanel::setPictures);
    connect(&layers_, &LayerWorkflow::stepperReady, this, [this](const StepperInput& input) {
        stepper_->setStepper(input);
        const Selection& now = session_.selection().current();
        stepper_->setSelectedCell(now.row, now.channel);
        restoreStepper();
    });
}

void MainWindow::wireTune() {
    TuneAnswers& answers = layers_.tuneAnswers();
    connect(tune_, &TunePanel::lossWanted, &answers, &TuneAnswers::answerLoss);
    connect(tune_, &TunePanel::curveWanted, &answers, &TuneAnswers::answerCurve);
    connect(tune_, &TunePanel::clipWanted, &answers, &TuneAnswers::answerClip);
    connect(&answers, &TuneAnswers::lossReady, tune_, &TunePanel::setLoss);
    connect(&answers, &TuneAnswers::curveReady, tune_, &TunePanel::setCurve);
    connect(&answers, &TuneAnswers::clipReady, tune_, &TunePanel::setClipLosses);
    connect(tune_, &TunePanel::channelSelected, &session_.selection(), &SelectionModel::selectChannel);
    connect(&layers_, &LayerWorkflow::tuneReady, this, [this](const TuneModel& model) {
        tune_->setModel(model);
        tune_->setSelectedChannel(session_.selection().current().channel);
        restoreTune();
    });
    connect(&session_.undoStack(), &QUndoStack::indexChanged, tune_, &TunePanel::setEditsElsewhere);
    const auto apply = [this](TunedSetting setting, double tuned_value, const QString& value, bool to_all_like_this,
                              const QString& left_out) {
        if (!session_.model() || tune_->layer().isEmpty()) return;
        // The one on display: another may be chosen and on its way.
        const LinearInfo* layer = &session_.model()->linear(tune_->layer().toStdString());
        try {
            const TuneReach reach = to_all_like_this ? TuneReach::AllLikeIt : TuneReach::OneInput;
            const TunedRecipe tuned = applyTuned(*session_.model(), session_.recipe(), *layer, setting, tuned_value, reach);
            session_.editRecipe(tuned.recipe, tr("%1 for %2").arg(value, QString::fromStdString(layer->name)));
            const QString run = QString::fromStdString(tuned.run);
            const QString done = tuned.is_new_run ? tr("New run “%1”, with %2 in %3 of its layers. Quantize runs it beside the others.")
                                                  : tr("“%1” has %2 in %3 of its layers now. Quantize runs it beside the others.");
            QStringList sentences{done.arg(run, value, QString::number(tuned.n_layers))};
            if (!left_out.isEmpty()) sentences << left_out;
            messages_->showMessage(MessageArea::Kind::Note, tr("Written into the recipe"), sentences.join(QLatin1Char(' ')));
        } catch (const Error& error) {
            messages_->showMessage(MessageArea::Kind::Error, tr("The recipe cannot hold that"), QString::fromUtf8(error.what()));
        }
    };
    connect(tune_, &TunePanel::applyWanted, this, [apply](const TuneChoice& choice, bool to_all_like_this) {
        const bool is_awq = choice.method == TuneMethod::AwqRatio;
        const QString value = (is_awq ? tr("AWQ ratio %1") : tr("SmoothQuant α %1")).arg(numberText(choice.value, 3));
        apply(is_awq ? TunedSetting::AwqRatio : TunedSetting::SmoothAlpha, choice.value, value, to_all_like_this, leftOutText(choice));
    });
    connect(tune_, &TunePanel::applyClipWanted, this, [apply](double share, bool to_all_like_this) {
        apply(TunedSetting::AwqClip, share, tr("AWQ clip %1 %").arg(numberText(100.0 * share, 3)), to_all_like_this, {});
    });
}

void MainWindow::wireQuantize() {
    connect(quantize_, &QuantizePanel::runsEdited, this, [this](const std::vector<RecipeRun>& runs, const QString& what) {
        Recipe recipe = session_.recipe();
        recipe.runs = runs;
        session_.editRecipe(recipe, what, EditKind::Movement);
    });
    connect(quantize_, &QuantizePanel::evaluationTextEdited, this, [this](const QString& file) {
        Recipe recipe = session_.recipe();
        recipe.evaluation_text = toPath(file);
        session_.editRecipe(recipe, tr("evaluation text"));
    });
    connect(quantize_, &QuantizePanel::evaluationWindowsEdited, this, [this](Index n_windows) {
        Recipe recipe = session_.recipe();
        recipe.perplexity.n_windows = n_windows;
        session_.editRecipe(recipe, tr("evaluation windows"), EditKind::Movement);
    });
    connect(quantize_, &QuantizePanel::memoryLimitEdited, this, [this](std::int64_t bytes) {
        Recipe recipe = session_.recipe();
        recipe.max_memory_bytes = bytes;
        session_.editRecipe(recipe, tr("memory limit"), EditKind::Movement);
    });
    connect(quantize_, &QuantizePanel::browseEvaluationRequested, this, [this] {
        const QString file = choose_.file(this, tr("Choose the evaluation text"), textFilter());
        if (file.isEmpty()) return;
        Recipe recipe = session_.recipe();
        recipe.evaluation_text = toPath(file);
        session_.editRecipe(recipe, tr("evaluation text"));
    });
    const auto check_current = [this] {
        const int row = quantize_->currentRun();
        QString problem;
        if (row >= 0 && session_.model()) {
            try {
                checkMethod(*session_.model(), quantize_->runs()[static_cast<std::size_t>(row)].method);
            } catch (const Error& error) {
                problem = QString::fromUtf8(error.what());
            }
        }
        quantize_->setProblem(problem);
    };
    connect(quantize_, &QuantizePanel::currentRunChanged, this, check_current);
    connect(&session_, &Session::recipeChanged, this, check_current);
    connect(quantize_, &QuantizePanel::quantizeRequested, this, [this](const std::vector<std::string>& names) {
        messages_->dismiss();
        workflow_.quantize(names, quantize_->wantsPerplexity());
        goTo(Page::Compare);
    });
    connect(quantize_, &QuantizePanel::copyCommandRequested, this, &MainWindow::copyCommand);
}

void MainWindow::wireCompare() {
    connect(compare_, &ComparePanel::comparedRunsChanged, this, [this] { layers_.loadErrors(compare_->comparedRuns()); });
    connect(compare_, &ComparePanel::cellChosen, &session_.selection(), &SelectionModel::selectCell);
    connect(compare_, &ComparePanel::layerChosen, this, [this](const QString& layer) {
        const LinearInfo& linear = session_.model()->linear(layer.toStdString());
        session_.selection().selectLayer(linear.block, layer);
    });
    connect(compare_, &ComparePanel::evaluateRequested, this, [this] {
        messages_->dismiss();
        workflow_.evaluate();
    });
    connect(compare_, &ComparePanel::exportRequested, this, [this](const QString& run) {
        export_->setCurrentRun(run);
        goTo(Page::Export);
    });
    connect(&layers_, &LayerWorkflow::errorsReady, this, [this](const QString& layer, const std::vector<ComparedError>& errors) {
        compare_->setErrors(layer, errors);
        const Selection& now = session_.selection().current();
        compare_->setSelectedCell(now.row, now.channel);
    });
}

void MainWindow::wireDiagnosis() {
    DiagnosisPanel& diagnosis = compare_->diagnosis();
    const auto look = [this, &diagnosis](const QString& run) {
        diagnosis.clear();
        layers_.diagnose(run);
    };
    connect(&diagnosis, &DiagnosisPanel::diagnosisWanted, this, look);
    connect(compare_, &ComparePanel::diagnosisShown, this, [look, &diagnosis] {
        if (!diagnosis.currentRun().isEmpty()) look(diagnosis.currentRun());
    });
    connect(&layers_, &LayerWorkflow::diagnosisReady, &diagnosis, &DiagnosisPanel::setDiagnosis);
    const auto choose_layer = [this](const QString& layer) {
        session_.selection().selectLayer(session_.model()->linear(layer.toStdString()).block, layer);
    };
    connect(&workflow_, &Workflow::runFailed, this, [this, look, choose_layer, &diagnosis](const FailedRun& failed) {
        const auto look_at = [this, look, choose_layer, &diagnosis, known = session_.failedRunNamed(failed.run.toStdString())] {
            if (session_.failedRunNamed(known->run.toStdString()) != known) return;  // it ended otherwise since, or its calibration is gone
            choose_layer(known->layer);
            diagnosis.chooseRun(known->run);
            compare_->showDiagnosis();
            goTo(Page::Compare);
            look(known->run);
        };
        messages_->showMessage(MessageArea::Kind::Error, failed.title, failed.message, {tr("Diagnose"), look_at});
    });
    connect(&diagnosis, &DiagnosisPanel::worstLayerWanted, this, [this, choose_layer](const QString& name) {
        if (const auto failed = session_.failedRunNamed(name.toStdString())) return choose_layer(failed->layer);
        const auto run = session_.runNamed(name.toStdString());
        if (!run || run->layers.empty()) return;
        const auto error = [](const LayerReport& layer) {  // none is worse than one that is no number
            const double found = layer.error.relative_output_error;
            return std::isfinite(found) ? found : std::numeric_limits<double>::infinity();
        };
        const auto worst = std::ranges::max_element(run->layers, {}, error);
        choose_layer(QString::fromStdString(worst->name));
    });
    connect(&diagnosis, &DiagnosisPanel::cellChosen, this, [this](Index row, Index channel) {
        session_.selection().selectCell(row, channel);
        goTo(Page::Channels);
    });
    connect(&diagnosis, &DiagnosisPanel::trialWanted, this, [this](const QString& name, const MethodSpec& method) {
        Recipe recipe = session_.recipe();
        RecipeRun run;
        run.name = name.toStdString();
        run.method = method;
        std::erase_if(recipe.runs, [&](const RecipeRun& known) { return known.name == run.name; });
        recipe.runs.push_back(run);
        session_.editRecipe(recipe, tr("trial of %1").arg(name));
        messages_->dismiss();
        compare_->showMethods();
        workflow_.quantize({run.name}, !recipe.evaluation_text.empty());
    });
}

void MainWindow::wireEvaluate() {
    connect(evaluate_, &EvaluatePanel::choiceChanged, this, [this](const QString& what) {
        const EvaluationChoice choice = evaluate_->choice();
        Recipe recipe = session_.recipe();
        recipe.evaluation_text = toPath(choice.text_file);
        recipe.perplexity.protocol = choice.spec.protocol;
        recipe.perplexity.seq_len = choice.spec.seq_len;
        recipe.perplexity.n_windows = choice.spec.n_windows;
        session_.editRecipe(recipe, what, EditKind::Movement);
    });
    connect(evaluate_, &EvaluatePanel::runChosen, this, &MainWindow::forecastTimes);
    connect(evaluate_, &EvaluatePanel::browseRequested, quantize_, &QuantizePanel::browseEvaluationRequested);
    connect(evaluate_, &EvaluatePanel::evaluateRequested, this, [this] {
        messages_->dismiss();
        workflow_.evaluate();
    });
    connect(evaluate_, &EvaluatePanel::sensitivityRequested, this, [this](const QString& run) {
        messages_->dismiss();
        workflow_.measureSensitivity(run.toStdString());
    });
    connect(&session_, &Session::sensitivitiesChanged, this, [this] {
        evaluate_->setSensitivities(session_.sensitivities());
        refreshMap();
    });
    const auto choose_layer = [this](const QString& layer) {
        session_.selection().selectLayer(session_.model()->linear(layer.toStdString()).block, layer);
    };
    connect(evaluate_, &EvaluatePanel::layerChosen, this, choose_layer);
    connect(evaluate_, &EvaluatePanel::overrideRequested, this, [this, choose_layer](const QString& layer) {
        choose_layer(layer);
        goTo(Page::Map);
    });
}

void MainWindow::wireOverrides() {
    OverridePanel& overrides = map_->overrides();
    connect(&overrides, &OverridePanel::runsEdited, this, [this](const std::vector<RecipeRun>& runs, const QString& what) {
        Recipe recipe = session_.recipe();
        recipe.runs = runs;
        session_.editRecipe(recipe, what);  // an act of its own, not part of a movement
    });
    connect(&overrides, &OverridePanel::forecastWanted, this,
            [this](const QString& run, const MethodSpec& before, const MethodSpec& after) {
                // It reads the layers' weights: not while nobody looks.
                is_forecast_stale_ = !isLookedAt(Page::Map) || !session_.calibration();
                if (!is_forecast_stale_) layers_.forecast(run, before, after);
            });
    connect(&layers_, &LayerWorkflow::forecastReady, this, [this](const QString& run, const SettingsForecast& forecast) {
        const auto result = session_.runNamed(run.toStdString());
        map_->overrides().setForecast(forecast, result ? result->layers : std::vector<LayerReport>());
    });
}

void MainWindow::refreshExport() try {
    const auto run = session_.runNamed(export_->currentRun().toStdString());
    if (!run || !session_.model()) {
        export_->setForecast({}, {}, {}, 0);
        return;
    }
    const ExportFormat format = export_->format();
    export_->setForecast(exportObstacles(*session_.model(), run->method, format, export_->ggufWeights()),
                         loaderVerdicts(*session_.model(), run->method, format),
                         exportRemarks(*session_.model(), run->method, format, export_->ggufWeights()),
                         exportedWeightBytes(*session_.model(), run->method, format, export_->ggufWeights()));
} catch (const Error& error) {  // of a stranger's expressions about layers
    export_->setForecast({error.what()}, {}, {}, 0);
}

void MainWindow::proposeFormat() try {
    const auto run = session_.runNamed(export_->currentRun().toStdString());
    if (!run || !session_.model()) return;
    const auto holds = [&](ExportFormat format) { return exportObstacles(*session_.model(), run->method, format).empty(); };
    if (holds(export_->format())) return;
    for (const ExportFormat format : {ExportFormat::Gptq, ExportFormat::Awq, ExportFormat::CompressedTensors, ExportFormat::Dequantized}) {
        if (!holds(format)) continue;
        export_->setFormat(format);
        return;
    }
} catch (const Error&) {
    return;  // refreshExport() tells it
}

void MainWindow::wireExport() {
    connect(export_, &ExportPanel::runChosen, this, &MainWindow::proposeFormat);
    connect(export_, &ExportPanel::choiceChanged, this, &MainWindow::refreshExport);
    connect(export_, &ExportPanel::browseRequested, this, [this] {
        const QString parent = choose_.folder(this, tr("Choose where the new folder goes"));
        if (parent.isEmpty()) return;
        QString name = export_->currentRun().toLower();
        name.replace(QLatin1Char(' '), QLatin1Char('-'));
        export_->setFolder(QDir(parent).filePath(QStringLiteral("%1-%2").arg(shortName(session_.model()->directory), name)));
    });
    connect(export_, &ExportPanel::browseReportRequested, this, [this] {
        const QString folder = choose_.folder(this, tr("Choose a folder for the report"));
        if (!folder.isEmpty()) export_->setReportFolder(folder);
    });
    connect(export_, &ExportPanel::exportRequested, this, [this] {
        messages_->dismiss();
        workflow_.exportRun(export_->currentRun().toStdString(), export_->format(), export_->folder(), export_->ggufWeights());
    });
    connect(export_, &ExportPanel::reportRequested, this, [this] { workflow_.writeReport(export_->reportFolder()); });
    connect(export_, &ExportPanel::openFolderRequested, this,
            [](const QString& folder) { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
    connect(&workflow_, &Workflow::exported, this,
            [this](const ExportOutcome& outcome) { export_->setVerification(outcome.folder, outcome.verification); });
    connect(&workflow_, &Workflow::reported, export_, &ExportPanel::setReportWritten);
}

void MainWindow::wireLessons() {
    connect(open_page_, &OpenPage::lessonsRequested, this, [this] { goTo(Page::Lessons); });
    connect(lessons_, &LessonDesk::pageWanted, this, &MainWindow::goTo);
    connect(lessons_, &LessonDesk::noted, this,
            [this](const QString& title, const QString& message) { messages_->showMessage(MessageArea::Kind::Note, title, message); });
}

void MainWindow::wireJobs() {
    JobRunner& survey = survey_.jobs();
    for (const auto signal : {&JobRunner::changed, &JobRunner::finished}) {
        connect(&jobs_, signal, job_status_, &JobStatus::setRecord);
        for (const JobRunner* runner : {&jobs_, &survey}) connect(runner, signal, jobs_panel_, &JobsPanel::setRecord);
    }
    connect(&jobs_, &JobRunner::changed, this, [this](const JobRecord& record) {
        if (record.state == JobRecord::State::Queued) refreshJobs();
    });
    connect(&jobs_, &JobRunner::idle, this, &MainWindow::refreshPages);
    for (const JobRunner* runner : {&jobs_, &survey})
        connect(runner, &JobRunner::idle, this, [] { QThreadPool::globalInstance()->start([] { giveBackFreedMemory(); }); });
    // Quick jobs show up only when they are not: a large layer takes its time. There is one line: the user's jobs go first.
    connect(&quick_, &JobRunner::changed, this, [this](const JobRecord& record) {
        if (jobs_.isIdle() && record.elapsed_seconds > kQuick_s) job_status_->setRecord(record);
    });
    connect(&survey, &JobRunner::changed, this, [this](const JobRecord& record) {
        if (jobs_.isIdle() && quick_.isIdle()) job_status_->setRecord(record);
    });
    for (const JobRunner* runner : {&quick_, &survey}) connect(runner, &JobRunner::finished, job_status_, &JobStatus::setRecord);
    const auto cancel = [this](int id) {
        for (JobRunner* runner : {&jobs_, &quick_, &survey_.jobs()}) runner->cancel(id);
    };
    connect(job_status_, &JobStatus::cancelRequested, this, cancel);
    connect(jobs_panel_, &JobsPanel::cancelRequested, this, cancel);
    for (JobRunner* runner : {&jobs_, &survey}) connect(jobs_panel_, &JobsPanel::cancelAllRequested, runner, &JobRunner::cancelAll);
    connect(jobs_panel_, &JobsPanel::pauseRequested, &jobs_, &JobRunner::setPaused);
    connect(&jobs_, &JobRunner::pausedChanged, &survey, &JobRunner::setPaused);  // whoever wants the machine for himself wants all of it
}

}  // namespace salient
