#include <QAbstractItemModelTester>
#include <QAbstractSpinBox>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <QVariant>
#include <algorithm>
#include <functional>
#include <initializer_list>
#include <numeric>
#include <vector>

#include "core/io/json_file.h"
#include "core/recipe/recipe.h"
#include "tests/support/places.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/calibration_panel.h"
#include "widgets/chart.h"
#include "widgets/compare_panel.h"
#include "widgets/evaluate_panel.h"
#include "widgets/export_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/jobs_panel.h"
#include "widgets/method_form.h"
#include "widgets/model_map_model.h"
#include "widgets/model_map_view.h"
#include "widgets/open_page.h"
#include "widgets/quantize_panel.h"

using namespace salient;

namespace {

/// A control of MethodForm, what a user sets it to, and what the method then says.
struct FormRow {
    const char* method;
    const char* label;  ///< accessible name, or the text of a check box
    QVariant value;     ///< a number for a spin box, the text of an entry or of a line, none for a check box, which is clicked
    const char* place;  ///< of the setting in the method as JSON
    Json setting;
    const char* first = nullptr;   ///< a choice that has to be made before, …
    const char* choice = nullptr;  ///< … and how
};

const std::vector<FormRow>& formRows() {
    static const std::vector<FormRow> rows = {
        {"gptq", "Bits", 3, "/grid/bits", 3},
        {"gptq", "Group size", "32 columns", "/grid/group_size", 32},
        {"gptq", "Group size", "whole row", "/grid/group_size", -1},
        {"gptq", "Group size", "48", "/grid/group_size", 48},
        {"gptq", "Zero point", "asymmetric", "/grid/symmetric", false},
        {"gptq", "Search the range", {}, "/grid/mse_search", true},
        {"w8a8", "Search the range", {}, "/grid/mse_search", true},
        {"w8a8", "Inputs", "int8, one scale per tensor", "/activations", "tensor"},
        {"w8a8", "Weight scale", "one per tensor", "/grid/per_tensor", true},
        {"gptq", "Damping", 0.05, "/gptq/damping", 0.05},
        {"gptq", "Damping tries", 3, "/gptq/max_damping_tries", 3},
        {"gptq", "Block size", 64, "/gptq/block_size", 64},
        {"gptq", "Group parameters", "fresh", "/gptq/group_parameters", "fresh"},
        {"gptq", "Act-order", {}, "/gptq/act_order", true},
        {"gptq", "Static groups", {}, "/gptq/static_groups", true},
        {"awq", "Ratio", "no scaling", "/awq/search_scale", false},
        {"awq", "Fixed ratio", 0.3, "/awq/fixed_ratio", 0.3, "Ratio", "fixed"},
        {"awq", "Search points", 7, "/awq/n_grid", 7},
        {"awq", "Duo scaling", {}, "/awq/duo", true},
        {"awq", "Ratio judged by", "its first layer", "/awq/joint_loss", false},
        {"awq", "Clip", "no clip", "/awq/search_clip", false},
        {"awq", "Fixed clip", 0.85, "/awq/fixed_clip", 0.85, "Clip", "fixed"},
        {"awq", "Clip levels", 4, "/awq/n_clip_levels", 4},
        {"awq", "Clipped layers", "not queries and keys", "/awq/clip_layers", "published"},
        {"smoothquant", "Choice of α", "searched per group", "/smoothquant/search_alpha", true},
        {"smoothquant", "α", 0.8, "/smoothquant/alpha", 0.8},
        {"smoothquant", "Scales from", "activations alone", "/smoothquant/activation_only", true},
        {"awq", "Scales fold into", "norms alone", "/fold_into_linears", false},
        {"gptq", "Next block sees", "quantized block", "/feed", "quantized"},
        {"gptq", "True sequential", {}, "/true_sequential", true},
        {"gptq", "Keep in 16 bits", "down_proj$; head", "/keep", Json{"down_proj$", "head"}},
    };
    return rows;
}

/// Sets a control as a user would.
void setByHand(MethodForm& form, const QString& label, const QVariant& value) {
    if (auto* decimal = named<QDoubleSpinBox>(form, label)) return decimal->setValue(value.toDouble());
    if (auto* number = named<QSpinBox>(form, label)) return number->setValue(value.toInt());
    if (auto* line = named<QLineEdit>(form, label)) {
        line->insert(value.toString());
        emit line->editingFinished();
        return;
    }
    if (auto* box = named<QComboBox>(form, label)) {
        const int at = box->findText(value.toString());
        QVERIFY2(at >= 0 || box->isEditable(), qPrintable(value.toString()));
        if (at >= 0) return box->setCurrentIndex(at);
        box->lineEdit()->setText(value.toString());
        emit box->lineEdit()->editingFinished();
        return;
    }
    auto* check = button(form, label);
    QVERIFY2(check != nullptr, qPrintable(label));
    check->click();
}

RecipeRun run(const char* method) {
    RecipeRun run;
    run.method = methodFromName(method);
    run.name = method;
    return run;
}

std::shared_ptr<const ErrorMap> someErrors(float size) {
    const Matrix weight = Matrix::Zero(8, 16);
    Matrix quantized = Matrix::Zero(8, 16);
    quantized(2, 3) = size;
    return std::make_shared<const ErrorMap>(errorMap(weight, quantized, Matrix::Identity(16, 16)));
}

}  // namespace

