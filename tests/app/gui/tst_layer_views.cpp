// Stepper and Tune in the window: they follow the recipe where it matters to them, and nowhere else; what they try out, undo, apply.

#include <QApplication>
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QToolButton>
#include <cmath>

#include "tests/app/gui/desk.h"
#include "widgets/stepper_panel.h"
#include "widgets/tune_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

/// Counts the layers that were solved for the stepper, or prepared for tuning.
struct Made {
    explicit Made(Desk& desk)
        : stepper(&desk.window.layers(), &LayerWorkflow::stepperReady), tune(&desk.window.layers(), &LayerWorkflow::tuneReady) {}
    QSignalSpy stepper;
    QSignalSpy tune;
    [[nodiscard]] StepperInput lastStepper() const { return stepper.last().first().value<StepperInput>(); }
};

bool show(Desk& desk, Page page) {
    desk.window.goTo(page);
    return desk.waitForJobs();
}

QString textOf(QWidget* where, const char* name) { return where->findChild<QLabel*>(QLatin1String(name))->text(); }

}  // namespace

class TestLayerViews : public QObject {
    Q_OBJECT

private slots:
    void editsThatDoNotMatterLeaveStepperAndTuneAlone() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Made made(desk);
        QVERIFY(show(desk, Page::Stepper));
        auto* stepper = desk.view<StepperPanel>();
        stepper->goTo(40);
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        const TuneChoice choice{TuneMethod::SmoothAlpha, 0.25, {{9, 2.0}}};
        tune->setChoice(choice);
        tune->pin();
        QCOMPARE(made.stepper.count(), 1);
        QCOMPARE(made.tune.count(), 1);

