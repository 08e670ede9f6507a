#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <atomic>

#include "app/gui/main_window.h"
#include "app/gui/message_area.h"
#include "app/gui/page_frame.h"
#include "tests/app/gui/demo.h"
#include "widgets/calibration_panel.h"
#include "widgets/channels_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/export_panel.h"
#include "widgets/quantize_panel.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

using namespace salient;

namespace {

constexpr int kPatience_ms = 300000;  // of a wait; the suite may run under a sanitizer

QPushButton* button(QWidget* where, const QString& text) {
    for (QPushButton* candidate : where->findChildren<QPushButton*>()) {
        if (candidate->text() == text) return candidate;
    }
    return nullptr;
}

QStringList entries(const QString& folder) { return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot); }

/// A window with throw-away settings whose file dialogs answer what the test says.
struct Desk {
    QTemporaryDir folder;
    QSettings settings{folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    QString answer;
    MainWindow window{settings,
                      {.folder = [this](QWidget*, const QString&) { return answer; },
                       .file = [this](QWidget*, const QString&, const QString&) { return answer; },
                       .save = [this](QWidget*, const QString&, const QString&, const QString&) { return answer; }}};

    Desk() { window.show(); }

    template <class View>
    View* view() {
        return window.findChild<View*>();
    }
    bool waitForJobs() {
        return QTest::qWaitFor([this] { return window.jobs().isIdle() && window.quickJobs().isIdle(); }, kPatience_ms);
    }
    bool openDemo() {
        window.openDemo();
        if (!waitForJobs() || !window.session().model()) return false;
        window.session().editRecipe(demo::quickRecipe(*window.session().model()), QStringLiteral("test"));
        return waitForJobs() && window.session().samples() != nullptr;
    }
    bool calibrate() {
        window.goTo(Page::Calibrate);
        button(view<CalibrationPanel>(), QStringLiteral("Calibrate"))->click();
        return waitForJobs() && window.session().calibration() != nullptr;
    }
};

}  // namespace

class TestWholePath : public QObject {
    Q_OBJECT

private slots:
    void everyEmptyPageSaysWhatToDoNext() {
        Desk desk;
        for (int i = 1; i < kPages; ++i) {
            desk.window.goTo(static_cast<Page>(i));
            int n_visible = 0;
            for (const PageFrame* frame : desk.window.findChildren<PageFrame*>()) {
                if (!frame->isVisible()) continue;
                ++n_visible;
                QVERIFY2(!frame->isReady(), qPrintable(pageTitle(static_cast<Page>(i))));
            }
            QCOMPARE(n_visible, 1);
        }
    }

