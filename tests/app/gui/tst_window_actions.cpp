// What the menus, the palette and the desks of the window do: run, save pictures, go on where something was left.

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QThread>
#include <algorithm>
#include <limits>
#include <optional>

#include "app/gui/figure_desk.h"
#include "tests/app/gui/desk.h"
#include "tests/app/gui/files.h"
#include "tests/app/gui/interrupted_export.h"
#include "widgets/chart.h"
#include "widgets/command_palette.h"
#include "widgets/compare_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/jobs_panel.h"
#include "widgets/lesson_panel.h"
#include "widgets/lessons_panel.h"
#include "widgets/model_map_view.h"
#include "widgets/number_grid.h"
#include "widgets/override_panel.h"
#include "widgets/quantize_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

QAction* entry(Desk& desk, const QString& text) {
    for (QAction* action : desk.window.findChildren<QAction*>()) {
        if (action->text() == text) return action;
    }
    return nullptr;
}

QAction* entryOf(const QWidget& widget, const QString& text) {
    for (QAction* action : widget.actions()) {
        if (action->text() == text) return action;
    }
    return nullptr;
}

RunResult someResult() {
    RunResult run;
    run.name = "made up";
    for (const char* layer : {"model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj", "model.layers.2.self_attn.q_proj"}) {
        LayerReport report;
        report.name = layer;
        report.error.relative_output_error = 0.1;
        run.layers.push_back(report);
    }
    return run;
}

}  // namespace