class TestPanels : public QObject {
    Q_OBJECT

private slots:
    void methodFormGivesBackWhatItWasGiven_data() {
        QTest::addColumn<QString>("name");
        for (const std::string& name : methodNames()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void methodFormGivesBackWhatItWasGiven() {
        QFETCH(QString, name);
        MethodSpec method = methodFromName(name.toStdString());
        method.gptq.damping = 0.05;
        method.gptq.act_order = true;
        method.gptq.max_damping_tries = 30;
        method.awq.n_grid = 7;
        method.awq.joint_loss = false;
        method.awq.fixed_clip = 0.855;
        method.awq.n_clip_levels = 4;
        method.awq.clip_layers = AwqOptions::ClipLayers::Published;
        method.smoothquant.alpha = 0.8;
        method.smoothquant.activation_only = true;
        method.true_sequential = true;
        method.keep = {"down_proj$", "layers\\.(0|1)\\."};
        method.grid.scale_type = DType::F16;
        method.fold_into_linears = false;
        MethodForm form;
        QSignalSpy edited(&form, &MethodForm::edited);
        form.setMethod(method);
        QCOMPARE(edited.count(), 0);
        QCOMPARE(toJson(form.method()).dump(), toJson(method).dump());
    }

    // The round trip above holds even of a control that nobody reads, since method() starts from what was set.
    void eachControlOfTheMethodFormSetsWhatItSays_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < formRows().size(); ++i)
            QTest::newRow(
                qPrintable(QString::fromUtf8(formRows()[i].label) + " of " + formRows()[i].method + ", " + formRows()[i].value.toString()))
                << static_cast<int>(i);
    }
    void eachControlOfTheMethodFormSetsWhatItSays() {
        QFETCH(int, index);
        const FormRow& row = formRows()[static_cast<std::size_t>(index)];
        const auto setting = [&row](const MethodForm& form) {
            const Json json = toJson(form.method());
            const Json::json_pointer place(row.place);
            return json.contains(place) ? json.at(place) : Json();
        };
        MethodForm form;
        form.setMethod(methodFromName(row.method));
        if (row.first != nullptr) setByHand(form, QString::fromUtf8(row.first), QString::fromUtf8(row.choice));
        QVERIFY2(setting(form) != row.setting, "it is so already");
        QSignalSpy edited(&form, &MethodForm::edited);
        setByHand(form, QString::fromUtf8(row.label), row.value);
        QCOMPARE(edited.count(), 1);
        QCOMPARE(setting(form).dump(), row.setting.dump());
        form.method().validate();
    }

    void everyControlOfTheMethodFormHasARow() {
        MethodForm form;
        QStringList without;
        for (const QWidget* control : form.findChildren<QWidget*>()) {
            const auto* check = qobject_cast<const QCheckBox*>(control);
            const QString label = check != nullptr ? check->text() : control->accessibleName();
            const bool is_control = check != nullptr || qobject_cast<const QComboBox*>(control) != nullptr ||
                                    qobject_cast<const QAbstractSpinBox*>(control) != nullptr ||
                                    (qobject_cast<const QLineEdit*>(control) != nullptr && !label.isEmpty());
            const auto is_its = [&label](const FormRow& row) { return QString::fromUtf8(row.label) == label; };
            if (is_control && std::ranges::none_of(formRows(), is_its)) without << label;
        }
        QCOMPARE(without, QStringList{"Method"});  // methodFormReturnsToTheWeightGridAfterW8A8()
    }

