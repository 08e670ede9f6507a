#include <QSignalSpy>
#include <QTest>

#include "app/gui/session.h"
#include "tests/app/gui/demo.h"

using namespace salient;

namespace {

RunResult run(const std::string& name, double seconds = 0.0) {
    RunResult result;
    result.name = name;
    result.seconds = seconds;
    return result;
}

}  // namespace

class TestSession : public QObject {
    Q_OBJECT

    std::shared_ptr<const Model> model_;

private slots:
    void initTestCase() { model_ = Model::open(demo::modelFolder()); }

    void proposesTextsThatLieBesideTheModel() {
        const Recipe recipe = proposedRecipe(*model_);
        QCOMPARE(recipe.calibration_text.filename().string(), std::string("calib.txt"));
        QCOMPARE(recipe.evaluation_text.filename().string(), std::string("eval.txt"));
        QCOMPARE(recipe.samples.seq_len, Index{256});
        recipe.validate();
    }

    void selectsTheFirstLayerOfANewModel() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        QVERIFY(session.selectedLayer() != nullptr);
        QCOMPARE(session.selectedLayer()->name, model_->linears.front().name);
    }

    void letsGoOfWhatFollowsFromAReplacedModel() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        session.setCalibration(std::make_shared<const Calibration>());
        session.addRun(run("a"));
        session.setModel(model_, proposedRecipe(*model_));
        QVERIFY(!session.calibration());
        QVERIFY(session.runs().empty());
    }

    void dropsRunsWhenCalibratedAnew() {
        Session session;
        session.addRun(run("a"));
        session.setCalibration(std::make_shared<const Calibration>());
        QVERIFY(session.runs().empty());
    }

    void replacesARunOfTheSameName() {
        Session session;
        session.addRun(run("a", 1.0));
        session.addRun(run("b"));
        const auto old = session.runNamed("a");
        session.addRun(run("a", 2.0));
        QCOMPARE(session.runs().size(), std::size_t{2});
        QCOMPARE(session.runNamed("a")->seconds, 2.0);
        QCOMPARE(old->seconds, 1.0);  // a view that still holds the old value keeps it
    }

    void undoesAndRedoesARecipeEdit() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        QSignalSpy changed(&session, &Session::recipeChanged);
        Recipe edited = session.recipe();
        edited.samples.n_samples = 7;
        session.editRecipe(edited, QStringLiteral("number of windows"));
        QCOMPARE(session.recipe().samples.n_samples, 7);
        session.undoStack().undo();
        QVERIFY(session.recipe().samples.n_samples != 7);
        session.undoStack().redo();
        QCOMPARE(session.recipe().samples.n_samples, 7);
        QCOMPARE(changed.count(), 3);
    }

    void aMovementOfOneNumberIsOneStepAndAnEqualRecipeIsNone() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        const int before = session.recipe().samples.n_samples;
        Recipe edited = session.recipe();
        for (const int n : {3, 4, 5}) {
            edited.samples.n_samples = n;
            session.editRecipe(edited, QStringLiteral("number of windows"), EditKind::Movement);
        }
        session.editRecipe(edited, QStringLiteral("nothing"));
        QCOMPARE(session.undoStack().count(), 1);
        session.undoStack().undo();
        QCOMPARE(session.recipe().samples.n_samples, before);
    }

    void aMovementThatEndsWhereItBeganIsNoStep() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        const int before = session.recipe().samples.n_samples;
        Recipe edited = session.recipe();
        for (const int n : {before + 1, before}) {
            edited.samples.n_samples = n;
            session.editRecipe(edited, QStringLiteral("number of windows"), EditKind::Movement);
        }
        QCOMPARE(session.undoStack().count(), 0);
        QCOMPARE(session.recipe().samples.n_samples, before);
    }

    void theNameThatFollowsTheSettingsMovesAlong() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        Recipe edited = session.recipe();
        for (const int bits : {3, 2}) {
            edited.runs[1].method.grid.bits = bits;
            edited.runs[1].name = "GPTQ " + std::to_string(bits) + "-bit";
            session.editRecipe(edited, QStringLiteral("bits"), EditKind::Movement);
        }
        QCOMPARE(session.undoStack().count(), 1);
    }

    void whatIsNoMovementOfOneNumberStaysApart_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("two acts") << 0;
        QTest::newRow("the same setting of two runs") << 1;
        QTest::newRow("two runs added") << 2;
        QTest::newRow("a switch, there and back") << 3;
        QTest::newRow("layers of a run, twice") << 4;
        QTest::newRow("two files") << 5;
    }
    void whatIsNoMovementOfOneNumberStaysApart() {
        QFETCH(int, kind);
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        const Json start = toJson(session.recipe());
        std::vector<Json> between;
        for (const int i : {0, 1}) {
            Recipe edited = session.recipe();
            if (kind == 0) edited.samples.n_samples = 3 + i;
            if (kind == 1) edited.runs[static_cast<std::size_t>(i)].method.grid.bits = 3;
            if (kind == 2) {
                edited.runs.push_back(edited.runs[0]);
                edited.runs.back().name = "added " + std::to_string(i);
            }
            if (kind == 3) edited.runs[1].method.gptq.act_order = !edited.runs[1].method.gptq.act_order;
            if (kind == 4) edited.runs[0].method.keep.push_back(i == 0 ? "down_proj" : "o_proj");
            if (kind == 5) edited.evaluation_text = i == 0 ? "/texts/a.txt" : "/texts/b.txt";
            session.editRecipe(edited, QStringLiteral("the same words"), kind == 0 ? EditKind::Act : EditKind::Movement);
            between.push_back(toJson(session.recipe()));
        }
        QCOMPARE(session.undoStack().count(), 2);
        session.undoStack().undo();
        QVERIFY(toJson(session.recipe()) == between[0]);
        session.undoStack().undo();
        QVERIFY(toJson(session.recipe()) == start);
    }

    void editsWithTheSameWordsComeBackAsTheStepsTheyWere() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        Recipe edited = session.recipe();
        for (const int n : {3, 4}) {
            edited.samples.n_samples = n;
            session.editRecipe(edited, QStringLiteral("number of windows"));
        }
        const Json history = session.editHistory();
        Session later;
        later.setModel(model_, edited);
        later.restoreEditHistory(history);
        QCOMPARE(later.undoStack().count(), 2);
        later.undoStack().undo();
        QCOMPARE(later.recipe().samples.n_samples, 3);
    }

    void neverMixesPerplexitiesOfTwoProtocols() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        session.addRun(run("a"));
        session.setRunPerplexity("a", {.perplexity = 2.0});
        EvaluationReference reference;
        reference.perplexity.perplexity = 1.9;
        session.setReference(std::make_shared<const EvaluationReference>(reference));
        session.setSensitivities("a", {{"layer", 0.1, 0.2, 0.9}});
        Recipe edited = session.recipe();
        edited.samples.seed = 5;
        session.editRecipe(edited, QStringLiteral("seed"));
        QVERIFY(session.runNamed("a")->perplexity);
        edited.perplexity.n_windows = 3;
        session.editRecipe(edited, QStringLiteral("evaluation windows"));
        QVERIFY(!session.runNamed("a")->perplexity);
        QVERIFY(!session.fullPrecision() && !session.reference());
        QVERIFY(session.sensitivities().empty());
    }

    void sensitivitiesGoWithTheirRun() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        session.addRun(run("a"));
        session.addRun(run("b"));
        session.setSensitivities("a", {{"layer", 0.1, 0.2, 0.9}});
        session.setSensitivities("b", {{"layer", 0.1, 0.2, 0.9}});
        session.addRun(run("a"));  // made anew: measured on another one
        QVERIFY(!session.sensitivities().contains("a") && session.sensitivities().contains("b"));
        session.removeRun("b");
        QVERIFY(session.sensitivities().empty());
    }

    void reportsWhatIsThere() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        session.addRun(run("a"));
        const Report report = session.report();
        QCOMPARE(report.runs.size(), std::size_t{1});
        QCOMPARE(report.model_name, std::string("model"));
        QCOMPARE(report.original_bytes, model_->checkpoint->sizeBytes());
        QVERIFY(report.peak_memory_bytes > 0);
        QVERIFY(report.memory_forecast_bytes > 0);
    }

    void reportsWhatTheLatestExportCounted() {
        Session session;
        session.setModel(model_, proposedRecipe(*model_));
        RunResult made = run("a");
        made.layers.resize(2);
        made.layers[0].name = "first";
        made.layers[1].name = "second";
        session.addRun(std::move(made));
        session.setRunWritten("a", {3, {{"first", 5}, {"second", 7}}});
        RunResult written = *session.runNamed("a");
        QCOMPARE(written.counts.n_flushed_values, std::int64_t{3});
        QCOMPARE(written.counts.n_raised_importances, std::int64_t{12});
        session.setRunWritten("a", {1, {{"second", 2}}});
        written = *session.runNamed("a");
        QCOMPARE(written.counts.n_flushed_values, std::int64_t{1});
        QCOMPARE(written.counts.n_raised_importances, std::int64_t{2});
        QCOMPARE(static_cast<std::int64_t>(written.layers[0].n_raised_importances), std::int64_t{0});
        QSignalSpy changed(&session, &Session::runsChanged);
        session.setRunWritten("none", {3, {}});
        QCOMPARE(changed.count(), 0);
    }
};

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
