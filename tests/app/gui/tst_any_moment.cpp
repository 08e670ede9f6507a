// Whatever the user does while a job runs, or while its answer is on the way: the window goes on, and shows nothing that is no longer asked
// for. Every job is held inside its work or behind it, not at a moment of time.

#include <QComboBox>
#include <QFile>
#include <QSignalSpy>
#include <QTableView>
#include <memory>
#include <utility>

#include "tests/app/gui/interrupted_export.h"
#include "tests/app/gui/on_their_way.h"
#include "tests/app/gui/sitting.h"
#include "tests/support/places.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/calibration_ab_panel.h"
#include "widgets/channels_panel.h"
#include "widgets/convergence_panel.h"
#include "widgets/token_map_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

const char* const kJobs[] = {
    "calibrate",   "quantize",       "evaluate",      "measure sensitivity",       "export", "resume export", "report",
    "convergence", "largest tokens", "compare texts", "look for what is no number"};
const char* const kActs[] = {"close", "open another model", "edit the recipe", "undo"};

/// Another text, and another protocol: nothing measured or chosen by the one recipe is the other's.
Recipe changed(Recipe recipe) {
    std::swap(recipe.calibration_text, recipe.evaluation_text);
    recipe.perplexity.n_windows = 2;
    return recipe;
}

std::filesystem::path otherModelFolder() { return salient::test::testDataFolder() / "models/mistral"; }

void start(Desk& desk, const QString& job, const std::string& run, const QString& folder) {
    Workflow& workflow = desk.window.workflow();
    if (job == "calibrate") workflow.calibrate();
    if (job == "quantize") workflow.quantize({run});
    if (job == "evaluate") workflow.evaluate();
    if (job == "measure sensitivity") workflow.measureSensitivity(run);
    if (job == "export") workflow.exportRun(run, ExportFormat::Gptq, folder);
    if (job == "resume export") {
        const auto left = interruptExport(desk.window.session(), *desk.window.session().runNamed(run), folder);
        if (left) workflow.resumeExport({.run = run, .format = ExportFormat::Gptq, .folder = folder, .place = toQString(left->place)});
    }
    if (job == "report") workflow.writeReport(folder);
    if (job == "look for what is no number") workflow.findNumberTrouble();
    if (job == "convergence") emit desk.view<CalibrationPanel>()->convergence().measureWanted();
    if (job == "largest tokens") emit desk.view<ChannelsPanel>()->tokens().largestTokensWanted(37);
    if (job == "compare texts") {
        CalibrationAbPanel& panel = desk.view<CalibrationPanel>()->anotherText();
        panel.setTextFile(toQString(modelFolder().parent_path() / "eval.txt"));
        named<QComboBox>(panel, QStringLiteral("Method to compare with"))->setCurrentText(QString::fromStdString(run));
        emit panel.comparisonWanted();
    }
}

/// What is at the target of an export that stopped inside its work: of one that was gone on with, the blocks that were there before.
bool isTargetUntouched(const QString& job, const QString& out, const QString& folder) {
    if (job == "export") return entries(out).isEmpty();
    return job != "resume export" || (!QFile::exists(folder) && findUnfinished(toPath(folder)));
}

/// Lines of the comparison of two texts.
int comparedLayers(Desk& desk) {
    return named<QTableView>(*desk.view<CalibrationPanel>(), QStringLiteral("Layers calibrated by either text"))->model()->rowCount();
}

/// Lines of what was found out about the text, where that is shown.
int tokenRows(Desk& desk) {
    return named<QTableView>(*desk.view<CalibrationPanel>(), QStringLiteral("Parts of the calibration set"))->model()->rowCount() +
           named<QTableView>(*desk.view<ChannelsPanel>(), QStringLiteral("Largest tokens"))->model()->rowCount();
}

/// Pauses the jobs at the first place inside a job's work.
bool holdInside(JobRunner& jobs) {
    return QTest::qWaitFor([&jobs] { return jobs.isPaused() || jobs.isIdle(); }, kPatience_ms) && jobs.isPaused();
}

bool isInside(const Progress& now) { return now.stage != "starting"; }

}  // namespace

class TestAnyMoment : public QObject {
    Q_OBJECT

    Sitting sitting_;

private slots:
    void initTestCase() { QVERIFY(sitting_.make()); }