    void aGroupSizeIsTypedAndSomethingElseIsNot() {
        MethodForm form;
        form.setMethod(methodFromName("gptq"));
        auto* box = named<QComboBox>(form, QStringLiteral("Group size"));
        QVERIFY(box->toolTip().contains(QStringLiteral("GGUF multiples of 32")));
        const auto is_acceptable = [box](const QString& text) {
            box->lineEdit()->setText(text);
            return box->lineEdit()->hasAcceptableInput();
        };
        for (const char* text : {"1", "48", "100 columns", "1000000", "whole row"}) QVERIFY2(is_acceptable(text), text);
        for (const char* text : {"", "0", "-5", "1000001", "99999999999", "whole"}) QVERIFY2(!is_acceptable(text), text);
        // A size that is an entry makes no second one.
        const int n_entries = box->count();
        setByHand(form, QStringLiteral("Group size"), QStringLiteral("64"));
        QCOMPARE(box->count(), n_entries);
        QCOMPARE(box->currentText(), QStringLiteral("64 columns"));
        QCOMPARE(form.method().grid.group_size, Index{64});
        // One of a recipe is shown as any other.
        MethodSpec method = methodFromName("gptq");
        method.grid.group_size = 48;
        form.setMethod(method);
        QCOMPARE(box->currentText(), QStringLiteral("48 columns"));
    }

    void anInt8GridKeepsItsChoicesFromMethodToMethod() {
        MethodForm form;
        form.setMethod(methodFromName("w8a8"));
        setByHand(form, QStringLiteral("Weight scale"), QStringLiteral("one per tensor"));
        setByHand(form, QStringLiteral("Inputs"), QStringLiteral("int8, one scale per tensor"));
        setByHand(form, QStringLiteral("Search the range"), {});
        auto* name = named<QComboBox>(form, QStringLiteral("Method"));
        const auto choose = [name](const char* wanted) {
            name->setCurrentIndex(name->findData(QString::fromLatin1(wanted)));
            emit name->activated(name->currentIndex());
        };
        choose("smoothquant");
        QVERIFY(form.method().grid.per_tensor && form.method().grid.mse_search);
        QCOMPARE(form.method().activations, ActivationScale::PerTensor);
        choose("gptq");
        QVERIFY(!form.method().grid.per_tensor);
        QVERIFY(named<QComboBox>(form, QStringLiteral("Weight scale"))->isHidden());
        form.method().validate();
    }

    void methodFormTellsEachEdit() {
        MethodForm form;
        form.setMethod(methodFromName("gptq"));
        QSignalSpy edited(&form, &MethodForm::edited);
        named<QSpinBox>(form, QStringLiteral("Bits"))->setValue(3);
        QCOMPARE(edited.count(), 1);
        QCOMPARE(form.method().grid.bits, 3);
        button(form, QStringLiteral("Act-order"))->click();
        QCOMPARE(edited.count(), 2);
        QVERIFY(form.method().gptq.act_order);
    }

    void methodFormOffersTheFinerOptions() {
        MethodForm form;
        form.setMethod(methodFromName("awq+gptq"));
        const auto choose = [&form](const char* label, int value) {
            auto* box = named<QComboBox>(form, QString::fromLatin1(label));
            box->setCurrentIndex(box->findData(value));
        };
        named<QSpinBox>(form, QStringLiteral("Damping tries"))->setValue(1);
        QCOMPARE(form.method().gptq.max_damping_tries, 1);
        choose("Ratio judged by", 0);
        QVERIFY(!form.method().awq.joint_loss);
        named<QSpinBox>(form, QStringLiteral("Clip levels"))->setValue(5);
        QCOMPARE(form.method().awq.n_clip_levels, 5);
        choose("Clipped layers", static_cast<int>(AwqOptions::ClipLayers::Published));
        QCOMPARE(form.method().awq.clip_layers, AwqOptions::ClipLayers::Published);
        choose("Scales fold into", 0);
        QVERIFY(!form.method().fold_into_linears);
        auto* clip = named<QDoubleSpinBox>(form, QStringLiteral("Fixed clip"));
        QVERIFY(!clip->isEnabled());
        choose("Clip", 1);  // fixed
        QVERIFY(clip->isEnabled() && !named<QSpinBox>(form, QStringLiteral("Clip levels"))->isEnabled());
        clip->setValue(0.85);
        QCOMPARE(form.method().awq.fixed_clip, 0.85);
        choose("Clip", 2);  // none
        QVERIFY(!form.method().awq.search_clip);
        QVERIFY(!clip->isEnabled() && !named<QComboBox>(form, QStringLiteral("Clipped layers"))->isEnabled());
        choose("Clip", 0);  // searched
        QVERIFY(form.method().awq.search_clip && form.method().awq.fixed_clip < 0.0);
        form.setMethod(methodFromName("smoothquant"));
        choose("Scales from", 1);
        QVERIFY(form.method().smoothquant.activation_only);
        form.setMethod(methodFromName("gptq"));
        QVERIFY(named<QComboBox>(form, QStringLiteral("Scales fold into"))->isHidden());
    }

