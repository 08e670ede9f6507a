// Whatever the user does while a job runs: the window goes on, and shows nothing that is no longer asked for. Every job is held inside its
// work, not at a moment of time.

#include <QSignalSpy>
#include <memory>
#include <utility>

#include "tests/app/gui/desk.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::demo;

namespace {

const char* const kJobs[] = {"calibrate", "quantize", "evaluate", "measure sensitivity", "export", "report"};
const char* const kActs[] = {"close", "open another model", "edit the recipe", "undo"};

/// Another text, and another protocol: nothing measured or chosen by the one recipe is the other's.
Recipe changed(Recipe recipe) {
    std::swap(recipe.calibration_text, recipe.evaluation_text);
    recipe.perplexity.n_windows = 2;
    return recipe;
}

}  // namespace

class TestAnyMoment : public QObject {
    Q_OBJECT

    // What a session begins with, so that each case need not make it again.
    std::shared_ptr<const Model> model_;
    Recipe recipe_;
    std::shared_ptr<const Calibration> calibration_;
    std::shared_ptr<const RunResult> run_;

    void start(Workflow& workflow, const QString& job, const QString& folder) const {
        if (job == "calibrate") workflow.calibrate();
        if (job == "quantize") workflow.quantize({run_->name});
        if (job == "evaluate") workflow.evaluate();
        if (job == "measure sensitivity") workflow.measureSensitivity(run_->name);
        if (job == "export") workflow.exportRun(run_->name, ExportFormat::Gptq, folder);
        if (job == "report") workflow.writeReport(folder);
    }

private slots:
    void initTestCase() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        const Session& session = desk.window.session();
        desk.window.workflow().quantize({session.recipe().runs.front().name});
        QVERIFY(desk.waitForJobs());
        model_ = session.model();
        recipe_ = session.recipe();
        calibration_ = session.calibration();
        QCOMPARE(session.runs().size(), std::size_t{1});
        run_ = session.runs().front();
    }

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
        session.setModel(model_, recipe_);
        if (act == "undo") session.editRecipe(changed(recipe_), "other texts");
        QVERIFY(desk->waitForJobs());
        session.setCalibration(calibration_);
        session.addRun(*run_);

        window.jobs().pauseWhen([](const Progress& now) { return now.stage != "starting"; });
        start(window.workflow(), job, folder);
        QVERIFY(QTest::qWaitFor([&] { return window.jobs().isPaused() || window.jobs().isIdle(); }, kPatience_ms));
        QVERIFY(window.jobs().isPaused());
        QSignalSpy exported(&window.workflow(), &Workflow::exported);

        if (act == "close") {
            window.close();
            desk.reset();
            if (job == "export") QCOMPARE(entries(out.path()), QStringList());
            return;
        }
        if (act == "open another model") window.open(QString::fromStdString((salient::test::testDataFolder() / "models/mistral").string()));
        if (act == "edit the recipe") session.editRecipe(changed(recipe_), "other texts");
        if (act == "undo") session.undoStack().undo();
        if (act == "open another model") QVERIFY(desk->waitForJobs());  // which cancels what still waits
        window.jobs().setPaused(false);
        QVERIFY(desk->waitForJobs());

        QVERIFY(window.isVisible());
        QVERIFY2(window.messages().text().isEmpty(), qPrintable(window.messages().text()));
        QVERIFY(!session.fullPrecision() && session.sensitivities().empty());
        if (act == "open another model") {
            QVERIFY(session.model() != model_);
            QVERIFY(!session.samples() && !session.calibration() && session.runs().empty());
            QCOMPARE(exported.count(), 0);
            if (job == "export") QCOMPARE(entries(out.path()), QStringList());
            return;
        }
        const Recipe& recipe = session.recipe();
        const Samples asked = drawSamples(*model_->tokenizer, readCorpus(recipe.calibration_text), recipe.samples);
        QVERIFY(session.samples() && session.samples()->windows.ids == asked.windows.ids);
        QCOMPARE(session.isCalibrationCurrent(), session.calibration()->samples.windows.ids == asked.windows.ids);
        for (const auto& run : session.runs()) QVERIFY(!run->perplexity);
        QCOMPARE(exported.count(), job == "export" ? 1 : 0);
        if (job == "export" || job == "report") QVERIFY(!entries(folder).isEmpty());
    }
};

QTEST_MAIN(TestAnyMoment)
#include "tst_any_moment.moc"
