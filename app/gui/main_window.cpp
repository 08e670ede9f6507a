#include "app/gui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QStackedWidget>
#include <QStatusBar>
#include <algorithm>
#include <initializer_list>

#include "app/gui/application.h"
#include "app/gui/demo_location.h"
#include "app/gui/job_status.h"
#include "app/gui/layout_name_bar.h"
#include "app/gui/lesson_library.h"
#include "app/gui/map_metrics.h"
#include "app/gui/message_area.h"
#include "app/gui/page_frame.h"
#include "app/gui/page_host.h"
#include "app/gui/page_scroller.h"
#include "app/gui/page_split.h"
#include "app/gui/selection_bar.h"
#include "app/gui/side_pane.h"
#include "app/gui/window_body.h"
#include "core/io/process_memory.h"
#include "core/quant/quantize_model.h"
#include "core/recipe/memory_forecast.h"
#include "widgets/calibration_panel.h"
#include "widgets/channels_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/diagnosis_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/export_panel.h"
#include "widgets/jobs_panel.h"
#include "widgets/kept_settings.h"
#include "widgets/label_reader.h"
#include "widgets/memory_text.h"
#include "widgets/model_map_view.h"
#include "widgets/open_page.h"
#include "widgets/override_panel.h"
#include "widgets/quantize_panel.h"
#include "widgets/stepper_panel.h"
#include "widgets/time_text.h"
#include "widgets/tune_panel.h"

