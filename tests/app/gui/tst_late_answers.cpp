// Answers about a layer that are computed, and on their way, when the user does something else: none is taken for one about what is there
// by then, and none is missing.

#include <QSignalSpy>
#include <QTableView>

#include "core/io/json_file.h"
#include "tests/app/gui/on_their_way.h"
#include "tests/app/gui/sitting.h"
#include "tests/support/places.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/channels_panel.h"
#include "widgets/chart.h"
#include "widgets/error_maps_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/spectrum_panel.h"
#include "widgets/stepper_panel.h"
#include "widgets/token_map_panel.h"
#include "widgets/tune_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

/// A session with results, and what is made of its chosen layer, without a window.
struct Layers {
    Session session;
    JobRunner quick;
    LayerWorkflow workflow{session, quick};
    QSignalSpy channels{&workflow, &LayerWorkflow::channelsReady};
    QSignalSpy stepper{&workflow, &LayerWorkflow::stepperReady};
    QSignalSpy tune{&workflow, &LayerWorkflow::tuneReady};
    QSignalSpy errors{&workflow, &LayerWorkflow::errorsReady};
    QSignalSpy diagnosis{&workflow, &LayerWorkflow::diagnosisReady};
    QSignalSpy forecast{&workflow, &LayerWorkflow::forecastReady};
    std::string run;

    explicit Layers(const Sitting& sitting) : run(sitting.run->name) { sitting.takeUp(session); }

    void ask(const QString& what) {
        if (what == "channels") workflow.loadChannels();
        if (what == "stepper") workflow.loadStepper();
        if (what == "tune") workflow.loadTune();
        if (what == "errors") workflow.loadErrors({run});
        if (what == "diagnosis") workflow.diagnose(QString::fromStdString(run));
        if (what == "forecast") {
            MethodSpec other = session.recipe().runs.front().method;
            other.grid.bits = 8;
            workflow.forecast(QString::fromStdString(run), session.recipe().runs.front().method, other);
        }
    }
    [[nodiscard]] qsizetype answers() const {
        return channels.count() + stepper.count() + tune.count() + errors.count() + diagnosis.count() + forecast.count();
    }
    void choose(const std::string& layer) {
        session.selection().selectLayer(session.model()->linear(layer).block, QString::fromStdString(layer));
    }
    bool wait() {
        return QTest::qWaitFor([this] { return quick.isIdle(); }, kPatience_ms);
    }
    [[nodiscard]] WhatIf lastWhatIf() const { return stepper.last().first().value<StepperInput>().what_if; }
};

/// Brings a view of the layer to the front, which then asks for its data.
void lookAt(Desk& desk, const QString& view) {
    auto* channels = desk.view<ChannelsPanel>();
    if (view == "stepper") return desk.window.goTo(Page::Stepper);
    if (view == "tune") return desk.window.goTo(Page::Tune);
    desk.window.goTo(view == "errors" ? Page::Compare : Page::Channels);
    if (view == "tokens") bringToFront(*channels, channels->tokens());
    if (view == "spectrum") bringToFront(*channels, channels->spectrum());
}

Index widthOf(const HeatmapView* map) { return map->matrix() ? map->matrix()->cols() : 0; }

/// Inputs of the layer that a view shows; 0: it shows none.
Index shownWidth(Desk& desk, const QString& view) {
    auto* channels = desk.view<ChannelsPanel>();
    if (view == "channels") return named<QTableView>(*channels, QStringLiteral("Channels"))->model()->rowCount();
    if (view == "tokens") return widthOf(channels->tokens().findChild<HeatmapView*>());
    if (view == "stepper") return widthOf(desk.view<StepperPanel>()->findChild<HeatmapView*>(QStringLiteral("weights")));
    if (view == "errors") {
        const auto* map = desk.view<ErrorMapsPanel>()->findChildren<HeatmapView*>().constFirst();
        return map->isHidden() ? 0 : widthOf(map);
    }
    if (view == "spectrum") {
        const auto& series = channels->spectrum().findChild<Chart*>()->series();
        return series.empty() ? 0 : static_cast<Index>(series.front().y.size());
    }
    const QString layer = desk.view<TunePanel>()->layer();
    return layer.isEmpty() ? 0 : desk.window.session().model()->linear(layer.toStdString()).in_features;
}

}  // namespace

class TestLateAnswers : public QObject {
    Q_OBJECT

