#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QTest>

#include "core/eval/calibration_ab.h"
#include "tests/app/gui/desk.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/calibration_ab_model.h"
#include "widgets/calibration_ab_panel.h"
#include "widgets/calibration_panel.h"
#include "widgets/chart.h"

using namespace salient;
using namespace salient::demo;

namespace {

QString textB() { return toQString(modelFolder().parent_path() / "eval.txt"); }

/// A window on the demo model with the other text chosen, and its panel.
struct Comparing : Desk {
    CalibrationAbPanel* panel = nullptr;
    QAbstractButton* compare = nullptr;

    bool begin() {
        if (!openDemo()) return false;
        panel = &view<CalibrationPanel>()->anotherText();
        compare = salient::button(*panel, QStringLiteral("Compare the two texts"));
        answer = textB();
        salient::button(*panel, QStringLiteral("Choose another text…"))->click();
        return panel->choice().text_file == textB();
    }
    void choose(const std::string& method) {
        for (const RecipeRun& run : window.session().recipe().runs) {
            if (methodName(run.method) == method)
                named<QComboBox>(*panel, QStringLiteral("Method to compare with"))->setCurrentText(QString::fromStdString(run.name));
        }
    }
    [[nodiscard]] const RecipeRun& chosenRun() {
        return *std::ranges::find(window.session().recipe().runs, panel->choice().run.toStdString(), &RecipeRun::name);
    }
    [[nodiscard]] int rows() const {
        return named<QTableView>(*panel, QStringLiteral("Layers calibrated by either text"))->model()->rowCount();
    }
    [[nodiscard]] QString state() const { return named<QLabel>(*panel, QStringLiteral("Comparison of two texts"))->text(); }
};

}  // namespace

class TestCalibrationAbWorkflow : public QObject {
    Q_OBJECT

private slots:
    /// Without a calibration: the job runs both texts by itself.
    void theWindowShowsWhatTheEngineComputes() {
        Comparing desk;
        QVERIFY(desk.begin());
        desk.choose("gptq");
        named<QLineEdit>(*desk.panel, QStringLiteral("Seed of the other text"))->setText(QStringLiteral("3"));
        QVERIFY(desk.compare->isEnabled());
        desk.compare->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(desk.window.messages().text().isEmpty(), qPrintable(desk.window.messages().text()));

        const Session& session = desk.window.session();
        const Model& model = *session.model();
        SampleSpec spec = session.recipe().samples;
        const Samples a = drawSamples(model.requireTokenizer(), readCorpus(session.recipe().calibration_text), spec);
        spec.seed = 3;
        const Samples b = drawSamples(model.requireTokenizer(), readCorpus(toPath(textB())), spec);
        MethodSpec method = desk.chosenRun().method;
        method.grid.scale_type = storedScaleType(desk.chosenRun().format.value_or(ExportFormat::Gptq), model.config);
        JobContext job;
        const CalibrationAb wanted = calibrationAb(model, a, b, method, {.compute = session.recipe().compute}, job);
        const auto* chart = desk.panel->findChild<Chart*>();
        QCOMPARE(chart->series().size(), std::size_t{4});
        QCOMPARE(chart->series()[0].y.size(), wanted.layers.size());
        for (std::size_t i = 0; i < wanted.layers.size(); ++i) {
            QVERIFY(chart->series()[0].y[i] == wanted.layers[i].error[0][0]);
            QVERIFY(chart->series()[1].y[i] == wanted.layers[i].error[1][0]);
            QVERIFY(chart->series()[2].y[i] == wanted.layers[i].error[1][1]);
            QVERIFY(chart->series()[3].y[i] == wanted.layers[i].error[0][1]);
        }
        QVERIFY2(desk.panel->stamp().endsWith(QStringLiteral("A: calib.txt (4 × 64 tokens, seed 0); B: eval.txt (4 × 64 tokens, seed 3)")),
                 qPrintable(desk.panel->stamp()));
    }

    void aLayerOfTheTableIsTheSelectionEverywhere() {
        Comparing desk;
        QVERIFY(desk.begin());
        desk.choose("rtn");
        desk.compare->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY(desk.state().startsWith(QStringLiteral("Both texts give the same weights")));
        auto* table = named<QTableView>(*desk.panel, QStringLiteral("Layers calibrated by either text"));
        table->selectRow(desk.rows() - 1);
        const QString one = desk.window.session().selection().current().layer;
        table->selectRow(0);
        QVERIFY(desk.window.session().selection().current().layer != one);
        QVERIFY(desk.waitForJobs());
    }