    void methodFormReturnsToTheWeightGridAfterW8A8() {
        MethodForm form;
        MethodSpec method = methodFromName("gptq");
        method.grid.bits = 3;
        form.setMethod(method);
        auto* name = named<QComboBox>(form, QStringLiteral("Method"));
        const auto choose = [name](const char* wanted) {
            name->setCurrentIndex(name->findData(QString::fromLatin1(wanted)));
            emit name->activated(name->currentIndex());
        };
        choose("smoothquant");
        QCOMPARE(form.method().grid.bits, 8);
        choose("gptq");
        QCOMPARE(form.method().grid.bits, 3);
    }

    void quantizePanelEditsTheChosenRunAlone() {
        QuantizePanel panel;
        connect(&panel, &QuantizePanel::runsEdited, &panel, [&panel](const std::vector<RecipeRun>& runs) { panel.setRuns(runs); });
        panel.setRuns({run("rtn"), run("gptq")});
        panel.setCurrentRun(1);
        QSignalSpy edited(&panel, &QuantizePanel::runsEdited);
        named<QSpinBox>(panel, QStringLiteral("Bits"))->setValue(2);
        QCOMPARE(edited.count(), 1);
        QCOMPARE(panel.runs().at(1).method.grid.bits, 2);
        QCOMPARE(panel.runs().at(0).method.grid.bits, 4);
    }

    void quantizePanelDuplicatesAndRemoves() {
        QuantizePanel panel;
        connect(&panel, &QuantizePanel::runsEdited, &panel, [&panel](const std::vector<RecipeRun>& runs) { panel.setRuns(runs); });
        panel.setRuns({run("rtn"), run("gptq")});
        panel.setCurrentRun(0);
        button(panel, QStringLiteral("Duplicate"))->click();
        QCOMPARE(panel.runs().size(), std::size_t{3});
        QVERIFY(panel.runs().at(1).name != panel.runs().at(0).name);
        button(panel, QStringLiteral("Remove"))->click();
        QCOMPARE(panel.runs().size(), std::size_t{2});
    }

    void quantizePanelStartsOnlyWhenNothingBlocks() {
        QuantizePanel panel;
        panel.setRuns({run("rtn")});
        panel.setBlockedReason(QStringLiteral("Calibrate first."));
        QVERIFY(!button(panel, QStringLiteral("Quantize all"))->isEnabled());
        panel.setBlockedReason({});
        QSignalSpy wanted(&panel, &QuantizePanel::quantizeRequested);
        button(panel, QStringLiteral("Quantize this one"))->click();
        QCOMPARE(wanted.first().first().value<std::vector<std::string>>(), std::vector<std::string>{"rtn"});
    }

    void calibrationPanelTellsChoicesAndKeepsWhatHasNoControl() {
        CalibrationPanel panel;
        CalibrationChoice choice;
        choice.text_file = QStringLiteral("/some/text.txt");
        choice.samples.n_samples = 11;
        choice.samples.seq_len = 77;
        choice.samples.seed = 12345678901ULL;
        choice.samples.choice = SampleSpec::Choice::Stream;
        QSignalSpy changed(&panel, &CalibrationPanel::choiceChanged);
        panel.setChoice(choice);
        QCOMPARE(changed.count(), 0);
        QCOMPARE(panel.choice().samples.seed, choice.samples.seed);
        QCOMPARE(panel.choice().samples.seq_len, choice.samples.seq_len);
        QCOMPARE(panel.choice().samples.choice, SampleSpec::Choice::Stream);
        named<QSpinBox>(panel, QStringLiteral("Windows"))->setValue(12);
        QCOMPARE(changed.count(), 1);
    }

    void theSameWindowsDrawnAgainMoveNothing() {
        CalibrationPanel panel;
        auto samples = std::make_shared<Samples>();
        samples->windows.seq_len = 2;
        for (TokenId id = 0; id < 40; ++id) samples->windows.ids.push_back(id);
        for (Index window = 0; window < 20; ++window) samples->first_token.push_back(2 * window);
        panel.setSamples(samples, nullptr);
        auto* table = named<QTableView>(panel, QStringLiteral("Chosen windows"));
        QCOMPARE(table->model()->rowCount(), 20);
        table->selectRow(7);
        panel.setSamples(std::make_shared<const Samples>(*samples), nullptr);
        QCOMPARE(table->currentIndex().row(), 7);
        samples->windows.ids.back() = 99;
        panel.setSamples(std::make_shared<const Samples>(*samples), nullptr);  // other windows: from the top
        QCOMPARE(table->currentIndex().row(), 0);
    }

