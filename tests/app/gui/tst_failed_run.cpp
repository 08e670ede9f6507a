#include <QComboBox>
#include <QLabel>
#include <QTest>
#include <limits>

#include "core/quant/quantize_block.h"
#include "tests/app/gui/desk.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/compare_panel.h"
#include "widgets/diagnosis_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

constexpr int kBlock = 1;
const QString kLayer = QStringLiteral("model.layers.1.self_attn.q_proj");

/// The calibration of the window with an input of that layer whose squares float32 cannot hold.
std::shared_ptr<const Calibration> withOverflow(const Calibration& calibration) {
    auto planted = std::make_shared<Calibration>(calibration);
    const LinearInfo& layer = planted->model->linear(kLayer.toStdString());
    InputStatistics& input =
        planted->inputs[static_cast<std::size_t>(kBlock) * planted->model->groups.size() + static_cast<std::size_t>(layer.group)];
    input.hessian(5, 5) = std::numeric_limits<float>::infinity();
    input.channels.max_abs[5] = 1e20F;
    input.channels.max_abs_token[5] = 130;
    return planted;
}

bool says(const QWidget& where, const QString& text) {
    const auto labels = where.findChildren<QLabel*>();
    return std::ranges::any_of(labels, [&](const QLabel* label) { return label->text().contains(text); });
}

}  // namespace

/// A run that ends in a number that is none leads to its cause, and from there to a trial that works.
class TestFailedRun : public QObject {
    Q_OBJECT

private slots:
    void leadsToItsDiagnosisAndToATrial() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        session.setCalibration(withOverflow(*session.calibration()));
        Recipe recipe = session.recipe();
        recipe.evaluation_text.clear();
        const std::string gptq = runOf(recipe, "gptq").name;
        session.editRecipe(recipe, QStringLiteral("test"));
        desk.window.workflow().quantize({gptq});
        QVERIFY(desk.waitForJobs());
        QVERIFY(session.runs().empty());
        QVERIFY2(desk.window.messages().text().contains(kLayer), qPrintable(desk.window.messages().text()));

        QPushButton* look = button(&desk.window.messages(), QStringLiteral("Diagnose"));
        QVERIFY(look != nullptr && look->isVisible());
        look->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(desk.window.page(), Page::Compare);
        QCOMPARE(session.selection().current().layer, kLayer);
        auto& panel = desk.view<ComparePanel>()->diagnosis();
        QVERIFY(panel.isVisible());
        QVERIFY(says(panel, QStringLiteral("the run ended here")));
        QVERIFY(says(panel, QStringLiteral("channel 5 with |x| up to ")));
        QVERIFY(says(panel, QStringLiteral("window 3, token 3")));  // 130 of windows of 64
        desk.view<ComparePanel>()->showMethods();
        bringToFront(*desk.view<ComparePanel>(), panel);  // there is no result whose diagnosis could take its place
        QVERIFY(desk.waitForJobs());
        QVERIFY(says(panel, QStringLiteral("the run ended here")));

        QPushButton* trial = nullptr;
        for (QPushButton* candidate : panel.findChildren<QPushButton*>()) {
            if (candidate->text().startsWith(QStringLiteral("Try it: "))) trial = candidate;
        }
        QVERIFY(trial != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(trial->isEnabled(), kPatience_ms);
        trial->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(session.runs().size(), std::size_t{1});
        const RunResult& result = *session.runs().front();
        QVERIFY(std::isfinite(result.relative_output_error) && result.relative_output_error > 0.0);
        QCOMPARE(result.counts.kept_layers.size(), std::size_t{3});  // q, k and v of that block
        QVERIFY(std::ranges::find(result.counts.kept_layers, kLayer.toStdString()) != result.counts.kept_layers.end());
    }