    void aResultGoesWithWhatItWasOf() {
        Comparing desk;
        QVERIFY(desk.begin());
        desk.choose("rtn");
        desk.compare->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.rows(), 28);
        Session& session = desk.window.session();
        Recipe recipe = session.recipe();
        recipe.perplexity.n_windows = 7;  // no concern of calibration
        session.editRecipe(recipe, QStringLiteral("evaluation windows"));
        QCOMPARE(desk.rows(), 28);
        std::ranges::find(recipe.runs, desk.panel->choice().run.toStdString(), &RecipeRun::name)->method.grid.bits = 3;
        session.editRecipe(recipe, QStringLiteral("bits"));
        QCOMPARE(desk.rows(), 0);
        desk.compare->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.rows(), 28);
        recipe.samples.seed = 11;
        session.editRecipe(recipe, QStringLiteral("seed"));
        QCOMPARE(desk.rows(), 0);
        QVERIFY(desk.waitForJobs());
    }

    void aResultComesBackWithItsSession() {
        const QTemporaryDir root;
        QString stamp;
        QString state;
        std::vector<ChartSeries> series;
        {
            Comparing desk;
            desk.window.keepSessions(root.path());
            QVERIFY(desk.begin());
            desk.choose("gptq");
            named<QLineEdit>(*desk.panel, QStringLiteral("Seed of the other text"))->setText(QStringLiteral("3"));
            desk.compare->click();
            QVERIFY(desk.waitForJobs());
            stamp = desk.panel->stamp();
            state = desk.state();
            series = desk.panel->findChild<Chart*>()->series();
            QVERIFY(stamp.endsWith(QStringLiteral("seed 3)")));
            desk.window.close();
        }
        Comparing desk;
        desk.window.keepSessions(root.path());
        desk.window.openDemo();
        QVERIFY(desk.waitForJobs());
        desk.panel = &desk.view<CalibrationPanel>()->anotherText();
        QCOMPARE(desk.panel->stamp(), stamp);
        QCOMPARE(desk.state(), state);
        QCOMPARE(desk.rows(), 28);
        const auto* chart = desk.panel->findChild<Chart*>();
        QCOMPARE(chart->series().size(), series.size());
        for (std::size_t i = 0; i < series.size(); ++i) QVERIFY(chart->series()[i].y == series[i].y);
        Recipe recipe = desk.window.session().recipe();
        recipe.samples.seed = 11;  // no longer what was compared
        desk.window.session().editRecipe(recipe, QStringLiteral("seed"));
        QCOMPARE(desk.rows(), 0);
        QVERIFY(desk.waitForJobs());
    }

    void whatCannotBeComparedIsSaid() {
        Comparing desk;
        QVERIFY(desk.begin());
        desk.choose("gptq");
        Session& session = desk.window.session();
        Recipe recipe = session.recipe();
        std::ranges::find(recipe.runs, desk.panel->choice().run.toStdString(), &RecipeRun::name)->method.true_sequential = true;
        session.editRecipe(recipe, QStringLiteral("true sequential"));
        QVERIFY(!desk.compare->isEnabled());
        QVERIFY2(desk.state().contains(QStringLiteral("true_sequential")), qPrintable(desk.state()));
        desk.choose("rtn");
        QVERIFY(desk.compare->isEnabled());
        desk.panel->setTextFile(QStringLiteral("/nowhere/text.txt"));
        desk.compare->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY2(desk.window.messages().text().contains(QStringLiteral("/nowhere/text.txt")), qPrintable(desk.window.messages().text()));
        QVERIFY(desk.compare->isEnabled());
        QCOMPARE(desk.rows(), 0);
    }

    void cancellingLetsItBeAskedForAgain() {
        Comparing desk;
        QVERIFY(desk.begin());
        desk.choose("rtn");
        desk.window.jobs().setPaused(true);
        desk.compare->click();
        QVERIFY(!desk.compare->isEnabled());
        desk.window.jobs().cancelAll();
        desk.window.jobs().setPaused(false);
        QVERIFY(desk.waitForJobs());
        QVERIFY(desk.compare->isEnabled());
        QCOMPARE(desk.rows(), 0);
    }
};

QTEST_MAIN(TestCalibrationAbWorkflow)
#include "tst_calibration_ab_workflow.moc"