    void exportPanelRefusesWhileSomethingStandsInTheWay() {
        ExportPanel panel;
        QVERIFY(!button(panel, QStringLiteral("Export and verify"))->isEnabled());
        panel.setRuns({QStringLiteral("GPTQ 4-bit")});
        panel.setFolder(QStringLiteral("/tmp/somewhere"));
        const std::vector<LoaderVerdict> loaders = {{"transformers", Acceptance::Accepts, {}},
                                                    {"vLLM", Acceptance::Refuses, "reads 4 bits"}};
        panel.setForecast({"3 bits cannot be packed"}, loaders, {}, 100);
        QVERIFY(!button(panel, QStringLiteral("Export and verify"))->isEnabled());
        QCOMPARE(named<QListWidget>(panel, QStringLiteral("Obstacles and remarks"))->count(), 1);  // loaders have nothing to take
        panel.setForecast({}, loaders, {"some numbers are rounded once more"}, 100);
        QVERIFY(button(panel, QStringLiteral("Export and verify"))->isEnabled());
        const auto* notes = named<QListWidget>(panel, QStringLiteral("Obstacles and remarks"));
        QCOMPARE(notes->count(), 4);
        QCOMPARE(notes->item(1)->text(), QStringLiteral("transformers accepts it"));
        QCOMPARE(notes->item(2)->text(), QStringLiteral("vLLM refuses it: reads 4 bits"));
    }

    void exportPanelAsksForGgufsLayersWhereItMatters() {
        ExportPanel panel;
        panel.show();
        auto* layers = named<QComboBox>(panel, QStringLiteral("Type of the layers"));
        QVERIFY(layers->isHidden());
        panel.setFormat(ExportFormat::Gguf);
        QVERIFY(!layers->isHidden());
        QVERIFY(panel.ggufWeights() == GgufWeights::Lossless);
        QSignalSpy changed(&panel, &ExportPanel::choiceChanged);
        layers->setCurrentIndex(1);
        QVERIFY(panel.ggufWeights() == GgufWeights::Q8_0);
        QCOMPARE(changed.count(), 1);
    }

    void exportPanelForgetsAVerdictAboutAnotherChoice() {
        ExportPanel panel;
        panel.setRuns({QStringLiteral("a"), QStringLiteral("b")});
        panel.setFolder(QStringLiteral("/tmp/x"));
        VerifyReport report;
        report.n_layers = report.n_layers_identical = 2;
        const auto verdict = [&panel] {
            for (const QLabel* label : panel.findChildren<QLabel*>()) {
                if (label->text().contains(QStringLiteral("verified"))) return true;
            }
            return false;
        };
        const std::vector<std::function<void()>> changes = {[&] { panel.setCurrentRun(QStringLiteral("b")); },
                                                            [&] { panel.setFormat(ExportFormat::Awq); },
                                                            [&] { panel.setFolder(QStringLiteral("/tmp/y")); }};
        for (const auto& change : changes) {
            panel.setVerification(QStringLiteral("/tmp/x"), report);
            QVERIFY(verdict());
            panel.setBusy(true);  // a report being written, say
            panel.setBusy(false);
            QVERIFY(verdict());
            change();
            QVERIFY(!verdict());
        }
    }

    void exportPanelTellsAFailedVerification() {
        ExportPanel panel;
        panel.setRuns({QStringLiteral("a")});
        VerifyReport report;
        report.n_layers = 2;
        report.n_layers_identical = 1;
        report.findings.push_back({Severity::Failure, "model.layers.0.q_proj", "expected one, found another"});
        panel.setVerification(QStringLiteral("/tmp/x"), report);
        auto* findings = named<QListWidget>(panel, QStringLiteral("Findings of the verification"));
        QCOMPARE(findings->count(), 1);
        QVERIFY(findings->item(0)->text().contains(QStringLiteral("q_proj")));
    }

    void comparedMapsShareColoursZoomAndCursor() {
        ComparePanel panel;
        panel.resize(900, 700);
        panel.show();
        panel.setErrors(QStringLiteral("layer"), {{QStringLiteral("a"), someErrors(1.0F)}, {QStringLiteral("b"), someErrors(4.0F)}});
        const QList<HeatmapView*> views = panel.findChildren<HeatmapView*>();
        QCOMPARE(views.size(), ErrorMapsPanel::kMaxMaps);
        QCOMPARE(views[0]->colourScale(), views[1]->colourScale());
        QCOMPARE(views[0]->colourScale().high, 4.0F);
        QVERIFY(!views[0]->isHidden() && !views[1]->isHidden() && views[2]->isHidden());
        views[0]->zoomIn();
        QCOMPARE(views[1]->viewport(), views[0]->viewport());
    }

