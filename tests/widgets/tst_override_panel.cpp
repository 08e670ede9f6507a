#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/places.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/model_map_view.h"
#include "widgets/override_panel.h"

using namespace salient;

namespace {

void choose(QWidget& where, const QString& name, const QString& text) {
    auto* box = named<QComboBox>(where, name);
    box->setCurrentIndex(box->findText(text));
}

RecipeRun run(const char* method) {
    MethodSpec base;
    base.grid.is_symmetric = false;
    RecipeRun run;
    run.method = methodFromName(method, base);
    run.name = method;
    return run;
}

using Runs = std::vector<RecipeRun>;

}  // namespace

class TestOverridePanel : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { model_ = Model::open(salient::test::resourceFolder() / "demo" / "model"); }

    void saysWhatToDoBeforeAnythingIsChosen() {
        OverridePanel panel;
        panel.setModel(model_);
        panel.setRuns({run("rtn")});
        QVERIFY(!button(panel, "Apply")->isEnabled());
        QVERIFY(forecast(panel).contains("Choose a layer"));
    }

    void keepsMatchingLayersInOneRun() {
        OverridePanel panel;
        panel.setModel(model_);
        panel.setRuns({run("rtn"), run("gptq")});
        QSignalSpy wanted(&panel, &OverridePanel::forecastWanted);
        QSignalSpy edited(&panel, &OverridePanel::runsEdited);
        panel.setPattern("down_proj$");
        QCOMPARE(wanted.count(), 1);
        choose(panel, "Run", "gptq");
        QCOMPARE(wanted.last().at(0).toString(), QString("gptq"));
        button(panel, "Apply")->click();
        const auto runs = edited.first().first().value<Runs>();
        QVERIFY(runs[0].method.keep.empty());
        QCOMPARE(runs[1].method.keep, std::vector<std::string>{"down_proj$"});
    }

    void theChosenLayerIsMeantAsItIs() {
        OverridePanel panel;
        panel.setModel(model_);
        panel.setRuns({run("gptq")});
        panel.setLayer("model.layers.1.mlp.up_proj");
        choose(panel, "Change", "quantize with");
        QVERIFY(!button(panel, "Apply")->isEnabled());  // nothing is different yet
        choose(panel, "Bits of these layers", "8 bits");
        choose(panel, "Group size of these layers", "groups of 32");
        const MethodSpec changed = panel.changedMethod(run("gptq").method);
        QCOMPARE(changedLayers(*model_, run("gptq").method, changed), std::vector<std::string>{"model.layers.1.mlp.up_proj"});
        QCOMPARE(changed.overrides.front().bits, std::optional<int>(8));
        QCOMPARE(changed.overrides.front().group_size, std::optional<Index>(32));
        auto* size = named<QComboBox>(panel, "Group size of these layers");
        size->lineEdit()->setText("48");
        emit size->lineEdit()->editingFinished();
        QCOMPARE(panel.changedMethod(run("gptq").method).overrides.front().group_size, std::optional<Index>(48));
        QCOMPARE(size->currentText(), QString("groups of 48"));
        panel.setPattern("o_proj");  // what was typed goes before what was clicked
        QCOMPARE(changedLayers(*model_, run("gptq").method, panel.changedMethod(run("gptq").method)).size(), std::size_t{4});
    }

    void aLaterChangeGoesBeforeAnEarlierOne() {
        OverridePanel panel;
        panel.setModel(model_);
        RecipeRun gptq = run("gptq");
        gptq.method.overrides = {{"mlp", {}, 8, {}}, {"o_proj", {}, 6, {}}};
        panel.setRuns({gptq});
        panel.setPattern("down_proj");
        choose(panel, "Change", "quantize with");
        choose(panel, "Bits of these layers", "3 bits");
        const MethodSpec changed = panel.changedMethod(gptq.method);
        QCOMPARE(methodFor(changed, "model.layers.0.mlp.down_proj").grid.bits, 3);
        QCOMPARE(methodFor(changed, "model.layers.0.mlp.up_proj").grid.bits, 8);
        panel.setPattern("o_proj");  // the same layers again: replaced, not piled up
        QCOMPARE(panel.changedMethod(gptq.method).overrides.size(), std::size_t{2});
    }

    void whatDoesNotFitIsSaidAndNotOffered() {
        OverridePanel panel;
        panel.setModel(model_);
        panel.setRuns({run("awq")});
        panel.setPattern("q_proj");
        choose(panel, "Change", "quantize with");
        choose(panel, "Bits of these layers", "8 bits");
        QVERIFY(forecast(panel).contains("shares its input"));
        QVERIFY(!button(panel, "Apply")->isEnabled());
        panel.setPattern("(");
        QVERIFY(forecast(panel).contains("regular expression"));
        QVERIFY(!button(panel, "Apply")->isEnabled());
    }

    void allRunsTakeWhatFitsThem() {
        OverridePanel panel;
        panel.setModel(model_);
        panel.setRuns({run("rtn"), run("smoothquant")});
        panel.setPattern("down_proj");
        choose(panel, "Run", "all runs");
        choose(panel, "Change", "quantize with");
        choose(panel, "Method of these layers", "GPTQ");
        QSignalSpy edited(&panel, &OverridePanel::runsEdited);
        button(panel, "Apply")->click();
        const auto runs = edited.first().first().value<Runs>();
        QCOMPARE(runs[0].method.overrides.size(), std::size_t{1});
        QVERIFY(runs[1].method.overrides.empty());  // int8 inputs: weight-only layers have no place there
    }

    void aRatioOrAClipAloneIsAChange() {
        OverridePanel panel;
        panel.setModel(model_);
        panel.setRuns({run("awq"), run("gptq")});
        panel.setPattern("q_proj");  // one of three that share scales: a clip is its own
        choose(panel, "Change", "quantize with");
        QVERIFY(!named<QComboBox>(panel, "Clip of these layers")->isHidden());
        choose(panel, "Clip of these layers", "clip at 85 %");
        QVERIFY(button(panel, "Apply")->isEnabled());
        const LayerOverride clip = panel.changedMethod(run("awq").method).overrides.front();
        QCOMPARE(clip, (LayerOverride{.layers = "q_proj", .clip = 0.85}));
        panel.setPattern("[qkv]_proj");
        choose(panel, "Clip of these layers", "same clip");
        QVERIFY(!button(panel, "Apply")->isEnabled());
        named<QComboBox>(panel, "Scaling of these layers")->setCurrentIndex(4);
        QVERIFY(button(panel, "Apply")->isEnabled());
        SettingsForecast told;
        told.layers = {"model.layers.0.self_attn.q_proj"};
        told.error_before = told.error_after = 2.0;
        panel.setForecast(told, {});
        QVERIFY2(forecast(panel).contains("only a run shows"), qPrintable(forecast(panel)));
        choose(panel, "Run", "gptq");
        QVERIFY(named<QComboBox>(panel, "Clip of these layers")->isHidden());
        RecipeRun awq = run("awq");
        awq.method.overrides = {clip};
        panel.setRuns({awq});
        QVERIFY(named<QListWidget>(panel, "Layers with other settings")->item(0)->text().contains("clip at 85 %"));
    }

    void whatIsNotOfferedIsNotApplied() {
        OverridePanel panel;
        panel.setModel(model_);
        panel.setRuns({run("gptq"), run("awq")});
        panel.setPattern("[qkv]_proj");
        choose(panel, "Change", "quantize with");
        choose(panel, "Run", "awq");
        choose(panel, "Clip of these layers", "clip at 85 %");
        named<QComboBox>(panel, "Scaling of these layers")->setCurrentIndex(4);
        QVERIFY(button(panel, "Apply")->isEnabled());
        choose(panel, "Run", "all runs");  // the first of which neither scales nor clips
        QVERIFY(named<QComboBox>(panel, "Clip of these layers")->isHidden());
        QVERIFY(panel.changedMethod(run("awq").method).overrides.empty());
    }

    void changesAreListedAndTakenBack() {
        OverridePanel panel;
        panel.setModel(model_);
        RecipeRun gptq = run("gptq");
        gptq.method.keep = {"o_proj", "("};
        gptq.method.overrides = {{"down_proj", {}, 8, {}}};
        panel.setRuns({run("rtn"), gptq});
        auto* list = named<QListWidget>(panel, "Layers with other settings");
        QCOMPARE(list->count(), 3);
        QVERIFY(list->item(0)->text().contains("o_proj") && list->item(0)->text().contains("16 bits"));
        QVERIFY(list->item(2)->text().contains("8 bits"));
        QSignalSpy edited(&panel, &OverridePanel::runsEdited);
        list->setCurrentRow(2);
        QTest::keyClick(list, Qt::Key_Delete);
        button(panel, "Take back")->click();
        const auto runs = edited.last().first().value<Runs>();
        QVERIFY(runs[1].method.overrides.empty());
        QCOMPARE(runs[1].method.keep.size(), std::size_t{2});
    }

    void forecastSaysBytesAndErrors() {
        OverridePanel panel;
        panel.setModel(model_);
        panel.setRuns({run("gptq")});
        panel.setPattern("down_proj");
        SettingsForecast told;
        told.layers = {"model.layers.0.mlp.down_proj"};
        told.bytes_before = 1'000'000;
        told.bytes_after = 3'000'000;
        told.error_before = 16.0;
        told.error_after = 1.0;
        LayerReport named_one;
        named_one.name = told.layers.front();
        named_one.error.output_error = 3.0;
        LayerReport other;
        other.error.output_error = 1.0;
        panel.setForecast(told, {named_one, other});
        QVERIFY2(forecast(panel).contains("+2.00 MB") && forecast(panel).contains("1/16") && forecast(panel).contains("75.0 %"),
                 qPrintable(forecast(panel)));
    }

    void theMapsFilterAndChoiceReachIt() {
        ModelMapView map;
        map.setModel(model_);
        map.overrides().setRuns({run("rtn")});
        QSignalSpy wanted(&map.overrides(), &OverridePanel::forecastWanted);
        map.setSelectedLayer("model.layers.2.self_attn.v_proj");
        QCOMPARE(wanted.count(), 1);
        named<QLineEdit>(map, "Filter")->setText("gate|up");
        const auto after = wanted.last().at(2).value<MethodSpec>();
        QCOMPARE(after.keep, std::vector<std::string>{"gate|up"});
    }

private:
    [[nodiscard]] static QString forecast(QWidget& panel) { return named<QLabel>(panel, "What the change would do")->text(); }
    std::shared_ptr<const Model> model_;
};

QTEST_MAIN(TestOverridePanel)
#include "tst_override_panel.moc"