    void walksFromOpenToReport() {
        Desk desk;
        QVERIFY(desk.openDemo());
        Session& session = desk.window.session();
        QCOMPARE(session.samples()->windows.count(), Index{4});

        QVERIFY(desk.calibrate());
        QVERIFY(session.isCalibrationCurrent());

        desk.window.goTo(Page::Channels);
        QVERIFY(desk.waitForJobs());
        session.selection().selectChannel(37);
        QCOMPARE(desk.view<ChannelsPanel>()->selectedChannel(), Index{37});

        desk.window.goTo(Page::Stepper);
        QVERIFY(desk.waitForJobs());
        auto* stepper = desk.view<StepperPanel>();
        QCOMPARE(stepper->position(), Index{0});
        stepper->setFocus();
        QTest::keyClick(stepper, Qt::Key_Right);
        QCOMPARE(stepper->position(), Index{1});
        QTest::keyClick(stepper, Qt::Key_End);
        QCOMPARE(stepper->position(), Index{256});
        QTest::keyClick(stepper, Qt::Key_Left);
        QCOMPARE(stepper->position(), Index{255});

        desk.window.goTo(Page::Tune);
        QVERIFY(desk.waitForJobs());
        auto* tune = desk.view<TunePanel>();
        QTRY_VERIFY_WITH_TIMEOUT(tune->isExact() && tune->shownLoss() > 0.0, kPatience_ms);

        desk.window.goTo(Page::Quantize);
        button(desk.view<QuantizePanel>(), QStringLiteral("Quantize all"))->click();
        QCOMPARE(desk.window.page(), Page::Compare);
        QVERIFY(desk.waitForJobs());
        QVERIFY2(desk.window.messages().text().isEmpty(), qPrintable(desk.window.messages().text()));
        QCOMPARE(session.runs().size(), session.recipe().runs.size());
        QVERIFY(session.fullPrecision());
        for (const auto& run : session.runs()) {
            QVERIFY(run->relative_output_error > 0.0);
            QVERIFY(run->perplexity);
            QVERIFY(run->bytes < session.model()->checkpoint->sizeBytes());
        }
        auto* compare = desk.view<ComparePanel>();
        QCOMPARE(compare->metrics().rowCount(), static_cast<int>(session.runs().size()) + 1);
        QCOMPARE(compare->comparedRuns().size(), std::size_t{4});

        desk.window.goTo(Page::Export);
        auto* exporting = desk.view<ExportPanel>();
        exporting->setCurrentRun(QString::fromStdString(session.runs().at(1)->name));
        const QString target = desk.folder.filePath(QStringLiteral("out"));
        exporting->setFolder(target);
        QSignalSpy exported(&desk.window.workflow(), &Workflow::exported);
        button(exporting, QStringLiteral("Export and verify"))->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(exported.count(), 1);
        QVERIFY(exported.first().first().value<ExportOutcome>().verification.passed());
        QVERIFY(entries(target).contains(QStringLiteral("config.json")));

        const QString report = desk.folder.filePath(QStringLiteral("report"));
        exporting->setReportFolder(report);
        button(exporting, QStringLiteral("Write report"))->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY(entries(report).contains(QStringLiteral("report.html")));
        QVERIFY(entries(report).contains(QStringLiteral("report.json")));
    }