    void aBaselineIsSubtractedFromTheOthers() {
        ErrorMapsPanel panel;
        panel.resize(900, 700);
        panel.show();
        panel.setErrors(
            QStringLiteral("layer"),
            {{QStringLiteral("a"), someErrors(1.0F)}, {QStringLiteral("b"), someErrors(4.0F)}, {QStringLiteral("c"), someErrors(0.5F)}});
        auto* baseline = named<QComboBox>(panel, QStringLiteral("Baseline"));
        baseline->setCurrentIndex(baseline->findData(QStringLiteral("b")));
        const QList<HeatmapView*> views = panel.findChildren<HeatmapView*>();
        QVERIFY(!views[0]->isHidden() && !views[1]->isHidden() && views[2]->isHidden());
        QCOMPARE((*views[0]->matrix())(2, 3), -3.0F);
        QCOMPARE((*views[1]->matrix())(2, 3), -3.5F);
        QVERIFY2(views[0]->title().startsWith(QStringLiteral("a − b")), qPrintable(views[0]->title()));
        // The choice stays when another layer is shown, and goes with its run.
        panel.setErrors(QStringLiteral("next"), {{QStringLiteral("b"), someErrors(2.0F)}, {QStringLiteral("c"), someErrors(0.5F)}});
        QCOMPARE((*views[0]->matrix())(2, 3), -1.5F);
        panel.setErrors(QStringLiteral("next"), {{QStringLiteral("c"), someErrors(0.5F)}});
        QCOMPARE((*views[0]->matrix())(2, 3), 0.5F);
    }

    void swipeAndBlinkShowTwoMapsInOnePlace() {
        ErrorMapsPanel panel;
        panel.resize(900, 700);
        panel.show();
        panel.setErrors(QStringLiteral("layer"), {{QStringLiteral("a"), someErrors(1.0F)}, {QStringLiteral("b"), someErrors(4.0F)}});
        const QList<HeatmapView*> views = panel.findChildren<HeatmapView*>();
        auto* arrangement = named<QComboBox>(panel, QStringLiteral("Arrangement of the maps"));
        arrangement->setCurrentIndex(ErrorMapsPanel::Swipe);
        QVERIFY(!views[0]->isHidden() && views[1]->isHidden());
        QCOMPARE(views[0]->swipe(), 0.5);
        arrangement->setCurrentIndex(ErrorMapsPanel::Blink);
        QTRY_COMPARE(views[0]->swipe(), 1.0);
        QTRY_COMPARE(views[0]->swipe(), 0.0);
        arrangement->setCurrentIndex(ErrorMapsPanel::SideBySide);
        QVERIFY(!views[1]->isHidden());
    }

    void comparePanelOffersOnlyWhatWouldDoSomething() {
        ComparePanel panel;
        panel.setEvaluateEnabled(true);
        QAbstractButton* measure = button(panel, QStringLiteral("Measure perplexity"));
        QAbstractButton* to_export = button(panel, QStringLiteral("Export the chosen one…"));
        auto result = std::make_shared<RunResult>();
        result->name = "a";
        panel.setResults({result}, std::nullopt, 100, 16.0);
        QVERIFY(measure->isEnabled());
        QVERIFY(!to_export->isEnabled());
        auto* table = named<QTableView>(panel, QStringLiteral("Methods and their metrics"));
        table->selectRow(0);  // the original
        QVERIFY(!to_export->isEnabled());
        table->selectRow(1);
        QSignalSpy wanted(&panel, &ComparePanel::exportRequested);
        to_export->click();
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.first().first().toString(), QStringLiteral("a"));

