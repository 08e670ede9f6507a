#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QListWidget>
#include <QProcess>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "core/io/json_file.h"
#include "core/recipe/kept_blocks.h"
#include "tests/app/gui/desk.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/channels_panel.h"
#include "widgets/compare_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/kept_settings.h"
#include "widgets/open_page.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

constexpr int kDelay_ms = 100;
constexpr const char* kSlowRun = "GPTQ 4-bit";

bool waitUntilSaved(Desk& desk) {
    return QTest::qWaitFor([&] { return desk.window.sessions().isIdle(); }, kPatience_ms);
}

std::string firstRun(const Desk& desk) { return const_cast<Desk&>(desk).window.session().recipe().runs.front().name; }

/// A window with a calibration, one result and its perplexity, kept under that root.
bool work(Desk& desk, const QString& root) {
    desk.window.sessions().setDelay(kDelay_ms);
    desk.window.keepSessions(root);
    if (!desk.openDemo() || !desk.calibrate()) return false;
    desk.window.workflow().quantize({firstRun(desk)}, true);
    return desk.waitForJobs() && desk.window.session().runs().size() == 1;
}

bool reopen(Desk& desk, const QString& root) {
    desk.window.sessions().setDelay(kDelay_ms);
    desk.window.keepSessions(root);
    desk.window.openDemo();
    return desk.waitForJobs();
}

QListWidget* sessionList(Desk& desk) {
    for (auto* list : desk.view<OpenPage>()->findChildren<QListWidget*>()) {
        if (list->accessibleName() == QLatin1String("Recent sessions")) return list;
    }
    return nullptr;
}

bool hasSameCodes(const RunResult& a, const RunResult& b) {
    if (!a.model || !b.model || a.model->blocks.size() != b.model->blocks.size()) return false;
    for (std::size_t i = 0; i < a.model->blocks.size(); ++i) {
        const auto& x = a.model->blocks[i].linears;
        const auto& y = b.model->blocks[i].linears;
        if (x.size() != y.size()) return false;
        for (std::size_t k = 0; k < x.size(); ++k) {
            if (x[k].tensor.codes != y[k].tensor.codes || x[k].tensor.scale != y[k].tensor.scale) return false;
        }
    }
    return true;
}

/// Where the session that is open has folders of kept blocks, and those.
std::filesystem::path keptRoot(Desk& desk) { return toPath(desk.window.sessions().folder()) / "unfinished"; }

std::vector<std::filesystem::path> foldersIn(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> folders;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(root, none)) folders.push_back(entry.path());
    return folders;
}

std::vector<std::filesystem::path> keptFolders(Desk& desk) { return foldersIn(keptRoot(desk)); }

/// Starts that run (or, without a name, the calibration) and pauses it once a block of it is finished, and not all are.
bool pauseInTheMiddle(Desk& desk, const char* run) {
    JobRunner& jobs = desk.window.jobs();
    jobs.setPaused(true);  // until it has its folder
    if (run == nullptr) {
        desk.window.workflow().calibrate();
    } else {
        desk.window.workflow().quantize({run});
    }
    jobs.pauseWhen([root = keptRoot(desk)](const Progress&) {
        const auto folders = foldersIn(root);
        const auto kept = folders.size() == 1 ? findKept(folders.front()) : std::nullopt;
        return kept && !kept->isComplete();
    });
    jobs.setPaused(false);
    return QTest::qWaitFor([&] { return jobs.isPaused() || jobs.isIdle(); }, kPatience_ms) && jobs.isPaused();
}

QPushButton* offer(Desk& desk) {
    for (auto* found : desk.window.messages().findChildren<QPushButton*>()) {
        if (found->isVisible()) return found;
    }
    return nullptr;
}

/// The slow run as it comes out of a start, whatever an earlier one has left; nothing where it fails.
std::shared_ptr<const RunResult> madeAnew(Desk& desk) {
    desk.window.workflow().quantize({kSlowRun});
    return desk.waitForJobs() ? desk.window.session().runNamed(kSlowRun) : nullptr;
}

