// Walks the real window through the whole path on a model and saves a picture of every view, in both themes.
// usage: salient-screenshots FOLDER [--language de] [MODEL [TEXT EVALUATION_TEXT] | --lessons]

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QSettings>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <cstdio>
#include <functional>

#include "app/gui/language.h"
#include "app/gui/main_window.h"
#include "app/gui/message_area.h"
#include "app/gui/projector_mode.h"
#include "widgets/calibration_ab_panel.h"
#include "widgets/calibration_panel.h"
#include "widgets/channels_panel.h"
#include "widgets/command_palette.h"
#include "widgets/compare_panel.h"
#include "widgets/convergence_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/export_panel.h"
#include "widgets/jobs_panel.h"
#include "widgets/lesson_panel.h"
#include "widgets/lessons_panel.h"
#include "widgets/method_text.h"
#include "widgets/model_map_view.h"
#include "widgets/quantize_panel.h"
#include "widgets/stepper_panel.h"
#include "widgets/theme.h"
#include "widgets/token_map_panel.h"
#include "widgets/tune_panel.h"

using namespace salient;

namespace {

constexpr qint64 kPatience_ms = 600000;
constexpr int kSettle_ms = 400;  // for timers of the views: curves that fill in, read-outs

class Walk {
public:
    Walk(QApplication& application, QString folder) : application_(application), folder_(std::move(folder)) { window_.resize(1280, 800); }

    int run(const QString& model, const QString& text, const QString& evaluation_text) {
        window_.show();
        settle(kSettle_ms);
        for (const Page page : {Page::Open, Page::Calibrate, Page::Compare}) picture(page, QStringLiteral("empty"));

        window_.goTo(Page::Open);
        if (model.isEmpty()) {
            window_.openDemo();
        } else {
            window_.open(model);
        }
        waitForJobs();
        if (!window_.session().model()) {
            std::fprintf(stderr, "%s\n", qPrintable(window_.messages().text()));
            return EXIT_FAILURE;
        }
        if (!text.isEmpty()) {
            Recipe recipe = window_.session().recipe();
            recipe.evaluation_text = toPath(evaluation_text);
            window_.session().editRecipe(recipe, QStringLiteral("evaluation text"));
            window_.setCalibrationText(text);
            waitForJobs();
        }
        picture(Page::Open);
        picture(Page::Quantize, QStringLiteral("before-calibration"));
        picture(Page::Calibrate, QStringLiteral("preview"));
        window_.workflow().calibrate();
        waitForJobs();
        picture(Page::Calibrate);
        picture(Page::Map, QStringLiteral("calibrated"));

        const Index channel = std::min<Index>(37, window_.session().selectedLayer()->in_features - 1);
        window_.session().selection().selectCell(5, channel);
        picture(Page::Channels);
        auto* channels = view<ChannelsPanel>()->findChild<QTabWidget*>();
        channels->setCurrentIndex(1);
        waitForJobs();
        emit view<ChannelsPanel>()->tokens().largestTokensWanted(channel);
        waitForJobs();
        picture(Page::Channels, QStringLiteral("tokens"));
        channels->setCurrentIndex(2);
        waitForJobs();
        picture(Page::Channels, QStringLiteral("spectrum"));
        channels->setCurrentIndex(0);
        auto* calibrating = view<CalibrationPanel>()->findChild<QTabWidget*>();
        calibrating->setCurrentIndex(1);
        emit view<CalibrationPanel>()->convergence().measureWanted();
        waitForJobs();
        picture(Page::Calibrate, QStringLiteral("convergence"));
        calibrating->setCurrentIndex(2);
        CalibrationAbPanel& another_text = view<CalibrationPanel>()->anotherText();
        another_text.setTextFile(toQString(window_.session().recipe().evaluation_text));
        another_text.findChild<QComboBox*>()->setCurrentIndex(1);  // GPTQ: plain rounding looks at no text
        emit another_text.comparisonWanted();
        waitForJobs();
        picture(Page::Calibrate, QStringLiteral("another-text"));
        calibrating->setCurrentIndex(0);
        window_.goTo(Page::Stepper);
        waitForJobs();
        picture(Page::Stepper, QStringLiteral("start"));
        view<StepperPanel>()->goTo(100);
        picture(Page::Stepper);
        picture(Page::Tune);
        view<TunePanel>()->useOptimum();
        picture(Page::Tune, QStringLiteral("optimum"));
        view<TunePanel>()->findChild<QTabWidget*>()->setCurrentIndex(1);
        waitForJobs();
        picture(Page::Tune, QStringLiteral("clip"));
        view<TunePanel>()->findChild<QTabWidget*>()->setCurrentIndex(0);

        picture(Page::Quantize);
        view<QuantizePanel>()->setCurrentRun(2);
        picture(Page::Quantize, QStringLiteral("awq"));
        view<QuantizePanel>()->setCurrentRun(3);
        picture(Page::Quantize, QStringLiteral("smoothquant"));
        Recipe recipe = window_.session().recipe();
        for (const char* combined : {"awq+gptq", "smoothquant+gptq"}) {
            RecipeRun run;
            MethodSpec base;
            base.grid = recipe.runs.front().method.grid;
            run.method = methodFromName(combined, base);
            run.name = suggestedRunName(run.method, {});
            recipe.runs.push_back(std::move(run));
        }
        window_.session().editRecipe(recipe, QStringLiteral("add runs"));
        picture(Page::Quantize, QStringLiteral("six"));
        window_.workflow().quantize({}, true);
        settle(kSettle_ms);
        window_.findChild<QDockWidget*>(QStringLiteral("jobs"))->show();
        picture(Page::Compare, QStringLiteral("running"), false);
        waitForJobs();
        picture(Page::Compare, QStringLiteral("jobs"));
        window_.findChild<QDockWidget*>(QStringLiteral("jobs"))->hide();
        picture(Page::Compare, QStringLiteral("methods"));
        auto* tabs = view<ComparePanel>()->findChild<QTabWidget*>();
        auto* table = view<ComparePanel>()->findChild<QTableView*>();
        table->selectRow(2);
        picture(Page::Compare, QStringLiteral("before-after"));
        tabs->setCurrentIndex(1);
        picture(Page::Compare, QStringLiteral("weight-error"));
        tabs->currentWidget()->findChild<QComboBox*>()->setCurrentIndex(1);
        picture(Page::Compare, QStringLiteral("output-error"));
        tabs->setCurrentIndex(2);
        waitForJobs();
        picture(Page::Compare, QStringLiteral("diagnosis"));
        tabs->setCurrentIndex(0);
        picture(Page::Map);
        view<ModelMapView>()->findChild<QLineEdit*>(QStringLiteral("filter"))->setText(QStringLiteral("down_proj"));
        waitForJobs();
        picture(Page::Map, QStringLiteral("override"));
        view<ModelMapView>()->findChild<QLineEdit*>(QStringLiteral("filter"))->clear();
        picture(Page::Evaluate, QStringLiteral("methods"));
        window_.workflow().measureSensitivity(window_.session().runs().at(1)->name);
        waitForJobs();
        boxNamed(view<EvaluatePanel>(), EvaluatePanel::tr("Result"))->setCurrentIndex(1);
        picture(Page::Evaluate, QStringLiteral("layers"));
        for (QAction* action : window_.findChildren<QAction*>()) {
            if (action->shortcut() == QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P)) action->trigger();
        }
        view<CommandPalette>()->findChild<QLineEdit*>()->setText(QStringLiteral("co"));
        picture(Page::Evaluate, QStringLiteral("palette"));
        view<CommandPalette>()->hide();