    Sitting sitting_;
    std::string first_layer_;

private slots:
    void initTestCase() {
        QVERIFY(sitting_.make());
        first_layer_ = sitting_.model->linears.front().name;
        QVERIFY(sitting_.model->linears.front().in_features != sitting_.model->linear(kWideLayer).in_features);
    }

    void anAnswerAboutWhatIsGoneIsDroppedAndCanBeAskedForAgain_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("act");
        for (const char* what : {"channels", "stepper", "tune", "errors", "diagnosis"})
            QTest::addRow("%s, another layer", what) << QString(what) << "layer";
        for (const char* what : {"channels", "stepper", "tune", "errors", "diagnosis", "forecast"}) {
            QTest::addRow("%s, another calibration", what) << QString(what) << "calibration";
            QTest::addRow("%s, another model", what) << QString(what) << "model";
        }
    }
    void anAnswerAboutWhatIsGoneIsDroppedAndCanBeAskedForAgain() {
        QFETCH(QString, what);
        QFETCH(QString, act);
        Layers layers(sitting_);
        layers.ask(what);
        QVERIFY(putAnswersOnTheirWay(layers.quick));
        if (act == "layer") layers.choose(kWideLayer);
        if (act == "calibration") layers.session.setCalibration(std::make_shared<const Calibration>(*sitting_.calibration));
        if (act == "model") layers.session.setModel(sitting_.model, sitting_.recipe);
        QVERIFY(layers.wait());
        QCOMPARE(layers.answers(), qsizetype{0});

        if (act == "layer") layers.choose(first_layer_);
        if (act != "layer") sitting_.takeUp(layers.session);
        layers.ask(what);
        QVERIFY(layers.wait());
        QCOMPARE(layers.answers(), qsizetype{1});
    }

    void anAnswerByAnEarlierRecipeIsReplacedByTheLater_data() {
        QTest::addColumn<QString>("what");
        QTest::newRow("stepper") << "stepper";
        QTest::newRow("tune") << "tune";
    }
    void anAnswerByAnEarlierRecipeIsReplacedByTheLater() {
        QFETCH(QString, what);
        Layers layers(sitting_);
        layers.ask(what);
        QVERIFY(putAnswersOnTheirWay(layers.quick));
        Recipe recipe = sitting_.recipe;
        for (RecipeRun& run : recipe.runs) {
            if (run.method.activations == ActivationScale::None) run.method.grid.bits = 3;
        }
        layers.session.editRecipe(recipe, "bits");
        layers.ask(what);
        QVERIFY(layers.wait());
        QCOMPARE(layers.answers(), qsizetype{1});
        const bool is_tune = what == "tune";
        QCOMPARE(is_tune ? layers.tune.last().first().value<TuneModel>().awq_grid.bits
                         : layers.stepper.last().first().value<StepperInput>().stepper->result().tensor.spec.bits,
                 3);
    }

    void whatIfsAddUpHoweverLateTheirAnswersAre() {
        Layers layers(sitting_);
        layers.ask("stepper");
        QVERIFY(layers.wait());
        layers.workflow.toggleKeptColumn(12);
        QVERIFY(putAnswersOnTheirWay(layers.quick));
        layers.workflow.toggleKeptColumn(13);
        QVERIFY(layers.wait());
        QCOMPARE(layers.stepper.count(), 2);  // the answer about 12 alone came too late
        QCOMPARE(layers.lastWhatIf().kept, (std::vector<Index>{12, 13}));
    }

    void aWhatIfIsOfTheLayerThatIsShown() {
        Layers layers(sitting_);
        layers.ask("stepper");
        QVERIFY(layers.wait());
        layers.workflow.toggleKeptColumn(12);
        QVERIFY(putAnswersOnTheirWay(layers.quick));
        layers.choose(kWideLayer);
        layers.ask("stepper");
        layers.workflow.toggleKeptColumn(13);  // pressed while the first layer is on display
        layers.workflow.moveColumn(13, 0);
        QVERIFY(layers.wait());
        QCOMPARE(layers.stepper.count(), 2);
        const auto shown = layers.stepper.last().first().value<StepperInput>();
        QCOMPARE(shown.layer->name, QString(kWideLayer));
        QVERIFY(!shown.what_if.isTouched());
        QCOMPARE(shown.what_if.loss, shown.what_if.loss_before);
        QVERIFY(layers.workflow.whatIf().at("keep").empty() && layers.workflow.whatIf().at("moved").empty());
    }

    void aMoveTakenBackIsInNoLaterOrder() {
        Layers layers(sitting_);
        layers.ask("stepper");
        QVERIFY(layers.wait());
        const std::vector<Index> own = layers.stepper.last().first().value<StepperInput>().layer->order;
        layers.workflow.moveColumn(own[3], 200);
        QVERIFY(layers.wait());
        layers.workflow.takeBackWhatIf();
        layers.workflow.moveColumn(own[5], 100);  // the order without the first move is on its way
        QVERIFY(layers.wait());
        QCOMPARE(layers.stepper.last().first().value<StepperInput>().layer->order, own);
        layers.workflow.moveColumn(own[5], 100);
        QVERIFY(layers.wait());
        std::vector<Index> expected = own;
        expected.erase(expected.begin() + 5);
        expected.insert(expected.begin() + 100, own[5]);
        QCOMPARE(layers.stepper.last().first().value<StepperInput>().layer->order, expected);
        QCOMPARE(layers.lastWhatIf().moved, (std::vector<MovedColumn>{{own[5], 100}}));
    }

    void aViewShowsTheChosenLayerOrNone_data() {
        QTest::addColumn<QString>("view");
        QTest::addColumn<QString>("act");
        for (const char* view : {"channels", "tokens", "spectrum", "stepper", "tune", "errors"}) {
            for (const char* act : {"close", "model", "layer", "elsewhere", "calibration"})
                QTest::addRow("%s, %s", view, act) << QString(view) << QString(act);
        }
    }
    void aViewShowsTheChosenLayerOrNone() {
        QFETCH(QString, view);
        QFETCH(QString, act);
        auto desk = std::make_unique<Desk>();
        Session& session = desk->window.session();
        sitting_.takeUp(session);
        QVERIFY(desk->waitForJobs());
        lookAt(*desk, view);
        QVERIFY(!desk->window.quickJobs().isIdle());
        QVERIFY(putAnswersOnTheirWay(desk->window.quickJobs()));
        Index expected = session.selectedLayer()->in_features;
        if (act == "close") {
            desk->window.close();
            desk.reset();
            return;
        }
        if (act == "model") {
            const auto other = Model::open(salient::test::testDataFolder() / "models/mistral");
            session.setModel(other, proposedRecipe(*other));
            expected = 0;
        }
        if (act == "elsewhere") desk->window.goTo(Page::Quantize);  // where a layer is chosen for no view
        if (act == "layer" || act == "elsewhere") {
            session.selection().selectLayer(0, QString(kWideLayer));
            expected = sitting_.model->linear(kWideLayer).in_features;
        }
        if (act == "calibration") {
            session.setCalibration(std::make_shared<const Calibration>(*sitting_.calibration));
            session.addRun(*sitting_.run);
        }
        QVERIFY(desk->waitForJobs());
        if (act == "elsewhere") {
            QCOMPARE(shownWidth(*desk, view), Index{0});
            lookAt(*desk, view);
            QVERIFY(desk->waitForJobs());
        }
        QCOMPARE(shownWidth(*desk, view), expected);
        QVERIFY2(desk->window.messages().text().isEmpty(), qPrintable(desk->window.messages().text()));
    }

    void aRecipeThatIsReadWhenSomethingElseIsWantedOpensNothing() {
        Desk desk;
        const QString recipe = desk.folder.filePath("recipe.json");
        writeJson(toPath(recipe), toJson(sitting_.recipe));
        desk.window.open(recipe);
        QVERIFY(putAnswersOnTheirWay(desk.window.quickJobs()));
        desk.window.open(toQString(salient::test::testDataFolder() / "models/mistral"));
        QVERIFY(desk.waitForJobs());
        QVERIFY(desk.window.session().model());
        QCOMPARE(shortName(desk.window.session().model()->directory), QStringLiteral("mistral"));
    }

    void aModelThatIsReadWhenAnotherIsWantedIsNotOpened() {
        Desk desk;
        QSignalSpy opened(&desk.window.workflow(), &Workflow::opened);
        const QString wanted = toQString(salient::test::testDataFolder() / "models/mistral");
        desk.window.openDemo();
        QVERIFY(putAnswersOnTheirWay(desk.window.quickJobs()));
        desk.window.open(wanted);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened.first().first().toString(), wanted);
    }
};

QTEST_MAIN(TestLateAnswers)
#include "tst_late_answers.moc"
