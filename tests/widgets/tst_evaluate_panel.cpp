#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <algorithm>
#include <cmath>

#include "tests/widgets/find_widgets.h"
#include "tests/widgets/painted_names.h"
#include "widgets/chart.h"
#include "widgets/evaluate_panel.h"
#include "widgets/sensitivity_model.h"

using namespace salient;

namespace {

LayerReport layer(const char* name, double error) {
    LayerReport report;
    report.name = name;
    report.bits = 4;
    report.error.relative_output_error = error;
    return report;
}

std::shared_ptr<RunResult> result(const char* name, double bits, double kl) {
    auto run = std::make_shared<RunResult>();
    run->name = name;
    run->bits_per_weight = bits;
    run->relative_output_error = kl / 2;
    run->layers = {layer("a.q", 0.1), layer("a.k", 0.2), layer("b.q", 0.3)};
    if (kl >= 0.0) {
        run->perplexity = PerplexityResult{.perplexity = 2.0 + kl};
        run->perplexity->divergence = Divergence{.mean_kl = kl};
    }
    return run;
}

const std::vector<LayerSensitivity> kMeasured = {{"a.q", 0.01, 0.002, 0.99}, {"a.k", 0.03, -0.001, 0.97}, {"b.q", 0.06, 0.05, 0.9}};

EvaluationChoice someChoice() {
    EvaluationChoice choice;
    choice.text_file = "/texts/eval.txt";
    choice.spec.protocol = PerplexityProtocol::BosWindows;
    choice.spec.seq_len = 96;
    choice.spec.n_windows = 7;
    return choice;
}

}  // namespace

class TestEvaluatePanel : public QObject {
    Q_OBJECT

private slots:
    void notesHaveNamesForThoseWhoHearThem() {
        EvaluatePanel panel;
        panel.setTimeNote("about 2 min");
        panel.setResults({result("RTN", 4.25, 0.4)}, PerplexityResult{.perplexity = 2.0});
        panel.setSensitivities({{"RTN", {kMeasured.front()}}});
        QCOMPARE(named<QLabel>(panel, "Time")->text(), QString("about 2 min"));
        QCOMPARE(named<QLabel>(panel, "Measured layers")->text(), QString("1 of 3 layers measured."));
    }

    void givesBackTheProtocolItWasGiven() {
        EvaluatePanel panel;
        QSignalSpy changed(&panel, &EvaluatePanel::choiceChanged);
        panel.setChoice(someChoice());
        QCOMPARE(panel.choice().text_file, QString("/texts/eval.txt"));
        QVERIFY(panel.choice().spec.protocol == PerplexityProtocol::BosWindows);
        QCOMPARE(panel.choice().spec.seq_len, Index{96});
        QCOMPARE(panel.choice().spec.n_windows, Index{7});
        QCOMPARE(changed.count(), 0);
        named<QSpinBox>(panel, "Window length")->setValue(64);
        named<QComboBox>(panel, "Protocol")->setCurrentIndex(0);
        QCOMPARE(changed.count(), 2);
        panel.setMaxSeqLen(32);  // another model: its windows are shorter
        QCOMPARE(panel.choice().spec.seq_len, Index{32});
        QCOMPARE(changed.count(), 2);
    }

    void showsBitsAgainstQualityWithTheFrontier() {
        EvaluatePanel panel;
        panel.setChoice(someChoice());
        panel.setResults({result("few", 3.0, 0.4), result("worse", 4.0, 0.5), result("many", 8.0, 0.01), result("new", 4.0, -1.0)},
                         PerplexityResult{.perplexity = 2.0});
        auto* quality = named<QComboBox>(panel, "Quality");
        quality->setCurrentIndex(1);
        auto* chart = named<Chart>(panel, "Bits against quality");
        QCOMPARE(chart->series().size(), std::size_t{3 + 1});  // the one without a figure is not there
        QCOMPARE(chart->series()[2].y, std::vector<double>{0.01});
        const ChartSeries& best = chart->series().back();
        QCOMPARE(best.x, (std::vector<double>{3.0, 8.0}));  // "worse" has more bits than "few" and is no better
        quality->setCurrentIndex(2);                        // output errors are known of all
        QCOMPARE(chart->series().size(), std::size_t{4 + 1});
    }

    void layersAppearAsTheyAreMeasured() {
        EvaluatePanel panel;
        panel.setChoice(someChoice());
        panel.setResults({result("one", 4.0, 0.1), result("two", 4.0, 0.1)}, PerplexityResult{.perplexity = 2.0});
        auto* chart = named<Chart>(panel, "Sensitivity of every layer");
        QVERIFY(chart->series().empty());
        panel.setSensitivities({{"one", {kMeasured[0], kMeasured[2]}}});
        const std::vector<double> some = chart->series().front().y;
        QCOMPARE(some.size(), std::size_t{3});
        QCOMPARE(some[0], 0.01);
        QVERIFY(std::isnan(some[1]));  // the second is not measured yet, and the third stands in its own place
        QCOMPARE(some[2], 0.06);
        panel.setSensitivities({{"one", kMeasured}});
        QCOMPARE(chart->series().front().y.size(), std::size_t{3});
        auto* table = named<QTableView>(panel, "Layers and what they cost");
        QCOMPARE(table->model()->index(0, SensitivityModel::Layer).data().toString(), QString("b.q"));  // the most expensive first
        QSignalSpy chosen(&panel, &EvaluatePanel::runChosen);
        named<QComboBox>(panel, "Result")->setCurrentIndex(1);
        QVERIFY(chart->series().empty());
        QCOMPARE(chosen.count(), 1);
    }