        tabs->setCurrentIndex(1);
        window_.goTo(Page::Stepper);
        window_.showBeside(Page::Compare);
        picture(Page::Stepper, QStringLiteral("beside-compare"));
        window_.resize(1920, 1080);
        picture(Page::Stepper, QStringLiteral("beside-compare-1920"));
        window_.resize(1280, 800);
        window_.closeBeside();
        tabs->setCurrentIndex(0);

        QTemporaryDir target;
        window_.goTo(Page::Export);
        auto* exporting = view<ExportPanel>();
        exporting->setReportFolder(target.filePath(QStringLiteral("report")));
        const std::string name = window_.session().runs().at(1)->name;
        exporting->setCurrentRun(QString::fromStdString(name));
        exporting->setFolder(target.filePath(QStringLiteral("checkpoint")));
        picture(Page::Export, QStringLiteral("before"));
        window_.workflow().exportRun(name, exporting->format(), exporting->folder());
        window_.workflow().writeReport(exporting->reportFolder());
        waitForJobs();
        picture(Page::Export);
        exporting->setCurrentRun(QString::fromStdString(window_.session().runs().at(0)->name));
        exporting->setFormat(ExportFormat::Gguf);
        QComboBox* type = boxNamed(exporting, ExportPanel::tr("Type of the layers"));
        type->setCurrentIndex(type->findData(static_cast<int>(GgufWeights::Q4_K_M)));
        picture(Page::Export, QStringLiteral("k-types"));
        exporting->setCurrentRun(QString::fromStdString(window_.session().runs().at(3)->name));  // W8A8
        picture(Page::Export, QStringLiteral("proposed"));
        exporting->setFormat(ExportFormat::Gptq);
        picture(Page::Export, QStringLiteral("obstacles"));
        QComboBox* protocol = boxNamed(view<EvaluatePanel>(), EvaluatePanel::tr("Protocol"));
        protocol->setCurrentIndex(protocol->findData(static_cast<int>(PerplexityProtocol::SecondHalf)));
        window_.workflow().evaluate();
        waitForJobs();
        picture(Page::Evaluate, QStringLiteral("second-half"));

        window_.open(QStringLiteral("/nowhere/at-all"));
        waitForJobs();
        picture(Page::Open, QStringLiteral("error"));
        window_.messages().dismiss();
        return lessons();
    }