    void itsDiagnosisComesBackUntilItIsRepeatedOrRemoved() {
        const QString ended = QStringLiteral("the run ended here");
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        Recipe recipe = session.recipe();
        recipe.evaluation_text.clear();
        session.editRecipe(recipe, QStringLiteral("test"));
        const std::string rtn = runOf(recipe, "rtn").name;
        const std::string gptq = runOf(recipe, "gptq").name;
        desk.window.workflow().quantize({rtn, gptq});
        QVERIFY(desk.waitForJobs());
        QCOMPARE(session.runs().size(), std::size_t{2});
        const RunResult sound_rtn = *session.runNamed(rtn);
        const RunResult sound_gptq = *session.runNamed(gptq);
        session.setCalibration(withOverflow(*session.calibration()));
        session.addRun(sound_rtn);
        desk.window.workflow().quantize({gptq});
        QVERIFY(desk.waitForJobs());
        QVERIFY(session.runNamed(gptq) == nullptr);

        // Without ever following the message: the run stands beside the results.
        desk.window.goTo(Page::Compare);
        auto& compare = *desk.view<ComparePanel>();
        auto& panel = compare.diagnosis();
        bringToFront(compare, panel);
        auto* run = named<QComboBox>(panel, QStringLiteral("Result to diagnose"));
        QVERIFY(desk.waitForJobs());
        QCOMPARE(run->count(), 2);
        QVERIFY(!says(panel, ended));
        run->setCurrentText(QString::fromStdString(gptq));
        QVERIFY(desk.waitForJobs());
        QVERIFY(says(panel, kLayer + QStringLiteral(": ") + ended));
        session.selection().selectLayer(0, QString::fromStdString(session.model()->linears.front().name));
        QVERIFY(desk.waitForJobs());
        compare.showMethods();
        desk.window.goTo(Page::Quantize);
        desk.window.goTo(Page::Compare);
        run->setCurrentText(QString::fromStdString(rtn));
        QVERIFY(desk.waitForJobs());
        QVERIFY(!says(panel, ended));
        run->setCurrentText(QString::fromStdString(gptq));
        bringToFront(compare, panel);
        QVERIFY(desk.waitForJobs());
        QVERIFY(says(panel, kLayer + QStringLiteral(": ") + ended));
        button(&panel, QStringLiteral("Worst layer"))->click();
        QCOMPARE(session.selection().current().layer, kLayer);
        QVERIFY(desk.waitForJobs());

        const auto failed = session.failedRunNamed(gptq);
        QVERIFY(failed != nullptr);
        session.addRun(sound_gptq);  // repeated, and well this time
        QVERIFY(session.failedRuns().empty());
        session.selection().selectLayer(0, QString::fromStdString(session.model()->linears.front().name));
        QVERIFY(desk.waitForJobs());
        QCOMPARE(run->currentText(), QString::fromStdString(gptq));
        QVERIFY(!says(panel, ended));
        session.removeRun(gptq);
        session.addFailedRun(*failed);
        QCOMPARE(run->findText(QString::fromStdString(gptq)), 1);
        std::erase_if(recipe.runs, [&](const RecipeRun& one) { return one.name == gptq; });
        session.editRecipe(recipe, QStringLiteral("remove"));
        QCOMPARE(run->findText(QString::fromStdString(gptq)), -1);
        QVERIFY(desk.waitForJobs());
    }

    void renamedWhileItWorksItIsFoundUnderItsNewName() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        session.setCalibration(withOverflow(*session.calibration()));
        Recipe recipe = session.recipe();
        RecipeRun& run = runOf(recipe, "gptq");
        desk.window.jobs().setPaused(true);  // it waits at its first checkpoint
        desk.window.workflow().quantize({run.name});
        const std::string before = run.name;
        run.name = "my favourite";
        session.editRecipe(recipe, QStringLiteral("name"));
        desk.window.jobs().setPaused(false);
        QVERIFY(desk.waitForJobs());
        QVERIFY(session.failedRunNamed(before) == nullptr);
        QVERIFY(session.failedRunNamed("my favourite") != nullptr);
        button(&desk.window.messages(), QStringLiteral("Diagnose"))->click();
        QVERIFY(desk.waitForJobs());
        auto& panel = desk.view<ComparePanel>()->diagnosis();
        QCOMPARE(panel.currentRun(), QStringLiteral("my favourite"));
        QVERIFY(says(panel, QStringLiteral("the run ended here")));
        session.undoStack().undo();  // nothing is called so any more
        QCOMPARE(panel.currentRun(), QString());
        QVERIFY(desk.waitForJobs());
    }

    void changedOrRemovedWhileItWorksItLeavesNoDiagnosis_data() {
        QTest::addColumn<bool>("is_removed");
        QTest::newRow("removed") << true;
        QTest::newRow("renamed, with other settings") << false;
    }
    void changedOrRemovedWhileItWorksItLeavesNoDiagnosis() {
        QFETCH(bool, is_removed);
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        session.setCalibration(withOverflow(*session.calibration()));
        Recipe recipe = session.recipe();
        RecipeRun& run = runOf(recipe, "gptq");
        const std::string before = run.name;
        desk.window.jobs().setPaused(true);
        desk.window.workflow().quantize({before});
        if (is_removed) {
            std::erase_if(recipe.runs, [&before](const RecipeRun& one) { return one.name == before; });
        } else {
            run.name = "GPTQ, narrower";
            run.method.grid.bits = 2;
        }
        session.editRecipe(recipe, QStringLiteral("test"));
        desk.window.jobs().setPaused(false);
        QVERIFY(desk.waitForJobs());
        QVERIFY(session.failedRuns().empty());
        QVERIFY2(desk.window.messages().text().contains(kLayer), qPrintable(desk.window.messages().text()));  // it is told all the same
        const QPushButton* look = button(&desk.window.messages(), QStringLiteral("Diagnose"));
        QVERIFY(look == nullptr || !look->isVisible());
        QCOMPARE(desk.view<ComparePanel>()->diagnosis().currentRun(), QString());
    }

    void anotherCalibrationTakesItAway() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        const auto sound = session.calibration();
        session.setCalibration(withOverflow(*sound));
        Recipe recipe = session.recipe();
        desk.window.workflow().quantize({runOf(recipe, "gptq").name});
        QVERIFY(desk.waitForJobs());
        QPushButton* look = button(&desk.window.messages(), QStringLiteral("Diagnose"));
        QVERIFY(look != nullptr);
        session.setCalibration(sound);
        look->click();
        QVERIFY(desk.waitForJobs());
        QVERIFY(!says(desk.view<ComparePanel>()->diagnosis(), QStringLiteral("the run ended here")));
    }
};

QTEST_MAIN(TestFailedRun)
#include "tst_failed_run.moc"