/// Takes that run's result out of the session, once that has saved it and keeps no blocks of it any more.
bool isTakenBack(Desk& desk) {
    if (!waitUntilSaved(desk) || !keptFolders(desk).empty()) return false;
    desk.window.session().removeRun(kSlowRun);
    return waitUntilSaved(desk);
}

/// The other process of aKilledWindowLosesTheRunningJobAlone(): works, saves, says so, and works on until it is killed.
int workUntilKilled(int argc, char** argv) {
    const QApplication application(argc, argv);
    Desk desk;
    if (!work(desk, QString::fromLocal8Bit(argv[2])) || !waitUntilSaved(desk)) return EXIT_FAILURE;
    for (int i = 0; i < 1000; ++i) desk.window.workflow().quantize({desk.window.session().recipe().runs.back().name});
    std::puts("busy");
    std::fflush(stdout);
    return QApplication::exec();
}

/// The other process of aKilledWindowsJobGoesOn(): stops in the middle of a job, says so, and waits to be killed.
int pauseUntilKilled(int argc, char** argv) {
    const QApplication application(argc, argv);
    Desk desk;
    if (!work(desk, QString::fromLocal8Bit(argv[2])) || !waitUntilSaved(desk)) return EXIT_FAILURE;
    if (!pauseInTheMiddle(desk, kSlowRun)) return EXIT_FAILURE;
    std::puts("busy");
    std::fflush(stdout);
    return QApplication::exec();
}

/// Work on the model whose session then says that its weights were others: the session's folder, or nothing.
QString sessionOfOtherWeights(const QString& root) {
    QString folder;
    {
        Desk desk;
        if (!work(desk, root)) return {};
        desk.window.close();
        folder = desk.window.sessions().folder();
    }
    Json document = readJson(toPath(folder) / "session.json");
    document["identity"]["weights"] = "0000000000000000";
    writeJson(toPath(folder) / "session.json", document);
    return folder;
}

}  // namespace

class TestSessionKeeper : public QObject {
    Q_OBJECT

private slots:
    void reopeningTheModelBringsEverythingBack() {
        QTemporaryDir root;
        Json recipe;
        Selection selection;
        std::vector<std::shared_ptr<const RunResult>> runs;
        std::vector<LayerSensitivity> sensitivities;
        double full_precision = 0.0;
        {
            Desk desk;
            QVERIFY(work(desk, root.path()));
            Session& session = desk.window.session();
            desk.window.workflow().measureSensitivity(firstRun(desk));
            QVERIFY(desk.waitForJobs());
            Recipe edited = session.recipe();
            edited.runs.back().method.smoothquant.alpha = 0.65;
            session.editRecipe(edited, QStringLiteral("alpha"));
            const LinearInfo& layer = session.model()->linears[5];
            session.selection().select({layer.block, QString::fromStdString(layer.name), 17, 23});
            desk.window.goTo(Page::Compare);
            QVERIFY(desk.waitForJobs());
            recipe = toJson(session.recipe());
            selection = session.selection().current();
            runs = session.runs();
            sensitivities = session.sensitivities().at(firstRun(desk));
            full_precision = session.fullPrecision()->perplexity;
            desk.window.close();  // what was not saved yet is saved now
        }
        Desk desk;
        QVERIFY(reopen(desk, root.path()));
        const Session& session = desk.window.session();
        QCOMPARE(toJson(session.recipe()).dump(), recipe.dump());
        QVERIFY(session.selection().current() == selection);
        QCOMPARE(desk.window.page(), Page::Compare);
        QCOMPARE(session.runs().size(), std::size_t{1});
        QVERIFY(hasSameCodes(*session.runs()[0], *runs[0]));
        QCOMPARE(session.runs()[0]->perplexity->perplexity, runs[0]->perplexity->perplexity);
        QCOMPARE(session.runs()[0]->perplexity->divergence->mean_kl, runs[0]->perplexity->divergence->mean_kl);
        QCOMPARE(session.fullPrecision()->perplexity, full_precision);
        const auto& found = session.sensitivities().at(runs[0]->name);
        QCOMPARE(found.size(), sensitivities.size());
        QCOMPARE(found.back().mean_kl, sensitivities.back().mean_kl);
        QVERIFY(session.isCalibrationCurrent());
        QTRY_VERIFY(desk.window.messages().text().contains(QStringLiteral("1 result")));

        // And work goes on from there: measured anew, the result is what it was.
        desk.window.workflow().quantize({runs[0]->name}, true);
        QVERIFY(desk.waitForJobs());
        QVERIFY(hasSameCodes(*session.runs()[0], *runs[0]));
        QCOMPARE(session.runs()[0]->perplexity->perplexity, runs[0]->perplexity->perplexity);
    }