    void aChannelChosenInOneViewIsChosenInAll() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        desk.window.goTo(Page::Channels);
        QVERIFY(desk.waitForJobs());
        emit desk.view<ChannelsPanel>()->channelSelected(114);
        QCOMPARE(desk.window.session().selection().current().channel, Index{114});
    }

    void theEventLoopTurnsWhileALongJobRuns() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        desk.window.goTo(Page::Quantize);

        int turns = 0;
        qint64 longest_gap = 0;
        QElapsedTimer since_turn;
        QTimer heartbeat;
        connect(&heartbeat, &QTimer::timeout, this, [&] {
            longest_gap = std::max(longest_gap, since_turn.restart());
            ++turns;
        });
        since_turn.start();
        heartbeat.start(1);
        button(desk.view<QuantizePanel>(), QStringLiteral("Quantize all"))->click();
        QThread* ran_on = nullptr;
        desk.window.jobs().start(
            QStringLiteral("where"), this, [](JobContext&) { return QThread::currentThread(); }, [&](QThread* worker) { ran_on = worker; });
        QEventLoop loop;  // turns as often as it can, which qWaitFor() does not
        connect(&desk.window.jobs(), &JobRunner::idle, &loop, &QEventLoop::quit);
        QTimer::singleShot(kPatience_ms, &loop, &QEventLoop::quit);
        loop.exec();
        heartbeat.stop();
        QVERIFY(desk.waitForJobs());
        qInfo("longest gap between event-loop turns while quantizing and evaluating: %lld ms in %d turns", longest_gap, turns);
        QVERIFY(ran_on != nullptr && ran_on != thread());
        QVERIFY(turns > 100);
        QCOMPARE(desk.window.session().runs().size(), std::size_t{4});
    }

    void cancellingAnExportLeavesNothingBehind() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        const std::string name = desk.window.session().recipe().runs.front().name;
        desk.window.workflow().quantize({name});
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.session().runs().size(), std::size_t{1});

        QTemporaryDir out;
        QSignalSpy exported(&desk.window.workflow(), &Workflow::exported);
        desk.window.jobs().setPaused(true);  // it stops at its first checkpoint, and is cancelled there
        desk.window.workflow().exportRun(name, ExportFormat::Gptq, out.filePath(QStringLiteral("checkpoint")));
        desk.window.jobs().cancelAll();
        desk.window.jobs().setPaused(false);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(exported.count(), 0);
        QCOMPARE(entries(out.path()), QStringList());
    }

    void cancellingOneRunKeepsThoseThatAreDone() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.calibrate());
        connect(&desk.window.session(), &Session::runsChanged, &desk.window, [&desk] { desk.window.jobs().cancelAll(); });
        desk.window.workflow().quantize();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.session().runs().size(), std::size_t{1});
        QVERIFY(desk.window.messages().text().isEmpty());
    }

    void badInputBecomesOneMessage_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("expected");
        QTest::newRow("missing folder") << "missing"
                                        << "missing";
        QTest::newRow("truncated weights") << "truncated"
                                           << "model.safetensors";
        QTest::newRow("unknown architecture") << "unknown"
                                              << "mystery";
    }
    void badInputBecomesOneMessage() {
        QFETCH(QString, what);
        QFETCH(QString, expected);
        QTemporaryDir folder;
        QString path = folder.filePath(QStringLiteral("missing"));
        if (what != QLatin1String("missing")) {
            path = folder.path();
            const std::filesystem::path target = path.toStdString();
            std::filesystem::copy(demo::modelFolder(), target,
                                  std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
            if (what == QLatin1String("truncated")) std::filesystem::resize_file(target / "model.safetensors", 100000);
            if (what == QLatin1String("unknown")) {
                Json config = readJson(target / "config.json");
                config["architectures"] = {"MysteryForCausalLM"};
                config["model_type"] = "mystery";
                writeJson(target / "config.json", config);
            }
        }
        Desk desk;
        desk.window.open(path);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.messages().kind(), MessageArea::Kind::Error);
        QVERIFY2(desk.window.messages().text().contains(expected), qPrintable(desk.window.messages().text()));
        QVERIFY(!desk.window.messages().text().contains(QLatin1Char('\n')));
        QVERIFY(!desk.window.session().model());
    }

    void aTextTooShortIsAMessageAndNothingToCalibrate() {
        Desk desk;
        QVERIFY(desk.openDemo());
        const QString file = desk.folder.filePath(QStringLiteral("short.txt"));
        QFile text(file);
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write("Too short.");
        text.close();
        desk.window.setCalibrationText(file);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.messages().kind(), MessageArea::Kind::Error);
        QVERIFY(!desk.window.session().samples());
        QVERIFY(!button(desk.view<CalibrationPanel>(), QStringLiteral("Calibrate"))->isEnabled());
    }

    void aSavedRecipeOpensAgain() {
        Desk desk;
        QVERIFY(desk.openDemo());
        desk.answer = desk.folder.filePath(QStringLiteral("recipe.json"));
        for (QAction* action : desk.window.findChildren<QAction*>()) {
            if (action->shortcut() == QKeySequence(QKeySequence::Save)) action->trigger();
        }
        QVERIFY(QFile::exists(desk.answer));
        const Json saved = toJson(desk.window.session().recipe());

        Desk other;
        other.window.open(desk.answer);
        QVERIFY(other.waitForJobs());
        QVERIFY2(other.window.session().model() != nullptr, qPrintable(other.window.messages().text()));
        QCOMPARE(toJson(other.window.session().recipe()).dump(), saved.dump());
    }

    void theCommandOnTheClipboardIsTheRecipes() {
        Desk desk;
        QVERIFY(desk.openDemo());
        button(desk.view<QuantizePanel>(), QStringLiteral("Quantize all"));
        emit desk.view<QuantizePanel>()->copyCommandRequested();
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("salient-cli")));
    }

    void remembersWhatWasOpened() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QCOMPARE(Preferences(desk.settings).recent().size(), 1);
        QVERIFY(Preferences(desk.settings).recent().first().endsWith(QStringLiteral("demo/model")));
    }

    void everyPageCanBeReachedByKeyboard() {
        Desk desk;
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        for (int i = 0; i < kPages; ++i) {
            QTest::keyClick(&desk.window, static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
            QCOMPARE(desk.window.page(), static_cast<Page>(i));
        }
    }
};

QTEST_MAIN(TestWholePath)
#include "tst_whole_path.moc"