class TestWindowActions : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(data_.isValid());
        qputenv("XDG_DATA_HOME", data_.path().toUtf8());
    }

    void theRunMenuPressesTheButtonsOfThePages() {
        Desk desk;
        for (const char* text : {"&Calibrate", "&Quantize all", "Quantize &this one", "Measure &perplexity and KL",
                                 "Measure &layer by layer", "&Export and verify", "Write &report"}) {
            QVERIFY2(entry(desk, QLatin1String(text)) != nullptr, text);
            QVERIFY2(!entry(desk, QLatin1String(text))->isEnabled(), text);  // there is no model
        }
        QVERIFY(desk.openDemo());
        QVERIFY(entry(desk, QStringLiteral("&Calibrate"))->isEnabled());
        QVERIFY(!entry(desk, QStringLiteral("&Quantize all"))->isEnabled());
        desk.window.goTo(Page::Map);
        entry(desk, QStringLiteral("&Calibrate"))->trigger();
        QCOMPARE(desk.window.page(), Page::Calibrate);
        QVERIFY(desk.waitForJobs());
        Session& session = desk.window.session();
        QVERIFY(session.calibration());
        desk.view<QuantizePanel>()->setCurrentRun(1);  // GPTQ, which 256 tokens are too few for
        QAction* this_one = entry(desk, QStringLiteral("Quantize &this one"));
        QVERIFY(this_one->isEnabled());
        this_one->trigger();
        QVERIFY(!this_one->isEnabled());  // while it runs
        QVERIFY(desk.waitForJobs());
        QVERIFY(this_one->isEnabled());
        QCOMPARE(session.runs().size(), std::size_t{1});
        entry(desk, QStringLiteral("Measure &layer by layer"))->trigger();
        QCOMPARE(desk.window.page(), Page::Evaluate);
        QVERIFY(desk.waitForJobs());
        QVERIFY(!session.sensitivities().empty());
        // Warnings about a result stand beside its job.
        const JobsModel& jobs = desk.view<JobsPanel>()->model();
        QVERIFY(!session.runs().front()->warnings.empty());
        bool is_warned = false;
        for (int row = 0; row < jobs.rowCount(); ++row) {
            if (jobs.record(row).title.startsWith(QStringLiteral("Quantize: ")))
                is_warned = jobs.record(row).warnings.size() == static_cast<qsizetype>(session.runs().front()->warnings.size());
        }
        QVERIFY(is_warned);
    }

    void theRunMenuHoldsAndEndsJobs() {
        Desk desk;
        QAction* pause = entry(desk, QStringLiteral("P&ause"));
        QAction* cancel = entry(desk, QStringLiteral("Cancel the r&unning job"));
        QVERIFY(!pause->isEnabled() && !cancel->isEnabled());
        desk.window.jobs().start(
            QStringLiteral("endless"), &desk.window,
            [](JobContext& job) {
                while (true) {
                    job.checkpoint({"working", 1, 2, {}});
                    QThread::msleep(1);
                }
            },
            [] {});
        QTRY_VERIFY_WITH_TIMEOUT(cancel->isEnabled(), kPatience_ms);
        QVERIFY(pause->isEnabled());
        pause->trigger();
        const JobsModel& jobs = desk.view<JobsPanel>()->model();
        QTRY_VERIFY_WITH_TIMEOUT(jobs.record(0).state == JobRecord::State::Paused, kPatience_ms);
        const auto resume = [&desk] {
            for (QAbstractButton* one : desk.view<JobsPanel>()->findChildren<QAbstractButton*>()) {
                if (one->text() == QStringLiteral("Resume")) return one;
            }
            return static_cast<QAbstractButton*>(nullptr);
        };
        QVERIFY(resume() != nullptr);
        resume()->click();
        QVERIFY(!pause->isChecked());
        QTRY_VERIFY_WITH_TIMEOUT(jobs.record(0).state == JobRecord::State::Running, kPatience_ms);
        cancel->trigger();
        QVERIFY(desk.waitForJobs());
        QVERIFY(jobs.record(0).state == JobRecord::State::Cancelled);
        QVERIFY(!pause->isEnabled() && !cancel->isEnabled());
    }

    void thePaletteHasWhatTheViewsOfThePageHave() {
        Desk desk;
        QVERIFY(desk.openDemo());
        desk.window.session().addRun(someResult());
        desk.window.goTo(Page::Compare);
        Chart* chart = nullptr;
        for (Chart* candidate : desk.view<ComparePanel>()->findChildren<Chart*>()) {
            if (candidate->title().startsWith(QStringLiteral("Relative output error"))) chart = candidate;
        }
        QVERIFY(chart != nullptr && chart->isVisible());
        chart->setXRange(0.5, 1.5);
        QCOMPARE(chart->xLow(), 0.5);
        auto* palette = desk.view<CommandPalette>();
        const auto open = [&](const QString& words) {
            entry(desk, QStringLiteral("&Command palette…"))->trigger();
            QTest::keyClicks(palette->findChild<QLineEdit*>(), words);
        };
        open(QStringLiteral("error of every layer show all"));
        QTest::keyClick(palette->findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(chart->xLow(), 0.0);
        open(QStringLiteral("run calibrate"));
        QCOMPARE(palette->findChild<QListWidget*>()->item(0)->text(), QStringLiteral("Calibrate"));
        QTest::keyClick(palette->findChild<QLineEdit*>(), Qt::Key_Escape);
        desk.window.goTo(Page::Open);
        open(QStringLiteral("error of every layer show all"));
        QCOMPARE(palette->findChild<QListWidget*>()->count(), 0);  // of another page
    }

    void picturesOfLessonsCanBeSaved() {
        Desk desk;
        desk.window.goTo(Page::Lessons);
        auto* lessons = desk.view<LessonsPanel>();
        QVERIFY(lessons->openLesson(QStringLiteral("smoothquant")));
        LessonPanel* panel = lessons->lessonPanel();
        Chart* chart = nullptr;
        for (int step = 0; step < 20 && chart == nullptr; ++step) {
            panel->goTo(step);
            panel->reveal();
            chart = panel->findChild<Chart*>();
        }
        QVERIFY(chart != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(chart->isVisible(), kPatience_ms);
        desk.answer = desk.folder.filePath(QStringLiteral("curve.csv"));
        entryOf(*chart, QStringLiteral("Save as figure…"))->trigger();
        QVERIFY(bytesOf(desk.answer).startsWith("# Output error over"));
        auto* grid = panel->findChild<NumberGrid*>();
        QVERIFY(grid != nullptr && entryOf(*grid, QStringLiteral("Save as figure…")) != nullptr);
        desk.answer = desk.folder.filePath(QStringLiteral("grid.csv"));
        entryOf(*grid, QStringLiteral("Save as figure…"))->trigger();
        QVERIFY(QString::fromUtf8(bytesOf(desk.answer)).endsWith(gridCsv(*grid)));
        desk.answer = desk.folder.filePath(QStringLiteral("grid.svg"));
        entryOf(*grid, QStringLiteral("Save as figure…"))->trigger();
        QVERIFY(bytesOf(desk.answer).contains("<svg"));
    }

    void everyNumberOnALabelCanBeSelected() {
        Desk desk;
        const auto locked = [&](Page page) {
            QStringList texts;
            desk.window.goTo(page);
            if (!desk.waitForJobs()) return QStringList{QStringLiteral("jobs")};
            for (const QLabel* label : desk.window.findChildren<QLabel*>()) {
                const bool has_digit = std::ranges::any_of(label->text(), [](QChar sign) { return sign.isDigit(); });
                if (!label->isVisible() || !has_digit || label->buddy() != nullptr) continue;
                if (label->textFormat() == Qt::PlainText && desk.view<OverridePanel>()->isAncestorOf(label)) continue;  // names the choice
                if (!label->textInteractionFlags().testFlag(Qt::TextSelectableByMouse)) texts << label->text();
            }
            return texts;
        };
        for (int i = 0; i < kPages; ++i) QCOMPARE(locked(static_cast<Page>(i)), QStringList());  // what empty pages say
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.workflow().quantize({desk.window.session().recipe().runs.front().name});
        QVERIFY(desk.waitForJobs());
        for (int i = 0; i < kPages; ++i) QCOMPARE(locked(static_cast<Page>(i)), QStringList());
    }

    void aMatrixOfALessonIsCopiedWithItsKeys() {
        Desk desk;
        desk.window.goTo(Page::Lessons);
        auto* lessons = desk.view<LessonsPanel>();
        QVERIFY(lessons->openLesson(QStringLiteral("smoothquant")));
        LessonPanel* panel = lessons->lessonPanel();
        NumberGrid* grid = nullptr;
        for (int step = 0; step < 20 && grid == nullptr; ++step) {
            panel->goTo(step);
            panel->reveal();
            grid = panel->findChild<NumberGrid*>();
        }
        QVERIFY(grid != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(grid->isVisible(), kPatience_ms);
        QAction* copy = entryOf(*grid, QStringLiteral("Copy data"));
        QVERIFY(copy != nullptr);
        QCOMPARE(copy->shortcut(), QKeySequence(QKeySequence::Copy));
        QApplication::clipboard()->clear();
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        QTest::mouseClick(grid, Qt::LeftButton);
        QTRY_VERIFY(grid->hasFocus());
        QTest::keyClick(grid, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), gridCsv(*grid));
    }

    void numbersOfAGridAreWrittenWithEveryDigit() {
        NumberGrid grid;
        grid.setTitle(QStringLiteral("a \"grid\""));
        Matrix values(2, 2);
        values << 0.1F, std::numeric_limits<float>::quiet_NaN(), -3.0F, 1e-7F;
        grid.setMatrix(values);
        QCOMPARE(gridCsv(grid), QStringLiteral("\"a \"\"grid\"\"\",0,1\n0,0.100000001,\n1,-3,1.00000001e-07\n"));
    }

    void tablesAndTheMapCanBeSavedAndComparedMapsHaveTheirScale() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        desk.window.workflow().quantize({session.recipe().runs[0].name, session.recipe().runs[1].name});
        QVERIFY(desk.waitForJobs());
        desk.window.goTo(Page::Compare);
        auto* compare = desk.view<ComparePanel>();
        auto* table = compare->findChild<QTableView*>();
        desk.answer = desk.folder.filePath(QStringLiteral("methods.csv"));
        entryOf(*table, QStringLiteral("Save as figure…"))->trigger();
        QVERIFY(QString::fromUtf8(bytesOf(desk.answer)).endsWith(compare->metrics().toCsv()));  // with every digit
        compare->findChild<QTabWidget*>()->setCurrentIndex(1);
        QVERIFY(desk.waitForJobs());
        desk.answer = desk.folder.filePath(QStringLiteral("map.svg"));
        HeatmapView* shown = nullptr;
        for (HeatmapView* view : compare->findChildren<HeatmapView*>()) {
            if (view->isVisible() && shown == nullptr) shown = view;
        }
        QVERIFY(shown != nullptr);
        emit shown->figureWanted();
        QVERIFY(QString::fromUtf8(bytesOf(desk.answer)).contains(QStringLiteral("ŵ − w")));
        desk.window.goTo(Page::Map);
        desk.answer = desk.folder.filePath(QStringLiteral("model.csv"));
        emit desk.view<ModelMapView>()->figureWanted();
        QVERIFY(QString::fromUtf8(bytesOf(desk.answer)).endsWith(desk.view<ModelMapView>()->model().toCsv()));
        for (QTableView* one : desk.window.findChildren<QTableView*>()) {
            QVERIFY2(!one->isVisible() || entryOf(*one, QStringLiteral("Copy what is selected")) != nullptr,
                     qPrintable(one->accessibleName()));
        }
    }

    void sensitivityGoesOnWithTheLayersThatAreLeft() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        desk.window.workflow().quantize({session.recipe().runs.front().name});
        QVERIFY(desk.waitForJobs());
        const std::string name = session.runs().front()->name;
        const std::size_t n_layers = session.model()->linears.size();
        const auto until_first = connect(&session, &Session::sensitivitiesChanged, &session, [&] {
            if (!session.sensitivities().empty()) desk.window.jobs().cancelAll();
        });
        desk.window.workflow().measureSensitivity(name);
        QVERIFY(desk.waitForJobs());
        disconnect(until_first);
        const std::size_t n_known = session.sensitivities().at(name).size();
        QVERIFY(n_known > 0 && n_known < n_layers);

        qint64 total = 0;
        connect(&desk.window.jobs(), &JobRunner::changed, &desk.window, [&total](const JobRecord& record) {
            if (record.stage == QStringLiteral("sensitivity")) total = record.total;
        });
        desk.window.workflow().measureSensitivity(name);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(total, static_cast<qint64>(n_layers - n_known));
        const std::vector<LayerSensitivity> resumed = session.sensitivities().at(name);
        QCOMPARE(resumed.size(), n_layers);
        // All are known: the next measurement begins anew, and finds the same.
        desk.window.workflow().measureSensitivity(name);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(total, static_cast<qint64>(n_layers));
        const std::vector<LayerSensitivity>& whole = session.sensitivities().at(name);
        QCOMPARE(whole.size(), n_layers);
        for (std::size_t i = 0; i < n_layers; ++i) {
            QCOMPARE(resumed[i].layer, whole[i].layer);
            QVERIFY(resumed[i].mean_kl == whole[i].mean_kl && resumed[i].same_top == whole[i].same_top);
        }
    }

    void anUnfinishedExportIsOfferedAndGoneOnWith() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        desk.window.workflow().quantize({session.recipe().runs.front().name});
        QVERIFY(desk.waitForJobs());
        const RunResult result = *session.runs().front();
        const QString target = desk.folder.filePath(QStringLiteral("out"));

        const std::optional<UnfinishedSummary> left = interruptExport(session, result, target);
        QVERIFY(left && left->n_blocks_done > 0 && left->n_blocks_done < left->n_blocks);

        QSignalSpy exported(&desk.window.workflow(), &Workflow::exported);
        desk.window.workflow().exportRun(result.name, ExportFormat::Gptq, target);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(exported.count(), 0);
        QVERIFY(!QFile::exists(target));
        QVERIFY2(desk.window.messages().text().contains(toQString(left->place)), qPrintable(desk.window.messages().text()));
        button(&desk.window.messages(), QStringLiteral("Go on"))->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(desk.window.messages().text().isEmpty(), qPrintable(desk.window.messages().text()));
        QCOMPARE(exported.count(), 1);
        QVERIFY(exported.first().first().value<ExportOutcome>().verification.passed());
        QVERIFY(entries(target).contains(QStringLiteral("config.json")));
        QVERIFY(!QFile::exists(toQString(left->place)));
    }

private:
    QTemporaryDir data_;
};

QTEST_MAIN(TestWindowActions)
#include "tst_window_actions.moc"