        auto measured = std::make_shared<RunResult>(*result);
        measured->perplexity = PerplexityResult{.perplexity = 2.0};
        PerplexityResult original{.perplexity = 1.9};
        original.n_windows = 7;
        panel.setResults({measured}, original, 100, 16.0);
        QVERIFY(!measure->isEnabled());  // every figure is there
        QVERIFY(named<QLabel>(panel, QStringLiteral("How perplexity was measured"))->text().contains(QStringLiteral("7 window")));
    }

    void comparePanelTellsWhatTheChosenRunDidOtherwiseThanPlainly() {
        ComparePanel panel;
        auto result = std::make_shared<RunResult>();
        result->name = "a";
        result->counts.n_damping_retries = 2;
        result->counts.kept_layers = {"lm_head"};
        result->warnings = {"layer: the Hessian needed damping 10 % instead of 1 % (2 tries)"};
        panel.setResults({result}, std::nullopt, 100, 16.0);
        auto* notes = named<QListWidget>(panel, QStringLiteral("Notes on the chosen result"));
        QVERIFY(notes->isHidden());
        panel.chooseRun(QStringLiteral("a"));
        QVERIFY(!notes->isHidden());
        QCOMPARE(notes->count(), 2);
        QCOMPARE(notes->item(0)->text(), QStringLiteral("2 damping retries, 1 layer left in 16 bits"));
        QCOMPARE(notes->item(1)->text(), QString::fromStdString(result->warnings.front()));
        auto plain = std::make_shared<RunResult>();
        plain->name = "a";
        panel.setResults({plain}, std::nullopt, 100, 16.0);  // made anew
        QCOMPARE(notes->count(), 1);
        QCOMPARE(notes->item(0)->text(), QStringLiteral("nothing out of the ordinary"));
    }

    void profileAddsUpToTheErrorInTheTitle() {
        ComparePanel panel;
        panel.resize(900, 700);
        panel.show();
        Matrix weight = Matrix::Constant(8, 16, 0.5F);
        Matrix quantized = weight;
        quantized(2, 3) += 0.25F;
        quantized(5, 9) -= 0.125F;
        const auto errors = std::make_shared<const ErrorMap>(errorMap(weight, quantized, Matrix::Identity(16, 16)));
        panel.setErrors(QStringLiteral("layer"), {{QStringLiteral("a"), errors}});
        const std::vector<double> shown = named<Chart>(panel, QStringLiteral("Output error per channel or row"))->series().front().y;
        const double sum = std::accumulate(shown.begin(), shown.end(), 0.0);
        QVERIFY(std::abs(sum - 100.0 * errors->total.relative_output_error) < 1e-6 * sum);
    }

    void anEmptyListSaysWhatToDo() {
        JobsPanel panel;
        panel.resize(800, 300);
        panel.show();
        QLabel* sentence = nullptr;
        for (QLabel* label : panel.findChildren<QLabel*>()) {
            if (label->text().contains(QStringLiteral("The menu Run starts one"))) sentence = label;
        }
        QVERIFY(sentence != nullptr && sentence->isVisible());
        QCOMPARE(sentence->geometry(), sentence->parentWidget()->rect());
        panel.setRecord({.id = 5, .title = QStringLiteral("job"), .state = JobRecord::State::Done});
        QVERIFY(!sentence->isVisible());
        button(panel, QStringLiteral("Clear finished"))->click();
        QVERIFY(sentence->isVisible());
        panel.resize(500, 200);
        QTRY_COMPARE(sentence->geometry(), sentence->parentWidget()->rect());
    }

    void whateverIsToBeChosenHasATip() {
        QuantizePanel quantize;
        EvaluatePanel evaluate;
        ExportPanel exports;
        for (QWidget* panel : std::initializer_list<QWidget*>{&quantize, &evaluate, &exports}) {
            for (const QPushButton* one : panel->findChildren<QPushButton*>()) {
                const bool opens_something = one->text() == QStringLiteral("Choose…") || one->text() == QStringLiteral("Open folder");
                QVERIFY2(!opens_something || !one->toolTip().isEmpty(), panel->metaObject()->className());
            }
        }
    }

    void jobsPanelCancelsAllAndShowsPercent() {
        JobsPanel panel;
        QSignalSpy cancelled(&panel, &JobsPanel::cancelAllRequested);
        QVERIFY(!button(panel, QStringLiteral("Cancel all"))->isEnabled());
        panel.setRecord({.id = 5, .title = QStringLiteral("job"), .done = 8192, .total = 98304, .state = JobRecord::State::Running});
        button(panel, QStringLiteral("Cancel all"))->click();
        QCOMPARE(cancelled.count(), 1);
        const JobsModel& model = panel.model();
        QCOMPARE(model.data(model.index(0, JobsModel::Progress)).toString(), QStringLiteral("8 %"));
    }

    void jobsPanelFollowsAPauseThatSomethingElseWanted() {
        JobsPanel panel;
        QSignalSpy wanted(&panel, &JobsPanel::pauseRequested);
        panel.setRecord({.id = 5, .title = QStringLiteral("job"), .state = JobRecord::State::Running});
        panel.setPaused(true);
        QCOMPARE(wanted.count(), 0);  // a setter never emits
        button(panel, QStringLiteral("Resume"))->click();
        QCOMPARE(wanted.count(), 1);
        QVERIFY(!wanted.first().first().toBool());
        QVERIFY(button(panel, QStringLiteral("Pause")) != nullptr);
    }

    void jobsPanelCancelsTheRunningJob() {
        JobsPanel panel;
        QSignalSpy cancelled(&panel, &JobsPanel::cancelRequested);
        QVERIFY(!button(panel, QStringLiteral("Cancel"))->isEnabled());
        panel.setRecord({.id = 5, .title = QStringLiteral("job"), .state = JobRecord::State::Running});
        button(panel, QStringLiteral("Cancel"))->click();
        QCOMPARE(cancelled.first().first().toInt(), 5);
    }

    void mapChoosesALayerButNotWhenToldTo() {
        const auto model = Model::open(salient::test::resourceFolder() / "demo" / "model");
        ModelMapView view;
        view.setModel(model);
        QSignalSpy chosen(&view, &ModelMapView::layerChosen);
        view.setSelectedLayer(QString::fromStdString(model->linears.at(8).name));
        QCOMPARE(chosen.count(), 0);
        QTest::keyClick(view.findChild<QTableView*>(), Qt::Key_Right);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().at(1).toString(), QString::fromStdString(model->linears.at(9).name));
    }

    void mapHasEmptyCellsWhereABlockLacksALayer() {
        const auto model = Model::open(salient::test::testDataFolder() / "models" / "qwen2_moe-some");
        ModelMapModel map;
        const QAbstractItemModelTester tester(&map, QAbstractItemModelTester::FailureReportingMode::QtTest);
        map.setModel(model);
        QCOMPARE(map.rowCount(), 2);
        QCOMPARE(map.columnCount(), 7 + 1 + 4 * 3 + 3 + 1);  // the MLP of block 0 beside what block 1 has in its place
        int n_cells = 0;
        for (int row = 0; row < 2; ++row) {
            for (int column = 0; column < map.columnCount(); ++column) {
                const QModelIndex cell = map.index(row, column);
                if (cell.flags() == Qt::NoItemFlags) continue;
                ++n_cells;
                const QString layer = cell.data(ModelMapModel::kLayerRole).toString();
                QCOMPARE(model->linear(layer.toStdString()).block, row);
                QCOMPARE(map.indexOf(layer), cell);
            }
        }
        QCOMPARE(n_cells, static_cast<int>(model->linears.size()));
        const QModelIndex expert = map.indexOf(QStringLiteral("model.layers.1.mlp.experts.3.up_proj"));
        QCOMPARE(map.headerData(expert.column(), Qt::Horizontal).toString(), QStringLiteral("3.up_proj"));
        QVERIFY(map.index(0, expert.column()).flags() == Qt::NoItemFlags);
        map.setFilter(QRegularExpression(QStringLiteral("experts")));
        QCOMPARE(map.matchCount(), 12);
    }

    void openPageStatesTheFactsOfAModel() {
        const auto model = Model::open(salient::test::resourceFolder() / "demo" / "model");
        OpenPage page;
        page.setModel(model);
        const QString facts = named<QLabel>(page, QStringLiteral("Facts about the open model"))->text();
        QVERIFY(facts.contains(QStringLiteral("LlamaForCausalLM")));
        QVERIFY(facts.contains(QStringLiteral("256")));
        QSignalSpy open(&page, &OpenPage::openRequested);
        page.setRecent({QStringLiteral("/")});
        auto* recent = named<QListWidget>(page, QStringLiteral("Recent models"));
        emit recent->itemActivated(recent->item(0));
        QCOMPARE(open.first().first().toString(), QStringLiteral("/"));
        QVERIFY(!facts.contains(QStringLiteral("Quantized")));
    }

    void openPageSaysHowAModelIsQuantizedAndExaminesIt() {
        const std::filesystem::path directory = salient::test::testDataFolder() / "packed" / "models" / "gptq-mixed";
        OpenPage page;
        page.setModel(Model::open(directory));
        const QString facts = named<QLabel>(page, QStringLiteral("Facts about the open model"))->text();
        QVERIFY2(facts.contains(QStringLiteral("gptq v1, 4 bits, groups of 16, symmetric")), qPrintable(facts));
        QVERIFY2(facts.contains(QStringLiteral(">2 layers of 8 bits")), qPrintable(facts));
        QPushButton* examine = nullptr;
        for (auto* button : page.findChildren<QPushButton*>()) {
            if (button->text() == QStringLiteral("Examine the files")) examine = button;
        }
        QVERIFY(examine != nullptr && !examine->isHidden());
        QSignalSpy asked(&page, &OpenPage::examinationRequested);
        examine->click();
        QCOMPARE(asked.count(), 1);

        auto* findings = named<QListWidget>(page, QStringLiteral("Findings about the files"));
        QVERIFY(findings->isHidden());
        VerifyReport report;
        report.findings = {{Severity::Failure, "a.layer", "zero points: expected 8"}, {Severity::Note, "file", "missing"}};
        page.setExamination(report);
        QVERIFY(!findings->isHidden());
        QCOMPARE(findings->count(), 2);
        QCOMPARE(findings->item(0)->text(), QStringLiteral("a.layer: zero points: expected 8"));
        page.setModel(Model::open(salient::test::resourceFolder() / "demo" / "model"));
        QVERIFY(findings->isHidden() && examine->isHidden());
    }
};

QTEST_MAIN(TestPanels)
#include "tst_panels.moc"