    /// Every step of every lesson, as it is asked and as it is answered; help; and all of the window for a projector.
    int lessons() {
        window_.show();
        picture(Page::Lessons, QStringLiteral("list"));
        auto* panel = view<LessonsPanel>();
        const std::vector<LessonEntry> entries = panel->lessons();
        for (const LessonEntry& entry : entries) {
            panel->openLesson(entry.id);
            for (int step = 0; step < static_cast<int>(entry.lesson->steps.size()); ++step) {
                panel->lessonPanel()->goTo(step);
                const QString name = QStringLiteral("%1-%2").arg(entry.id).arg(step);
                const LessonStep& shown = entry.lesson->steps[static_cast<std::size_t>(step)];
                if (shown.question) picture(Page::Lessons, name + QStringLiteral("-asked"));
                panel->lessonPanel()->reveal();
                picture(Page::Lessons, name);
            }
        }
        panel->showList();
        picture(Page::Lessons, QStringLiteral("list-read"));
        auto* help = window_.findChild<QDockWidget*>(QStringLiteral("help"));
        help->show();
        for (const Page page : {Page::Stepper, Page::Lessons}) picture(page, QStringLiteral("help"));
        help->hide();
        ProjectorMode projector(window_);
        projector.setOn(true);
        window_.showNormal();  // of a size of our choice; on a projector it fills the screen
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1080)}) {
            window_.resize(size);
            const QString suffix = QStringLiteral("projector-%1").arg(size.width());
            for (const LessonEntry& entry : entries) {
                panel->openLesson(entry.id);
                panel->lessonPanel()->goTo(entry.id == QLatin1String("gptq") ? 2 : 0);
                panel->lessonPanel()->reveal();
                picture(Page::Lessons, suffix + QLatin1Char('-') + entry.id);
            }
            for (int page = 0; page < kPages - 1; ++page) picture(static_cast<Page>(page), suffix);
        }
        projector.setOn(false);
        window_.resize(1280, 800);
        picture(Page::Open, QStringLiteral("after-projector"));
        return EXIT_SUCCESS;
    }

private:
    template <class View>
    View* view() {
        return window_.findChild<View*>();
    }

    static QComboBox* boxNamed(const QWidget* parent, const QString& name) {
        for (QComboBox* box : parent->findChildren<QComboBox*>()) {
            if (box->accessibleName() == name) return box;
        }
        qFatal("no box '%s'", qPrintable(name));
    }

    static void settle(qint64 ms) {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < ms) QApplication::processEvents(QEventLoop::AllEvents, 20);
    }

    void waitForJobs() {
        QElapsedTimer timer;
        timer.start();
        const auto idle = [this] { return window_.jobs().isIdle() && window_.quickJobs().isIdle(); };
        while (!idle() && timer.elapsed() < kPatience_ms) QApplication::processEvents(QEventLoop::AllEvents, 20);
    }

    void picture(Page page, const QString& suffix = {}, bool wait = true) {
        window_.goTo(page);
        if (wait) waitForJobs();
        QString name = QStringLiteral("%1-%2").arg(++number_, 2, 10, QLatin1Char('0')).arg(pageTitle(page).toLower());
        name.replace(QLatin1Char(' '), QLatin1Char('-'));
        if (!suffix.isEmpty()) name += QLatin1Char('-') + suffix;
        for (const Theme theme : {Theme::Light, Theme::Dark}) {
            applyTheme(application_, theme);
            settle(kSettle_ms);
            const QString file =
                QDir(folder_).filePath(QStringLiteral("%1-%2@%3x.png")
                                           .arg(name, theme == Theme::Light ? QStringLiteral("light") : QStringLiteral("dark"))
                                           .arg(window_.devicePixelRatioF()));
            if (!window_.grab().save(file)) std::fprintf(stderr, "cannot write %s\n", qPrintable(file));
        }
        applyTheme(application_, Theme::Light);
    }

    QApplication& application_;
    QString folder_;
    QTemporaryDir settings_folder_;
    QSettings settings_{settings_folder_.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    MainWindow window_{settings_, desktopFileChooser()};
    int number_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QStringList arguments = QApplication::arguments();
    if (arguments.size() < 2) {
        std::fputs("usage: salient-screenshots FOLDER [--language de] [MODEL [TEXT EVALUATION_TEXT] | --lessons]\n", stderr);
        return 2;
    }
    if (!QDir().mkpath(arguments.at(1))) {
        std::fprintf(stderr, "cannot make %s\n", qPrintable(arguments.at(1)));
        return EXIT_FAILURE;
    }
    if (arguments.value(2) == QLatin1String("--language")) {
        applyLanguage(windowLocale(LanguageChoice::System, QLocale(arguments.value(3))));
        arguments.remove(2, 2);
    }
    applyTheme(application, Theme::Light);
    Walk walk(application, arguments.at(1));
    if (arguments.value(2) == QLatin1String("--lessons")) return walk.lessons();
    return walk.run(arguments.value(2), arguments.value(3), arguments.value(4));
}