    void theWindowComesBackAsItWas() {
        QTemporaryDir root;
        Json recipe;
        double tuned_loss = 0.0;
        {
            Desk desk;
            QVERIFY(work(desk, root.path()));
            Session& session = desk.window.session();
            for (const double alpha : {0.6, 0.7, 0.8}) {
                Recipe edited = session.recipe();
                edited.runs.back().method.smoothquant.alpha = alpha;
                session.editRecipe(edited, QStringLiteral("alpha %1").arg(alpha));
            }
            session.undoStack().undo();
            recipe = toJson(session.recipe());
            desk.view<ChannelsPanel>()->findChild<QComboBox*>()->setCurrentIndex(2);
            desk.view<StepperPanel>()->setBreakOnError(true, 0.125);
            desk.window.goTo(Page::Stepper);
            QVERIFY(desk.waitForJobs());
            emit desk.view<StepperPanel>()->keepColumnWanted(3);
            QVERIFY(desk.waitForJobs());
            desk.view<StepperPanel>()->goTo(7);
            desk.window.goTo(Page::Tune);
            QVERIFY(desk.waitForJobs());
            desk.view<TunePanel>()->setChoice({TuneMethod::SmoothAlpha, 0.25, {{9, 2.0}}});
            tuned_loss = desk.view<TunePanel>()->shownLoss();
            desk.window.goTo(Page::Stepper);
            QVERIFY(desk.waitForJobs());
            desk.window.close();
        }
        Desk desk;
        QVERIFY(reopen(desk, root.path()));
        Session& session = desk.window.session();
        QCOMPARE(desk.window.page(), Page::Stepper);
        QCOMPARE(desk.view<StepperPanel>()->position(), Index{7});
        QCOMPARE(desk.view<ChannelsPanel>()->findChild<QComboBox*>()->currentIndex(), 2);
        QVERIFY(keptSettings(desk.window).at("stepper.break_error") == Json(0.125));
        QVERIFY(keptSettings(desk.window).at("stepper.break_on_error") == Json(true));
        const Json what_if = desk.window.layers().whatIf();
        QVERIFY(what_if.at("keep") == Json({3}));
        desk.window.goTo(Page::Tune);
        QVERIFY(desk.waitForJobs());
        QVERIFY(desk.view<TunePanel>()->choice() == (TuneChoice{TuneMethod::SmoothAlpha, 0.25, {{9, 2.0}}}));
        QCOMPARE(desk.view<TunePanel>()->shownLoss(), tuned_loss);

        QCOMPARE(session.undoStack().undoText(), QStringLiteral("alpha 0.7"));
        QCOMPARE(session.undoStack().redoText(), QStringLiteral("alpha 0.8"));
        QVERIFY(toJson(session.recipe()) == recipe);
        session.undoStack().redo();
        QCOMPARE(session.recipe().runs.back().method.smoothquant.alpha, 0.8);
        session.undoStack().undo();
        session.undoStack().undo();
        QCOMPARE(session.recipe().runs.back().method.smoothquant.alpha, 0.6);
        QCOMPARE(session.runs().size(), std::size_t{1});  // going through the history lets go of nothing
    }