namespace salient {

namespace {

constexpr QSize kFirstSize{1280, 800};
constexpr int kJobsHeight = 110;
const QString kProgram = QStringLiteral("Salient");  // the same in every language

bool looksAtLayer(Page page) {
    return page == Page::Map || page == Page::Channels || page == Page::Stepper || page == Page::Tune || page == Page::Compare ||
           page == Page::Evaluate;
}

std::size_t at(Page page) { return static_cast<std::size_t>(page); }

/// Before the first label is made, which is a member.
QWidget* afterLabelReader(QWidget* parent) {
    installLabelReader();
    return parent;
}

}  // namespace

MainWindow::MainWindow(QSettings& settings, FileChooser choose, QWidget* parent)
    : QMainWindow(afterLabelReader(parent)),
      preferences_(settings),
      choose_(std::move(choose)),
      quick_(nullptr, -1),
      workflow_(session_, jobs_, quick_),
      layers_(session_, quick_),
      lessons_(new LessonDesk(*this, session_, preferences_, choose_)),
      keeper_(session_, workflow_),
      navigation_(new Navigation(this)),
      stack_(new QStackedWidget(this)),
      side_pane_(new SidePane(this)),
      split_(new PageSplit(stack_, side_pane_, this)),
      messages_(new MessageArea(this)),
      layout_name_(new LayoutNameBar(this)),
      selection_bar_(new SelectionBar(session_.selection(), this)),
      selection_strip_(new QWidget(this)),
      job_status_(new JobStatus(this)),
      jobs_panel_(new JobsPanel(this)),
      jobs_dock_(new QDockWidget(tr("Jobs"), this)),
      open_page_(new OpenPage(this)),
      calibration_panel_(new CalibrationPanel(this)),
      map_(new ModelMapView(this)),
      channels_(new ChannelsPanel(this)),
      stepper_(new StepperPanel(this)),
      tune_(new TunePanel(this)),
      quantize_(new QuantizePanel(this)),
      compare_(new ComparePanel(this)),
      evaluate_(new EvaluatePanel(this)),
      export_(new ExportPanel(this)) {
    setWindowTitle(kProgram);
    setAcceptDrops(true);
    buildPages();
    buildShell();
    buildMenus();
    wireHosts();
    wireBeside();
    buildPalette();
    wireOpen();
    wireSessions();
    wireCalibrate();
    wireLayerViews();
    wireTune();
    wireQuantize();
    wireCompare();
    wireDiagnosis();
    wireEvaluate();
    wireOverrides();
    wireExport();
    wireJobs();
    wireFigures();
    wireLessons();

    connect(&session_, &Session::modelChanged, this, &MainWindow::modelChanged);
    connect(&session_, &Session::samplesChanged, this, [this] {
        calibration_panel_->setSamples(session_.samples(), session_.model() ? session_.model()->tokenizer : nullptr);
        calibration_panel_->setCalibration(session_.calibration(), session_.isCalibrationCurrent());
    });
    connect(&session_, &Session::calibrationChanged, this, &MainWindow::calibrationChanged);
    connect(&session_, &Session::runsChanged, this, &MainWindow::runsChanged);
    connect(&session_, &Session::recipeChanged, this, &MainWindow::recipeChanged);
    connect(&session_.selection(), &SelectionModel::changed, this, &MainWindow::selectionChanged);
    connect(&times_, &TimeForecaster::ready, this, [this](const std::optional<JobTimes>& times) {
        are_times_awaited_ = false;
        job_times_ = times;
        showForecasts();
    });
    if (const auto* application = qobject_cast<Application*>(QCoreApplication::instance())) {
        connect(application, &Application::failed, this, [this](const QString& message) {
            const bool is_told = messages_->isVisible() && messages_->text() == message;  // by a view that is painted again and again
            if (!is_told) messages_->showMessage(MessageArea::Kind::Error, tr("This should not have happened"), message);
        });
    }

    resize(kFirstSize);
    if (!preferences_.geometry().isEmpty()) restoreGeometry(preferences_.geometry());
    if (!preferences_.windowState().isEmpty()) restoreState(preferences_.windowState());
    open_page_->setRecent(preferences_.recent());
    open_page_->setDemoAvailable(!demoFolder(QApplication::applicationDirPath()).isEmpty());
    refreshPages();
}

MainWindow::~MainWindow() {
    keeper_.disconnect(this);
    for (PageHost* one : hosts_) {
        one->disconnect(this);
        if (one->isDetached()) one->ownWindow()->removeEventFilter(one);  // its end brings no page back
    }
    // Views go last, when what they are wired to is gone already.
    navigation_->disconnect(this);
    stack_->disconnect(this);
}

PageFrame* MainWindow::addPage(Page page, const QString& explanation, QWidget* content) {
    auto* frame = new PageFrame(pageTitle(page), explanation, content, this);
    frames_[at(page)] = frame;
    auto* scroller = new PageScroller(frame, this);
    keepSetting(scroller, ("page." + pageKey(page).toLatin1()).constData());
    connect(scroller, &PageScroller::leastWidthChanged, split_, &PageSplit::fit);
    hosts_[at(page)] = new PageHost(scroller, pageTitle(page), this);
    stack_->addWidget(hosts_[at(page)]);
    return frame;
}

void MainWindow::buildPages() {
    addPage(Page::Open, tr("A model to work on. Only headers are read: it opens at once, however large it is."), open_page_);
    addPage(Page::Calibrate, tr("Text that is run through the model, to learn what each layer's inputs look like."), calibration_panel_);
    addPage(Page::Map, tr("Every linear layer of the model, coloured by the number of your choice. Return or a double click looks closer."),
            map_);
    addPage(Page::Channels, tr("What each input channel of the layer did over the calibration text, beside the weights that read it."),
            channels_);
    addPage(Page::Stepper, tr("GPTQ column by column, forwards and backwards, as the solver that ships does it."), stepper_);
    addPage(Page::Tune, tr("How much of the difficulty moves between activations and weights, and what it costs."), tune_);
    addPage(Page::Quantize, tr("The methods to run and compare. Everything here is the recipe: it can be saved, undone and run elsewhere."),
            quantize_);
    addPage(Page::Compare, tr("What each method did to the same model, measured on the same text."), compare_);
    addPage(Page::Evaluate, tr("How good each result is as a model, and which layers that hangs on. Every figure carries its protocol."),
            evaluate_);
    addPage(Page::Export, tr("A checkpoint that other programs load, and a report of everything measured."), export_);
    addPage(Page::Lessons, tr("Small worked examples, with every number computed by this program. F5: large type, for a projector."),
            lessons_->panel());
    for (PageFrame* frame : frames_) {
        connect(frame, &PageFrame::nextRequested, this, [this] {
            goTo(!session_.model() ? Page::Open : !session_.calibration() ? Page::Calibrate : Page::Quantize);
        });
    }
}

void MainWindow::buildShell() {
    auto* strip_layout = new QHBoxLayout(selection_strip_);
    strip_layout->setContentsMargins(20, 10, 20, 0);
    strip_layout->addWidget(selection_bar_);

    auto* body = new WindowBody(navigation_, split_, this);
    for (QWidget* above : std::initializer_list<QWidget*>{messages_, layout_name_, selection_strip_}) body->addAbovePages(above);
    setCentralWidget(body);

    jobs_dock_->setObjectName(QStringLiteral("jobs"));
    jobs_dock_->setWidget(jobs_panel_);
    jobs_dock_->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
    jobs_panel_->setMinimumHeight(kJobsHeight);
    addDockWidget(Qt::BottomDockWidgetArea, jobs_dock_);
    jobs_dock_->hide();
    statusBar()->addWidget(job_status_, 1);
    statusBar()->setSizeGripEnabled(false);

    selection_strip_->setObjectName(QStringLiteral("selectionStrip"));
    connect(navigation_, &Navigation::pageChosen, this, [this](Page page) {
        stack_->setCurrentIndex(static_cast<int>(page));
        refreshStrip();
        loadPage();
        lessons_->setPage(page);
    });
    selection_strip_->hide();
}

void MainWindow::goTo(Page page) {
    if (host(page).isDetached()) return host(page).raiseOwnWindow();
    if (page == beside_) return focusBeside();
    navigation_->setPage(page);
}

Page MainWindow::page() const { return navigation_->page(); }

PageHost& MainWindow::host(Page page) { return *hosts_[at(page)]; }

/// Layer, channel and row stand above the page as long as any page that is looked at is about them.
void MainWindow::refreshStrip() {
    bool is_wanted = false;
    for (int i = 0; i < kPages; ++i) {
        const auto one = static_cast<Page>(i);
        is_wanted = is_wanted || (looksAtLayer(one) && isLookedAt(one));
    }
    selection_strip_->setVisible(is_wanted && session_.model());
}

void MainWindow::openDemo() {
    const QString folder = demoFolder(QApplication::applicationDirPath());
    if (folder.isEmpty()) {
        messages_->showMessage(MessageArea::Kind::Error, tr("Demo model"), tr("It is not installed beside this program."));
        return;
    }
    open(folder + QStringLiteral("/model"));
}

void MainWindow::setCalibrationText(const QString& file) {
    Recipe recipe = session_.recipe();
    recipe.calibration_text = toPath(file);
    recipe.inputs.clear();
    session_.editRecipe(recipe, tr("calibration text"));
    messages_->dismiss();
    workflow_.previewSamples();  // of the same name, too: its contents may have changed
}

void MainWindow::modelChanged() {
    const auto& model = session_.model();
    setWindowTitle(model ? tr("%1 — Salient").arg(modelTitle(model->directory)) : kProgram);
    open_page_->setModel(model);
    selection_bar_->setModel(model);
    refreshStrip();
    survey_.setModel(model);
    map_->setModel(model);
    calibration_panel_->setMaxSeqLen(model ? model->config.max_positions : 0);
    evaluate_->setMaxSeqLen(model ? model->config.max_positions : 0);
    export_->setFolder({});
    stepper_->setStepper({});
    channels_->setChannels({});
    tune_->setModel({});
    compare_->setErrors({}, {});
    layers_.resetWhatIf();
    restored_ = Json::object();
}

void MainWindow::calibrationChanged() {
    calibration_panel_->setCalibration(session_.calibration(), session_.isCalibrationCurrent());
    is_stale_.fill(true);
    refreshPages();
    loadPage();
}

void MainWindow::runsChanged() {
    const auto& model = session_.model();
    double stored_bits = 0.0;
    if (model && !model->linears.empty()) {  // by its bytes: a GGUF file's blocks have scales of their own
        const LinearInfo& layer = model->linears.front();
        const auto n_weights = static_cast<double>(layer.out_features) * static_cast<double>(layer.in_features);
        stored_bits = 8.0 * static_cast<double>(model->checkpoint->tensor(layer.name + ".weight").bytes.size()) / n_weights;
    }
    compare_->setResults(session_.runs(), session_.fullPrecision(), model ? model->checkpoint->sizeBytes() : 0, stored_bits);
    QStringList failed;
    for (const auto& [name, run] : session_.failedRuns()) failed << run->run;
    compare_->diagnosis().setFailedRuns(failed);
    evaluate_->setResults(session_.runs(), session_.fullPrecision());
    refreshMap();
    QStringList names;
    for (const auto& run : session_.runs()) names << QString::fromStdString(run->name);
    export_->setRuns(names);
    is_stale_[at(Page::Compare)] = true;
    forecastTimes();
    refreshPages();
    loadPage();
}

void MainWindow::refreshMap() {
    map_->setMetrics(mapMetrics(session_, survey_.metrics(), survey_.isCancelled()));
    map_->setSelectedLayer(session_.selection().current().layer);
}

void MainWindow::forecastTimes() {
    job_times_.reset();  // they were of something else
    are_times_awaited_ = session_.model() != nullptr;
    showForecasts();
    if (!are_times_awaited_) return;
    const auto unmeasured = std::ranges::count_if(session_.runs(), [](const auto& run) { return !run->perplexity; });
    const auto run = session_.runNamed(evaluate_->currentRun().toStdString());
    times_.ask({.model = session_.model(),
                .recipe = session_.recipe(),
                .n_unmeasured = static_cast<std::size_t>(unmeasured),
                .has_reference = session_.reference() != nullptr,
                .method = run ? run->method : MethodSpec{}});
}

/// Memory as it is needed now; times once they are counted.
void MainWindow::showForecasts() {
    const auto& model = session_.model();
    QStringList notes;
    if (model)
        notes << memoryText(forecastJob(*model, session_.recipe(), true, false).total(), physicalMemoryBytes(),
                            session_.recipe().max_memory_bytes);
    if (model && job_times_) notes << recipeTimeText(job_times_->calibrating, job_times_->quantizing);
    if (model && are_times_awaited_) notes << awaitedTimeText();
    calibration_panel_->setMemoryNote(notes.join(QLatin1Char(' ')));
    quantize_->setMemoryNote(notes.join(QLatin1Char(' ')));
    QString evaluating;
    if (model && job_times_) evaluating = evaluationTimeText(job_times_->perplexity, job_times_->layers);
    if (model && are_times_awaited_) evaluating = awaitedTimeText();
    evaluate_->setTimeNote(session_.recipe().evaluation_text.empty() ? QString() : evaluating);
}

void MainWindow::recipeChanged() {
    const Recipe& recipe = session_.recipe();
    calibration_panel_->setChoice({toQString(recipe.calibration_text), recipe.samples, recipe.compute});
    calibration_panel_->setCalibration(session_.calibration(), session_.isCalibrationCurrent());
    quantize_->setRuns(recipe.runs);
    map_->overrides().setRuns(recipe.runs);
    evaluate_->setChoice({toQString(recipe.evaluation_text), recipe.perplexity});
    quantize_->setEvaluation(toQString(recipe.evaluation_text), recipe.perplexity.n_windows);
    quantize_->setMemoryLimit(recipe.max_memory_bytes);
    jobs_.setMemoryLimit(recipe.max_memory_bytes);
    forecastTimes();
    refreshPages();
    for (const Page page : {Page::Stepper, Page::Tune}) {
        is_stale_[at(page)] = true;
        if (isLookedAt(page) && session_.calibration()) load(page);  // undo reaches every page
    }
}

void MainWindow::selectionChanged(const Selection& now, const Selection& before) {
    map_->setSelectedLayer(now.layer);
    channels_->setSelectedChannel(now.channel);
    stepper_->setSelectedCell(now.row, now.channel);
    tune_->setSelectedChannel(now.channel);
    compare_->setSelectedCell(now.row, now.channel);
    compare_->setSelectedLayer(now.layer);
    evaluate_->setSelectedLayer(now.layer);
    if (now.layer == before.layer) return;
    if (!waitsForThisLayer()) restored_ = Json::object();
    is_stale_.fill(true);
    loadPage();
}

void MainWindow::loadPage() {
    if (!session_.calibration()) return;
    for (int i = 0; i < kPages; ++i) {
        if (isLookedAt(static_cast<Page>(i))) load(static_cast<Page>(i));
    }
}

void MainWindow::load(Page shown) {
    if (shown == Page::Map && is_forecast_stale_) map_->overrides().askAgain();
    if (!is_stale_[at(shown)]) return;
    is_stale_[at(shown)] = false;
    if (shown == Page::Channels) layers_.loadChannels();
    if (shown == Page::Stepper) layers_.loadStepper();
    if (shown == Page::Tune) layers_.loadTune();
    if (shown == Page::Compare) {
        layers_.loadErrors(compare_->comparedRuns());
        if (compare_->showsDiagnosis()) layers_.diagnose(compare_->diagnosis().currentRun());
    }
}

void MainWindow::refreshPages() {
    const bool has_model = session_.model() != nullptr;
    const bool has_calibration = session_.calibration() != nullptr;
    const bool has_runs = !session_.runs().empty();
    for (const Page page : {Page::Calibrate, Page::Map, Page::Channels, Page::Stepper, Page::Tune, Page::Quantize, Page::Compare,
                            Page::Evaluate, Page::Export}) {
        PageFrame* frame = frames_[at(page)];
        const bool needs_calibration = page == Page::Channels || page == Page::Stepper || page == Page::Tune;
        const bool is_diagnosed = page == Page::Compare && !session_.failedRuns().empty();
        const bool needs_runs = !is_diagnosed && (page == Page::Compare || page == Page::Evaluate || page == Page::Export);
        if (!has_model) {
            frame->setEmpty(tr("No model is open yet. Start with the demo, or with a model of your own."), tr("Open a model"));
        } else if ((needs_calibration || (needs_runs && !has_runs)) && !has_calibration) {
            frame->setEmpty(tr("Calibrate first: this view shows what happened when text ran through the model."), tr("Calibrate"));
        } else if (needs_runs && !has_runs) {
            frame->setEmpty(tr("There is no result yet. Choose methods and quantize the model with them."), tr("Quantize"));
        } else {
            frame->setReady();
        }
    }
    navigation_->setDone(Page::Open, has_model);
    navigation_->setDone(Page::Calibrate, has_calibration);
    navigation_->setDone(Page::Quantize, has_runs);
    navigation_->setDone(Page::Compare, has_runs);
    navigation_->setDone(Page::Evaluate, has_runs && session_.fullPrecision().has_value());
    refreshJobs();
}

void MainWindow::refreshJobs() {
    const bool is_busy = !jobs_.isIdle();
    calibration_panel_->setBusy(is_busy);
    export_->setBusy(is_busy);
    compare_->setEvaluateEnabled(!is_busy);
    compare_->diagnosis().setBusy(is_busy);
    evaluate_->setBusy(is_busy);
    quantize_->setBlockedReason(!session_.calibration() ? tr("Calibrate first.") : is_busy ? tr("A job is running.") : QString());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    projector_.setOn(false);  // the next start is an ordinary one
    preferences_.setLayout(saveGeometry(), saveState());
    keeper_.flush();
    for (const PageHost* one : hosts_) {
        if (one->isDetached()) one->ownWindow()->hide();
    }
    QMainWindow::closeEvent(event);
}

}  // namespace salient