    void nothingStaleIsShown_data() {
        QTest::addColumn<QString>("job");
        QTest::addColumn<QString>("act");
        for (const char* job : kJobs) {
            for (const char* act : kActs) QTest::addRow("%s, %s", job, act) << QString(job) << QString(act);
        }
    }
    void nothingStaleIsShown() {
        QFETCH(QString, job);
        QFETCH(QString, act);
        const QTemporaryDir out;
        const QString folder = out.filePath("out");
        auto desk = std::make_unique<Desk>();
        MainWindow& window = desk->window;
        Session& session = window.session();
        session.setModel(sitting_.model, sitting_.recipe);
        if (act == "undo") session.editRecipe(changed(sitting_.recipe), "other texts");
        QVERIFY(desk->waitForJobs());
        sitting_.takeUpResults(session);

        window.jobs().pauseWhen(isInside);
        start(*desk, job, sitting_.run->name, folder);
        QVERIFY(holdInside(window.jobs()));
        QSignalSpy exported(&window.workflow(), &Workflow::exported);

        if (act == "close") {
            window.close();
            desk.reset();
            QVERIFY(isTargetUntouched(job, out.path(), folder));
            return;
        }
        if (act == "open another model") window.open(toQString(otherModelFolder()));
        if (act == "edit the recipe") session.editRecipe(changed(sitting_.recipe), "other texts");
        if (act == "undo") session.undoStack().undo();
        if (act == "open another model") QVERIFY(desk->waitForJobs());  // which cancels what still waits
        window.jobs().setPaused(false);
        QVERIFY(desk->waitForJobs());

        QVERIFY(window.isVisible());
        const QString said = window.messages().text();
        const bool is_answer = job == "look for what is no number" && said == QLatin1String("All weights and activations are numbers.");
        QVERIFY2(said.isEmpty() || (is_answer && act != "open another model"), qPrintable(said));
        QVERIFY(!session.fullPrecision() && session.sensitivities().empty());
        if (act == "open another model") {
            QVERIFY(session.model() != sitting_.model);
            QVERIFY(!session.samples() && !session.calibration() && session.runs().empty());
            QCOMPARE(exported.count(), 0);
            QCOMPARE(tokenRows(*desk), 0);
            QCOMPARE(comparedLayers(*desk), 0);
            QVERIFY(isTargetUntouched(job, out.path(), folder));
            return;
        }
        const Recipe& recipe = session.recipe();
        const Samples asked = drawSamples(*sitting_.model->tokenizer, readCorpus(recipe.calibration_text), recipe.samples);
        QVERIFY(session.samples() && session.samples()->windows.ids == asked.windows.ids);
        QCOMPARE(session.isCalibrationCurrent(), session.calibration()->samples.windows.ids == asked.windows.ids);
        for (const auto& run : session.runs()) QVERIFY(!run->perplexity);
        const bool is_export = job == "export" || job == "resume export";
        QCOMPARE(exported.count(), is_export ? 1 : 0);
        QCOMPARE(tokenRows(*desk), job == "convergence" ? 3 : job == "largest tokens" ? 10 : 0);  // of the same statistics
        QCOMPARE(comparedLayers(*desk), 0);  // of a text that is no longer the recipe's
        if (is_export || job == "report") QVERIFY(!entries(folder).isEmpty());
    }

    void anAnswerThatArrivesAfterAnotherModelIsDropped_data() {
        QTest::addColumn<QString>("job");
        for (const char* job : kJobs) QTest::addRow("%s", job) << QString(job);
    }
    void anAnswerThatArrivesAfterAnotherModelIsDropped() {
        QFETCH(QString, job);
        const QTemporaryDir out;
        Desk desk;
        Session& session = desk.window.session();
        sitting_.takeUp(session);
        QVERIFY(desk.waitForJobs());
        QSignalSpy exported(&desk.window.workflow(), &Workflow::exported);
        start(desk, job, sitting_.run->name, out.filePath("out"));
        QVERIFY(putAnswersOnTheirWay(desk.window.jobs()));
        const auto other = Model::open(otherModelFolder());
        session.setModel(other, proposedRecipe(*other));
        QVERIFY(desk.waitForJobs());
        QVERIFY2(desk.window.messages().text().isEmpty(), qPrintable(desk.window.messages().text()));
        QVERIFY(session.model() == other);
        QVERIFY(!session.samples() && !session.calibration() && session.runs().empty());
        QVERIFY(!session.fullPrecision() && session.sensitivities().empty());
        QCOMPARE(exported.count(), 0);
        QCOMPARE(tokenRows(desk), 0);
        QCOMPARE(comparedLayers(desk), 0);
    }

    void anExaminationIsOfTheModelThatIsOpen_data() {
        QTest::addColumn<QString>("act");
        for (const char* act : kActs) QTest::addRow("%s", act) << QString(act);
        QTest::addRow("another model before the answer") << QStringLiteral("late");
    }
    void anExaminationIsOfTheModelThatIsOpen() {
        QFETCH(QString, act);
        auto desk = std::make_unique<Desk>();
        MainWindow& window = desk->window;
        Session& session = window.session();
        const auto packed = Model::open(salient::test::testDataFolder() / "packed/models/gptq");
        session.setModel(packed, proposedRecipe(*packed));
        Recipe other_seed = session.recipe();
        other_seed.samples.seed += 1;
        if (act == "undo") session.editRecipe(other_seed, "seed");
        QSignalSpy examined(&window.workflow(), &Workflow::examined);
        if (act == "late") {
            window.workflow().examine();
            QVERIFY(putAnswersOnTheirWay(window.jobs()));
            session.setModel(sitting_.model, sitting_.recipe);
        } else {
            window.jobs().pauseWhen(isInside);
            window.workflow().examine();
            QVERIFY(holdInside(window.jobs()));
        }
        if (act == "close") {
            window.close();
            desk.reset();
            return;
        }
        if (act == "open another model") {
            window.open(toQString(otherModelFolder()));
            QVERIFY(desk->waitForJobs());
        }
        if (act == "edit the recipe") session.editRecipe(other_seed, "seed");
        if (act == "undo") session.undoStack().undo();
        window.jobs().setPaused(false);
        QVERIFY(desk->waitForJobs());
        QVERIFY2(window.messages().text().isEmpty(), qPrintable(window.messages().text()));
        QCOMPARE(examined.count(), act == "edit the recipe" || act == "undo" ? 1 : 0);
    }
};

QTEST_MAIN(TestAnyMoment)
#include "tst_any_moment.moc"