    void aNarrowTableShowsBlockAndModuleOfEachLayer() {
        EvaluatePanel panel;
        const auto run = result("one", 4.0, 0.1);
        run->layers = {layer("model.layers.3.mlp.down_proj", 0.1), layer("model.layers.12.mlp.down_proj", 0.2),
                       layer("model.layers.27.mlp.down_proj", 0.3)};
        panel.setResults({run}, PerplexityResult{.perplexity = 2.0});
        auto* table = named<QTableView>(panel, "Layers and what they cost");
        PaintedNames names(*table);
        panel.resize(1000, 800);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        const int wanted = table->fontMetrics().horizontalAdvance("27 · mlp.down_proj");
        for (int width = panel.width(); width > 300 && table->columnWidth(SensitivityModel::Layer) >= wanted; width -= 10) {
            panel.resize(width, 800);
            QTest::qWait(20);  // type that gives way is measured later
        }
        QVERIFY(table->columnWidth(SensitivityModel::Layer) < wanted);
        const QStringList shown = names.read();
        QCOMPARE(shown.size(), 3);
        for (const char* block : {"3 · ", "12 · ", "27 · "}) {
            const auto is_it = [block](const QString& name) { return name.startsWith(block) && name.endsWith("_proj"); };
            QVERIFY2(std::ranges::count_if(shown, is_it) == 1, qPrintable(shown.join(" | ")));
        }
    }

    void choosingALayerTellsIt() {
        EvaluatePanel panel;
        panel.setChoice(someChoice());
        panel.setResults({result("one", 4.0, 0.1)}, PerplexityResult{.perplexity = 2.0});
        panel.setSensitivities({{"one", kMeasured}});
        QSignalSpy chosen(&panel, &EvaluatePanel::layerChosen);
        QSignalSpy wanted(&panel, &EvaluatePanel::overrideRequested);
        panel.setSelectedLayer("a.k");
        QCOMPARE(chosen.count(), 0);  // a setter never emits
        auto* table = named<QTableView>(panel, "Layers and what they cost");
        table->setCurrentIndex(table->model()->index(0, 0));
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().toString(), QString("b.q"));
        button(panel, "Other settings for this layer…")->click();
        QCOMPARE(wanted.first().first().toString(), QString("b.q"));
    }

    void buttonsWaitForWhatTheyNeed() {
        EvaluatePanel panel;
        auto* measure = button(panel, "Measure layer by layer");
        auto* evaluate = button(panel, "Measure perplexity and KL");
        QVERIFY(!measure->isEnabled() && !evaluate->isEnabled());
        panel.setResults({result("one", 4.0, -1.0)}, {});
        QVERIFY(!measure->isEnabled() && !evaluate->isEnabled());  // no text
        panel.setChoice(someChoice());
        QVERIFY(measure->isEnabled() && evaluate->isEnabled());
        panel.setBusy(true);
        QVERIFY(!measure->isEnabled() && !evaluate->isEnabled());
        panel.setBusy(false);
        panel.setResults({result("one", 4.0, 0.1)}, PerplexityResult{.perplexity = 2.0});
        QVERIFY(measure->isEnabled() && !evaluate->isEnabled());  // nothing is missing
        QSignalSpy wanted(&panel, &EvaluatePanel::sensitivityRequested);
        measure->click();
        QCOMPARE(wanted.first().first().toString(), QString("one"));
    }

    void modelHoldsSharesAndUnknowns() {
        SensitivityModel model;
        const QAbstractItemModelTester tester(&model);
        model.setLayers(result("one", 4.0, 0.1)->layers, {kMeasured[0], kMeasured[2]});
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(0, SensitivityModel::Share).data().toString(), QString("14.3 %"));  // 0.01 of 0.07
        QCOMPARE(model.index(1, SensitivityModel::MeanKl).data().toString(), QString("–"));
        QCOMPARE(model.index(2, SensitivityModel::OutputError).data().toString(), QString("30.0 %"));
        QCOMPARE(model.rowOf("b.q"), 2);
        QCOMPARE(model.rowOf("none"), -1);
        const QStringList lines = model.toCsv().split('\n');
        QCOMPARE(lines.size(), 5);
        QCOMPARE(lines[0], QString("layer,bits,relative_output_error,mean_kl,share,added_nll,same_top"));
        const QStringList fields = lines[1].split(',');
        const std::vector<double> numbers{4.0, 0.1, 0.01, 0.01 / (0.01 + 0.06), 0.002, 0.99};
        const QStringList titles{"Bits", "Output error", "KL, nats", "Share", "Added loss", "Same top"};
        QCOMPARE(fields.size(), titles.size() + 1);
        for (int i = 0; i < titles.size(); ++i) {  // each under its title
            QCOMPARE(fields[i + 1].toDouble(), numbers[static_cast<std::size_t>(i)]);
            QCOMPARE(model.headerData(i + 1, Qt::Horizontal).toString(), titles[i]);
        }
        QVERIFY(lines[2].startsWith("a.k,4,0.2"));
        QVERIFY(lines[2].endsWith(",,,,"));
        model.setLayers({}, kMeasured);
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(TestEvaluatePanel)
#include "tst_evaluate_panel.moc"