        Session& session = desk.window.session();
        Recipe recipe = session.recipe();
        recipe.perplexity.n_windows = 3;
        runOf(recipe, "rtn").method.grid.bits = 5;
        runOf(recipe, "awq").method.awq.fixed_ratio = 0.3;
        runOf(recipe, "gptq").method.overrides = {{.layers = "down_proj", .bits = 8}};  // of other layers than the one on display
        session.editRecipe(recipe, QStringLiteral("elsewhere"));
        QVERIFY(show(desk, Page::Stepper));
        QCOMPARE(made.stepper.count(), 1);
        QCOMPARE(stepper->position(), Index{40});
        QVERIFY(show(desk, Page::Tune));
        QCOMPARE(made.tune.count(), 1);
        QCOMPARE(tune->choice(), choice);
    }

    void editsThatMatterAreShownWhereTheUserWas() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Made made(desk);
        QVERIFY(show(desk, Page::Stepper));
        auto* stepper = desk.view<StepperPanel>();
        stepper->goTo(40);
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        const TuneChoice choice{TuneMethod::AwqRatio, 0.25, {{9, 2.0}}};
        tune->setChoice(choice);
        const double loss = tune->shownLoss();

        Session& session = desk.window.session();
        Recipe recipe = session.recipe();
        // Overrides count: the layer is shown as it is quantized.
        for (const char* method : {"gptq", "awq"}) runOf(recipe, method).method.overrides = {{.layers = "self_attn", .bits = 8}};
        session.editRecipe(recipe, QStringLiteral("bits"));
        QVERIFY(show(desk, Page::Stepper));
        QCOMPARE(made.stepper.count(), 2);
        QCOMPARE(made.lastStepper().stepper->result().tensor.spec.bits, 8);
        QCOMPARE(stepper->position(), Index{40});
        QVERIFY(show(desk, Page::Tune));
        QCOMPARE(made.tune.count(), 2);
        QCOMPARE(made.tune.last().first().value<TuneModel>().awq_grid.bits, 8);
        QCOMPARE(tune->choice(), choice);
        QVERIFY(tune->shownLoss() < 0.1 * loss);

        session.selection().selectLayer(0, QStringLiteral("model.layers.0.mlp.down_proj"));
        QVERIFY(desk.waitForJobs());
        QCOMPARE(made.tune.last().first().value<TuneModel>().awq_grid.bits, 4);
        QVERIFY(tune->choice().channel_factors.empty());
        QVERIFY(show(desk, Page::Stepper));
        QCOMPARE(made.lastStepper().stepper->result().tensor.spec.bits, 4);
        QCOMPARE(stepper->position(), Index{0});
    }

    void theStepperTellsWhatAWhatIfDoes() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Made made(desk);
        QVERIFY(show(desk, Page::Stepper));
        auto* stepper = desk.view<StepperPanel>();
        const double untouched = made.lastStepper().what_if.loss;
        QCOMPARE(made.lastStepper().what_if.loss_before, untouched);
        QCOMPARE(untouched, made.lastStepper().stepper->runningLoss().back());
        QVERIFY(made.lastStepper().layer->nearest.running.size() == 257);

        stepper->goTo(12);
        stepper->findChild<QToolButton*>(QStringLiteral("keep"))->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(stepper->position(), Index{12});
        const WhatIf kept = made.lastStepper().what_if;
        QCOMPARE(kept.kept, std::vector<Index>{12});
        QCOMPARE(kept.loss_before, untouched);
        QVERIFY(kept.loss > 0.0 && kept.loss != untouched);
        QCOMPARE(textOf(stepper, "what_if_loss"), lossChangeText(untouched, kept.loss));
        QCOMPARE(textOf(stepper, "what_if_list"), QStringLiteral("in 16 bits: 12"));

        stepper->findChild<QSpinBox*>(QStringLiteral("target"))->setValue(200);
        stepper->findChild<QToolButton*>(QStringLiteral("move"))->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(stepper->position(), Index{12});
        QCOMPARE(made.lastStepper().layer->order[200], Index{12});
        QCOMPARE(textOf(stepper, "what_if_list"), QStringLiteral("in 16 bits: 12 · moved: 12 → 200"));
        QCOMPARE(made.lastStepper().what_if.loss_before, untouched);

        // It outlives the sitting, and the untouched loss is found again.
        const Json what_if = desk.window.layers().whatIf();
        JobRunner quick;
        LayerWorkflow later(desk.window.session(), quick);
        QSignalSpy solved(&later, &LayerWorkflow::stepperReady);
        later.restoreWhatIf(what_if);
        later.loadStepper();
        QVERIFY(solved.wait(kPatience_ms));
        const WhatIf again = solved.last().first().value<StepperInput>().what_if;
        QCOMPARE(again.moved, (std::vector<MovedColumn>{{12, 200}}));
        QVERIFY(std::abs(again.loss_before - untouched) <= 1e-4 * untouched);
        QCOMPARE(again.loss, made.lastStepper().what_if.loss);

        stepper->findChild<QToolButton*>(QStringLiteral("what_if_reset"))->click();
        QVERIFY(desk.waitForJobs());
        QCOMPARE(made.lastStepper().what_if.loss, untouched);
        QVERIFY(!made.lastStepper().what_if.isTouched());
        QCOMPARE(stepper->position(), Index{12});
    }

    void aDamagedWhatIfIsLeftOut_data() {
        QTest::addColumn<QString>("what_if");
        const char* const layer = R"({"layer": "model.layers.0.self_attn.q_proj", )";
        QTest::newRow("no channel") << QString(layer) + R"("keep": [256], "order": [], "moved": []})";
        QTest::newRow("no order") << QString(layer) + R"("keep": [], "order": [0, 0], "moved": [[0, 1]]})";
        QTest::newRow("no moves") << QString(layer) + R"("keep": [], "order": [], "moved": 3})";
        QTest::newRow("no number") << QString(layer) + R"("keep": ["x"], "order": [], "moved": []})";
        QTest::newRow("no layer") << QStringLiteral(R"({"layer": "x", "keep": [1], "order": [], "moved": []})");
    }
    void aDamagedWhatIfIsLeftOut() {
        QFETCH(QString, what_if);
        Session session;
        session.setModel(Model::open(modelFolder()), {});
        JobRunner quick;
        LayerWorkflow layers(session, quick);
        layers.restoreWhatIf(Json::parse(what_if.toStdString()));
        QVERIFY(layers.whatIf().at("keep").empty() && layers.whatIf().at("order").empty() && layers.whatIf().at("moved").empty());
    }

    void aTunedValueGoesIntoTheRecipeAndIsQuantizedWith() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        tune->setChoice({TuneMethod::AwqRatio, 0.33, {{9, 2.0}}});  // between the points of the search
        const Recipe before = session.recipe();
        button(tune, QStringLiteral("&Apply to this input"))->click();
        QCOMPARE(session.recipe().runs.size(), before.runs.size());
        const QString said = desk.window.messages().text();
        QVERIFY2(said.contains(QStringLiteral("AWQ ratio 0.33 in 3 of its layers")), qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("Scales set by hand")), qPrintable(said));  // what is left out is said

        Recipe recipe = session.recipe();
        const std::string name = runOf(recipe, "awq").name;
        recipe.evaluation_text.clear();
        session.editRecipe(recipe, QStringLiteral("no evaluation"));
        desk.window.workflow().quantize({name});
        QVERIFY(desk.waitForJobs());
        int n_tuned = 0;
        for (const LayerReport& layer : session.runNamed(name)->layers) {
            if (layer.scale_parameter != 0.33) continue;
            ++n_tuned;
            QVERIFY(layer.name.starts_with("model.layers.0.self_attn.") && !layer.name.ends_with("o_proj"));
        }
        QCOMPARE(n_tuned, 3);

        button(tune, QStringLiteral("Apply to a&ll like this"))->click();
        recipe = session.recipe();
        QCOMPARE(runOf(recipe, "awq").method.overrides.size(), std::size_t{2});
        for (int block = 0; block < 4; ++block) {
            const std::string layer = "model.layers." + std::to_string(block) + ".self_attn.k_proj";
            QCOMPARE(methodFor(runOf(recipe, "awq").method, layer).awq.fixed_ratio, 0.33);
        }
    }

    void aTunedClipGoesToItsLayersAndUndoTakesItBack() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        tune->findChild<QTabWidget*>()->setCurrentIndex(1);
        auto* apply = button(tune, QStringLiteral("Clip this input"));
        auto* slider = tune->findChild<QSlider*>(QStringLiteral("clip"));
        QVERIFY(desk.waitForJobs());
        QTRY_VERIFY(apply->isEnabled() && slider->isEnabled());
        slider->setValue(80);
        const std::string shown = tune->layer().toStdString();
        const auto optionsOf = [&session](const std::string& layer) {
            Recipe recipe = session.recipe();
            return methodFor(runOf(recipe, "awq").method, layer).awq;
        };
        apply->click();
        QCOMPARE(optionsOf(shown).fixed_clip, 0.8);
        QCOMPARE(optionsOf(shown).fixed_ratio, -1.0);
        QCOMPARE(optionsOf("model.layers.0.mlp.up_proj").fixed_clip, -1.0);
        const QString said = desk.window.messages().text();
        QVERIFY2(said.contains(QStringLiteral("AWQ clip 80 % in 3 of its layers")), qPrintable(said));
        button(tune, QStringLiteral("Clip all like this"))->click();
        QCOMPARE(optionsOf("model.layers.3.self_attn.v_proj").fixed_clip, 0.8);
        session.undoStack().undo();
        QCOMPARE(optionsOf("model.layers.3.self_attn.v_proj").fixed_clip, -1.0);
        QCOMPARE(optionsOf(shown).fixed_clip, 0.8);
        session.undoStack().undo();
        QCOMPARE(optionsOf(shown).fixed_clip, -1.0);
        QVERIFY(desk.waitForJobs());
    }

    void aTunedValueGoesToTheLayerThatIsShownNotToOneOnItsWay() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        auto* apply = button(tune, QStringLiteral("&Apply to this input"));
        tune->setChoice({TuneMethod::AwqRatio, 0.33, {}});
        const std::string shown = "model.layers.0.self_attn.q_proj";
        const std::string coming = "model.layers.1.mlp.up_proj";
        const auto ratioOf = [&session](const std::string& layer) {
            Recipe recipe = session.recipe();
            return methodFor(runOf(recipe, "awq").method, layer).awq.fixed_ratio;
        };
        desk.window.quickJobs().setPaused(true);
        session.selection().selectLayer(1, QString::fromStdString(coming));
        QVERIFY(!desk.window.quickJobs().isIdle());
        QCOMPARE(tune->layer(), QString::fromStdString(shown));
        apply->click();
        QCOMPARE(ratioOf(shown), 0.33);
        QCOMPARE(ratioOf(coming), -1.0);
        QVERIFY(session.undoStack().undoText().endsWith(QString::fromStdString(shown)));
        desk.window.quickJobs().setPaused(false);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(tune->layer(), QString::fromStdString(coming));
        tune->setChoice({TuneMethod::AwqRatio, 0.4, {}});
        apply->click();
        QCOMPARE(ratioOf(coming), 0.4);
        QCOMPARE(ratioOf(shown), 0.33);
    }

    void nothingIsAppliedWhereNoLayerIsShown() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        session.setModel(session.model(), session.recipe());
        QVERIFY(!button(tune, QStringLiteral("&Apply to this input"))->isEnabled());
        emit tune->applyWanted(tune->choice(), false);
        QCOMPARE(session.undoStack().count(), 0);
        QVERIFY(desk.window.messages().text().isEmpty());
    }

    void undoTakesBackTheLatestWhereverItWasMade_data() {
        QTest::addColumn<bool>("is_movement");
        QTest::newRow("acts") << false;
        QTest::newRow("one movement of the recipe, before and after") << true;
    }
    void undoTakesBackTheLatestWhereverItWasMade() {
        QFETCH(bool, is_movement);
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        auto* slider = tune->findChild<QSlider*>(QStringLiteral("value"));
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        slider->setFocus();
        const auto undo = [slider] { QTest::keySequence(slider, QKeySequence(QKeySequence::Undo)); };
        const auto redo = [slider] { QTest::keySequence(slider, QKeySequence(QKeySequence::Redo)); };
        const auto tuneOn = [slider] { QTest::keyClick(slider, Qt::Key_PageUp); };
        const auto edit = [&](Index n_windows) {
            Recipe recipe = session.recipe();
            recipe.perplexity.n_windows = n_windows;
            session.editRecipe(recipe, QStringLiteral("windows"), is_movement ? EditKind::Movement : EditKind::Act);
        };
        const auto isAt = [&](double value, Index n_windows) {
            return tune->choice().value == value && session.recipe().perplexity.n_windows == n_windows;
        };
        QVERIFY(isAt(0.5, 4));
        tuneOn();
        edit(3);
        tuneOn();
        edit(5);
        QVERIFY(isAt(0.6, 5));
        undo();
        if (!is_movement) {
            QVERIFY(isAt(0.6, 3));
            undo();
            QVERIFY(isAt(0.55, 3));
            undo();
            QVERIFY(isAt(0.55, 4));
        } else {
            QVERIFY(isAt(0.6, 4));
            undo();
            QVERIFY(isAt(0.55, 4));
        }
        undo();
        QVERIFY(isAt(0.5, 4));
        redo();
        QVERIFY(isAt(0.55, 4));
        redo();
        if (!is_movement) {
            QVERIFY(isAt(0.55, 3));
            redo();
            QVERIFY(isAt(0.6, 3));
        } else {
            QVERIFY(isAt(0.6, 4));
        }
        redo();
        QVERIFY(isAt(0.6, 5));
    }

    void undoIsOfTheViewThatWasUsedLast() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        Session& session = desk.window.session();
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        auto* slider = tune->findChild<QSlider*>(QStringLiteral("value"));
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        slider->setFocus();
        const auto undo = [slider] { QTest::keyClick(slider, Qt::Key_Z, Qt::ControlModifier); };
        const int n_edits = session.undoStack().index();

        QTest::keyClick(slider, Qt::Key_PageUp);
        QCOMPARE(tune->choice().value, 0.55);
        undo();
        QCOMPARE(tune->choice().value, 0.5);
        QCOMPARE(session.undoStack().index(), n_edits);  // the recipe is as it was
        QTest::keyClick(slider, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(tune->choice().value, 0.55);

        button(tune, QStringLiteral("&Apply to this input"))->click();
        QCOMPARE(session.undoStack().index(), n_edits + 1);
        slider->setFocus();
        undo();  // of what was done last: the recipe's edit
        QCOMPARE(session.undoStack().index(), n_edits);
        QCOMPARE(tune->choice().value, 0.55);

        QTest::keyClick(slider, Qt::Key_PageUp);
        undo();
        QCOMPARE(tune->choice().value, 0.55);
        QCOMPARE(session.undoStack().index(), n_edits);
    }

    void aLayerWhoseScalesGoNowhereCannotBeApplied() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.session().selection().selectLayer(0, QStringLiteral("model.layers.0.self_attn.o_proj"));
        QVERIFY(show(desk, Page::Tune));
        auto* tune = desk.view<TunePanel>();
        QVERIFY(textOf(tune, "note").startsWith(QStringLiteral("Nothing before these layers")));
        QVERIFY(!button(tune, QStringLiteral("&Apply to this input"))->isEnabled());
        desk.window.session().selection().selectLayer(0, QStringLiteral("model.layers.0.mlp.down_proj"));
        QVERIFY(desk.waitForJobs());
        QVERIFY(textOf(tune, "note").contains(QStringLiteral("goes into the rows of model.layers.0.mlp.up_proj")));
        QVERIFY(button(tune, QStringLiteral("&Apply to this input"))->isEnabled());
    }
};

QTEST_MAIN(TestLayerViews)
#include "tst_layer_views.moc"