    void placesOrderAndBaselineComeBack() {
        constexpr int kRow = 60;
        QTemporaryDir root;
        MatrixRegion part;
        QString second;
        const auto table_of = [](Desk& desk) { return named<QTableView>(*desk.view<ChannelsPanel>(), QStringLiteral("Channels")); };
        const auto map_of = [](Desk& desk) { return desk.view<ErrorMapsPanel>()->findChildren<HeatmapView*>().constFirst(); };
        const auto baseline_of = [](Desk& desk) { return named<QComboBox>(*desk.view<ErrorMapsPanel>(), QStringLiteral("Baseline")); };
        {
            Desk desk;
            QVERIFY(work(desk, root.path()));
            second = QString::fromStdString(desk.window.session().recipe().runs.back().name);
            desk.window.workflow().quantize({second.toStdString()});
            QVERIFY(desk.waitForJobs());
            desk.window.goTo(Page::Compare);
            auto* compare = desk.view<ComparePanel>();
            compare->chooseRun(second);
            compare->findChild<QTabWidget*>()->setCurrentIndex(1);
            QVERIFY(desk.waitForJobs());
            baseline_of(desk)->setCurrentIndex(baseline_of(desk)->findData(second));
            map_of(desk)->zoomIn();
            map_of(desk)->zoomIn();
            part = map_of(desk)->viewport();
            desk.window.goTo(Page::Channels);
            QVERIFY(desk.waitForJobs());
            table_of(desk)->horizontalHeader()->setSortIndicator(0, Qt::AscendingOrder);
            QTRY_VERIFY(table_of(desk)->verticalScrollBar()->maximum() > kRow);
            table_of(desk)->verticalScrollBar()->setValue(kRow);
            desk.window.close();
        }
        Desk desk;
        QVERIFY(reopen(desk, root.path()));
        QCOMPARE(desk.window.page(), Page::Channels);
        QTRY_COMPARE(table_of(desk)->verticalScrollBar()->value(), kRow);
        QCOMPARE(table_of(desk)->horizontalHeader()->sortIndicatorSection(), 0);
        QCOMPARE(table_of(desk)->horizontalHeader()->sortIndicatorOrder(), Qt::AscendingOrder);
        desk.window.goTo(Page::Compare);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.view<ComparePanel>()->currentRun(), second);
        QCOMPARE(desk.view<ComparePanel>()->findChild<QTabWidget*>()->currentIndex(), 1);
        QCOMPARE(baseline_of(desk)->currentData().toString(), second);
        QCOMPARE(map_of(desk)->viewport(), part);
    }

    void aWindowsStateOfAStrangerHarmsNothing() {
        QTemporaryDir root;
        QString folder;
        {
            Desk desk;
            QVERIFY(work(desk, root.path()));
            desk.window.sessions().flush();
            folder = desk.window.sessions().folder();
            desk.window.close();
        }
        const auto file = toPath(folder) / "session.json";
        const Json before = readJson(file);
        const std::vector<Json> strange = {
            nullptr,
            -1,
            1e300,
            "x",
            Json::array(),
            Json::object(),
            {{"layer", 5}},
            {{"edits", 3}, {"done", -1}},
            Json::parse(R"([{"page": "compare", "geometry": "AAAA"}, {"page": 3, "geometry": []}, {"page": "nowhere"}, 7])")};
        for (const Json& value : strange) {
            Json document = before;
            for (const char* key : {"settings", "edits", "what_if", "hidden_runs", "compare_run", "quantize_row", "windows", "beside",
                                    "columns_done", "tune", "page", "layer", "channel"})
                document["window"][key] = value;
            writeJson(file, document);
            Desk desk;
            QVERIFY(reopen(desk, root.path()));
            QCOMPARE(desk.window.session().runs().size(), std::size_t{1});
            desk.window.goTo(Page::Stepper);
            QVERIFY(desk.waitForJobs());
            desk.window.goTo(Page::Tune);
            QVERIFY(desk.waitForJobs());
            QVERIFY(!desk.window.session().undoStack().canUndo());
            desk.window.close();
        }
    }

    void aKilledWindowLosesTheRunningJobAlone() {
        QTemporaryDir root;
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--work-until-killed"), root.path()});
        QVERIFY(process.waitForStarted());
        QByteArray said;
        while (!said.contains("busy") && process.waitForReadyRead(kPatience_ms)) said += process.readAllStandardOutput();
        QVERIFY(said.contains("busy"));
        QTest::qWait(150);  // into the running job
        process.kill();     // SIGKILL
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);

        Desk desk;
        QVERIFY(reopen(desk, root.path()));
        QVERIFY(desk.window.session().calibration() != nullptr);
        QVERIFY(!desk.window.session().runs().empty());
        const auto run = desk.window.session().runs().front();
        QVERIFY(run->model != nullptr && run->perplexity);
        QVERIFY(desk.window.messages().kind() == MessageArea::Kind::Note);
        QCOMPARE(QDir(root.path()).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 1);
    }

    void aClosedWindowsQuantizationGoesOn() {
        QTemporaryDir root;
        std::shared_ptr<const RunResult> straight;
        {
            Desk desk;
            QVERIFY(work(desk, root.path()));
            desk.window.workflow().quantize({kSlowRun});
            QVERIFY(desk.waitForJobs());
            straight = desk.window.session().runNamed(kSlowRun);
            QVERIFY(straight && straight->n_blocks_resumed == 0);
            QVERIFY(waitUntilSaved(desk));
            QVERIFY(keptFolders(desk).empty());  // the session holds the result
            desk.window.session().removeRun(kSlowRun);
            QVERIFY(waitUntilSaved(desk));
            QVERIFY(pauseInTheMiddle(desk, kSlowRun));
            desk.window.close();
        }
        Desk desk;
        QVERIFY(reopen(desk, root.path()));
        QTRY_VERIFY2(desk.window.messages().text().contains(QStringLiteral("“GPTQ 4-bit” was interrupted after")),
                     qPrintable(desk.window.messages().text()));
        QVERIFY(offer(desk) != nullptr);
        QCOMPARE(desk.window.session().runs().size(), std::size_t{1});
        QTest::mouseClick(offer(desk), Qt::LeftButton);
        QVERIFY(desk.waitForJobs());
        const auto run = desk.window.session().runNamed(kSlowRun);
        QVERIFY(run != nullptr);
        QVERIFY(run->n_blocks_resumed > 0);
        QVERIFY(hasSameCodes(*run, *straight));
        QTRY_VERIFY(desk.window.messages().text().contains(QStringLiteral("went on after")));
        QVERIFY(offer(desk) == nullptr);
        QVERIFY(waitUntilSaved(desk));
        QVERIFY(keptFolders(desk).empty());
    }

    void aClosedWindowsCalibrationGoesOn() {
        QTemporaryDir root;
        std::shared_ptr<const Calibration> straight;
        {
            Desk desk;
            QVERIFY(desk.openDemo() && desk.calibrate());
            straight = desk.window.session().calibration();
        }
        {
            Desk desk;
            desk.window.sessions().setDelay(kDelay_ms);
            desk.window.keepSessions(root.path());
            QVERIFY(desk.openDemo() && waitUntilSaved(desk));
            QVERIFY(pauseInTheMiddle(desk, nullptr));
            desk.window.close();
        }
        Desk desk;
        QVERIFY(reopen(desk, root.path()));
        QVERIFY(desk.window.session().calibration() == nullptr);
        QVERIFY(offer(desk) != nullptr);
        QTest::mouseClick(offer(desk), Qt::LeftButton);
        QVERIFY(desk.waitForJobs());
        const auto calibration = desk.window.session().calibration();
        QVERIFY(calibration != nullptr);
        QTRY_VERIFY(desk.window.messages().text().contains(QStringLiteral("went on after")));
        QCOMPARE(calibration->inputs.size(), straight->inputs.size());
        for (std::size_t i = 0; i < straight->inputs.size(); ++i) {
            QVERIFY(calibration->inputs[i].hessian == straight->inputs[i].hessian);
            QVERIFY(calibration->inputs[i].channels.sum_abs == straight->inputs[i].channels.sum_abs);
        }
        QVERIFY(waitUntilSaved(desk));
        QVERIFY(keptFolders(desk).empty());
    }

    void aCancelledJobStartedAgainGoesOn() {
        QTemporaryDir root;
        Desk desk;
        QVERIFY(work(desk, root.path()));
        const auto straight = madeAnew(desk);
        QVERIFY(straight && straight->n_blocks_resumed == 0);
        QVERIFY(isTakenBack(desk));
        QVERIFY(pauseInTheMiddle(desk, kSlowRun));
        desk.window.jobs().cancelAll();
        QVERIFY(desk.waitForJobs());
        QVERIFY(desk.window.session().runNamed(kSlowRun) == nullptr);
        desk.window.jobs().setPaused(false);
        const auto resumed = madeAnew(desk);
        QVERIFY(resumed && resumed->n_blocks_resumed > 0);
        QVERIFY(hasSameCodes(*resumed, *straight));
    }

    void aKilledWindowsJobGoesOn() {
        QTemporaryDir root;
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--pause-until-killed"), root.path()});
        QVERIFY(process.waitForStarted());
        QByteArray said;
        while (!said.contains("busy") && process.waitForReadyRead(kPatience_ms)) said += process.readAllStandardOutput();
        QVERIFY(said.contains("busy"));
        process.kill();  // SIGKILL
        QVERIFY(process.waitForFinished());
        Desk desk;
        QVERIFY(reopen(desk, root.path()));
        QVERIFY(offer(desk) != nullptr);
        QTest::mouseClick(offer(desk), Qt::LeftButton);
        QVERIFY(desk.waitForJobs());
        const auto resumed = desk.window.session().runNamed(kSlowRun);
        QVERIFY(resumed && resumed->n_blocks_resumed > 0);
        QVERIFY(isTakenBack(desk));
        const auto straight = madeAnew(desk);
        QVERIFY(straight && straight->n_blocks_resumed == 0);
        QVERIFY(hasSameCodes(*resumed, *straight));
    }

    void twoWindowsDoNotWriteToOneFolder() {
        QTemporaryDir root;
        Desk first;
        QVERIFY(work(first, root.path()));
        QVERIFY(waitUntilSaved(first));
        Desk second;
        QVERIFY(reopen(second, root.path()));
        QVERIFY(second.window.session().runs().empty());
        QVERIFY(waitUntilSaved(second));
        QVERIFY(!second.window.sessions().folder().isEmpty());
        QVERIFY(second.window.sessions().folder() != first.window.sessions().folder());
        second.window.open(first.window.sessions().folder());
        QTRY_VERIFY(second.window.messages().text().contains(QStringLiteral("another window")));
        QCOMPARE(sessionList(second)->count(), 1);
    }

    void startingAnewKeepsTheSessionInTheList() {
        QTemporaryDir root;
        Desk desk;
        QVERIFY(work(desk, root.path()));
        QVERIFY(waitUntilSaved(desk));
        const QString earlier = desk.window.sessions().folder();
        button(desk.view<OpenPage>(), QStringLiteral("Start anew"))->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY(desk.window.session().runs().empty());
        QVERIFY(waitUntilSaved(desk));
        QVERIFY(desk.window.sessions().folder() != earlier);
        QCOMPARE(sessionList(desk)->count(), 1);
        QVERIFY(sessionList(desk)->item(0)->text().contains(QStringLiteral("1 result")));
        emit sessionList(desk)->itemActivated(sessionList(desk)->item(0));
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.session().runs().size(), std::size_t{1});
        QCOMPARE(desk.window.sessions().folder(), earlier);

        sessionList(desk)->setCurrentRow(0);  // the one begun anew
        const QString other = sessionList(desk)->item(0)->data(Qt::UserRole).toString();
        emit desk.view<OpenPage>()->sessionRemovalRequested(earlier);  // open: stays
        QVERIFY(QFile::exists(earlier));
        sessionList(desk)->actions().constFirst()->trigger();
        QVERIFY(!QFile::exists(other));
    }

    void aSessionSavedElsewhereOpensFromThere() {
        QTemporaryDir root;
        QTemporaryDir elsewhere;
        const QString folder = elsewhere.filePath(QStringLiteral("mine.salient"));
        const auto trigger = [](Desk& desk, const QString& text) {
            for (QAction* action : desk.window.findChildren<QAction*>()) {
                if (action->text().remove(QLatin1Char('&')) == text) action->trigger();
            }
        };
        {
            Desk desk;
            QVERIFY(work(desk, root.path()));
            desk.answer = folder;
            trigger(desk, QStringLiteral("Save session as…"));
            QVERIFY(waitUntilSaved(desk));
            QCOMPARE(desk.window.sessions().folder(), folder);
        }
        QTemporaryDir another_root;
        Desk desk;
        desk.window.keepSessions(another_root.path());
        desk.answer = folder;
        trigger(desk, QStringLiteral("Open session…"));
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.session().runs().size(), std::size_t{1});
        QVERIFY(desk.window.session().runs()[0]->perplexity);
    }

    void whatIsDamagedIsNamedAndTheRestOpens() {
        QTemporaryDir root;
        QString folder;
        {
            Desk desk;
            QVERIFY(work(desk, root.path()));
            desk.window.workflow().quantize({desk.window.session().recipe().runs.back().name});
            QVERIFY(desk.waitForJobs());
            QCOMPARE(desk.window.session().runs().size(), std::size_t{2});
            desk.window.close();
            folder = desk.window.sessions().folder();
        }
        std::filesystem::resize_file(toPath(folder) / "result-1.safetensors", 5000);
        {
            Desk desk;
            QVERIFY(reopen(desk, root.path()));
            QCOMPARE(desk.window.session().runs().size(), std::size_t{1});
            QTRY_VERIFY(desk.window.messages().text().contains(QStringLiteral("result-1.safetensors")));
        }
        QFile file(QDir(folder).filePath(QStringLiteral("session.json")));
        QVERIFY(file.resize(100));
        Desk desk;
        desk.window.open(folder);
        QVERIFY(desk.waitForJobs());
        QTRY_VERIFY(desk.window.messages().text().contains(QStringLiteral("session.json")));
        QVERIFY(reopen(desk, root.path()));  // the model still opens
        QVERIFY(desk.window.session().model() != nullptr && desk.window.session().runs().empty());
    }

    void aModelThatChangedOpensWithoutItsSession() {
        QTemporaryDir root;
        const QString folder = sessionOfOtherWeights(root.path());
        QVERIFY(!folder.isEmpty());
        Desk desk;
        QVERIFY(reopen(desk, root.path()));
        QVERIFY(desk.window.session().model() != nullptr && desk.window.session().runs().empty());
        QTRY_VERIFY2(desk.window.messages().text().contains(QStringLiteral("weights")), qPrintable(desk.window.messages().text()));
        QVERIFY(waitUntilSaved(desk));
        QVERIFY(desk.window.sessions().folder() != folder);  // what was there stays
        QVERIFY(QFile::exists(QDir(folder).filePath(QStringLiteral("result-1.safetensors"))));
    }

    void aSessionThatWasNotRestoredIsNoMatterOfAnotherModel() {
        QTemporaryDir root;
        QVERIFY(!sessionOfOtherWeights(root.path()).isEmpty());
        Desk desk;
        QSignalSpy told(&desk.window.sessions(), &SessionKeeper::notRestored);
        // The session is refused, its model is asked for without it, and before that is open the user has chosen another.
        bool is_refused = false;
        connect(&desk.window.quickJobs(), &JobRunner::finished, &desk.window, [&](const JobRecord& record) {
            if (is_refused || record.state != JobRecord::State::Failed) return;
            is_refused = true;
            desk.window.open(toQString(salient::test::testDataFolder() / "models/mistral"));
        });
        QVERIFY(reopen(desk, root.path()));
        QVERIFY(is_refused);
        QCOMPARE(shortName(desk.window.session().model()->directory), QStringLiteral("mistral"));
        QCoreApplication::processEvents();  // what is queued is told
        QCOMPARE(told.count(), 0);
        desk.window.openDemo();
        QTRY_COMPARE_WITH_TIMEOUT(told.count(), 1, kPatience_ms);  // for its own model it is
    }

    void nothingIsKeptUnlessAsked() {
        Desk desk;
        QVERIFY(desk.openDemo());
        QVERIFY(desk.window.sessions().isIdle());
        QVERIFY(desk.window.sessions().folder().isEmpty());
    }
};

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], "--work-until-killed") == 0) return workUntilKilled(argc, argv);
    if (argc == 3 && std::strcmp(argv[1], "--pause-until-killed") == 0) return pauseUntilKilled(argc, argv);
    QApplication application(argc, argv);
    TestSessionKeeper test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_session_keeper.moc"
