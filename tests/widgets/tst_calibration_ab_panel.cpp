#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>

#include "tests/widgets/find_widgets.h"
#include "widgets/calibration_ab_model.h"
#include "widgets/calibration_ab_panel.h"
#include "widgets/chart.h"

using namespace salient;

namespace {

LayerAb layerOf(const char* name, const AbTable& error, double cosine) {
    LayerAb layer;
    layer.layer = name;
    layer.error = error;
    layer.hessian_cosine = cosine;
    return layer;
}

/// Powers of two, so that factors are exact.
std::shared_ptr<const CalibrationAb> sample() {
    auto comparison = std::make_shared<CalibrationAb>();
    comparison->layers.push_back(layerOf("model.layers.0.self_attn.q_proj", {{{0.25, 0.0625}, {0.5, 0.03125}}}, 0.75));
    comparison->layers.push_back(layerOf("model.layers.0.mlp.down_proj", {{{0.125, 0.5}, {0.5, 0.25}}}, 0.5));
    comparison->mean_error = {{{0.125, 0.375}, {0.25, 0.25}}};
    comparison->n_in_mean = 2;
    return comparison;
}

ComparedTexts compared() { return {sample(), QStringLiteral("GPTQ 4-bit"), QStringLiteral("calib.txt"), QStringLiteral("eval.txt")}; }

QString stateOf(QWidget& panel) { return named<QLabel>(panel, QStringLiteral("Comparison of two texts"))->text(); }

}  // namespace

class TestCalibrationAbPanel : public QObject {
    Q_OBJECT

private slots:
    void comparesOnceThereIsATextAndAMethod() {
        CalibrationAbPanel panel;
        auto* compare = button(panel, QStringLiteral("Compare the two texts"));
        QVERIFY(!compare->isEnabled());
        panel.setRuns({QStringLiteral("RTN 4-bit"), QStringLiteral("GPTQ 4-bit")});
        QVERIFY(!compare->isEnabled());
        panel.setTextFile(QStringLiteral("/some/other.txt"));
        QVERIFY(compare->isEnabled());
        QSignalSpy wanted(&panel, &CalibrationAbPanel::comparisonWanted);
        compare->click();
        QCOMPARE(wanted.count(), 1);
        panel.setComparing(true);
        QVERIFY(!compare->isEnabled());
        QVERIFY(stateOf(panel).contains(QStringLiteral("either text")));
        panel.setComparing(false);  // cancelled
        QVERIFY(compare->isEnabled());
        panel.setObstacle(QStringLiteral("cannot be judged"));
        QVERIFY(!compare->isEnabled());
        QCOMPARE(stateOf(panel), QStringLiteral("cannot be judged"));
    }

    void whatIsNotChosenIsAsForTheFirstText() {
        CalibrationAbPanel panel;
        panel.setMaxSeqLen(512);
        panel.setTextFile(QStringLiteral(" /some/other.txt "));
        panel.setRuns({QStringLiteral("RTN 4-bit"), QStringLiteral("GPTQ 4-bit")});
        OtherText choice = panel.choice();
        QCOMPARE(choice.text_file, QStringLiteral("/some/other.txt"));
        QVERIFY(!choice.n_samples && !choice.seq_len && !choice.seed);
        QCOMPARE(choice.run, QStringLiteral("RTN 4-bit"));
        named<QSpinBox>(panel, QStringLiteral("Windows of the other text"))->setValue(3);
        named<QSpinBox>(panel, QStringLiteral("Window length of the other text"))->setValue(9999);
        named<QLineEdit>(panel, QStringLiteral("Seed of the other text"))->setText(QStringLiteral("12345678901"));
        QSignalSpy chosen(&panel, &CalibrationAbPanel::runChosen);
        named<QComboBox>(panel, QStringLiteral("Method to compare with"))->setCurrentIndex(1);
        QCOMPARE(chosen.count(), 1);
        choice = panel.choice();
        QCOMPARE(choice.n_samples, std::optional<int>(3));
        QCOMPARE(choice.seq_len, std::optional<Index>(512));  // the model reads no more
        QCOMPARE(choice.seed, std::optional<std::uint64_t>(12345678901ULL));
        panel.setRuns({QStringLiteral("AWQ 4-bit"), QStringLiteral("GPTQ 4-bit")});
        QCOMPARE(panel.choice().run, QStringLiteral("GPTQ 4-bit"));
        panel.setRuns({QStringLiteral("AWQ 4-bit")});
        QCOMPARE(panel.choice().run, QStringLiteral("AWQ 4-bit"));
        panel.setRuns({});
        QCOMPARE(panel.choice().run, QString());
    }

    void showsBothSolutionsOnBothTexts() {
        CalibrationAbPanel panel;
        panel.resize(800, 600);
        panel.show();
        panel.setComparing(true);
        panel.setComparison(compared());
        const auto* chart = panel.findChild<Chart*>();
        QCOMPARE(chart->series().size(), std::size_t{4});
        QCOMPARE(chart->series()[0].name, QStringLiteral("on A, from A"));
        QCOMPARE(chart->series()[0].y, (std::vector<double>{0.25, 0.125}));
        QCOMPARE(chart->series()[1].name, QStringLiteral("on A, from B"));
        QCOMPARE(chart->series()[1].y, (std::vector<double>{0.5, 0.5}));
        QCOMPARE(chart->series()[2].name, QStringLiteral("on B, from B"));
        QCOMPARE(chart->series()[2].y, (std::vector<double>{0.03125, 0.25}));
        QCOMPARE(chart->series()[3].name, QStringLiteral("on B, from A"));
        QCOMPARE(chart->series()[3].y, (std::vector<double>{0.0625, 0.5}));

        const auto* table = named<QTableView>(panel, QStringLiteral("Layers calibrated by either text"));
        const auto* model = table->model();
        QCOMPARE(model->rowCount(), 2);
        QVERIFY(model->index(0, 0).data().toString().endsWith(QStringLiteral("down_proj")));  // the other text costs it most
        QCOMPARE(model->index(0, CalibrationAbModel::FactorOnA).data().toString(), QStringLiteral("4"));
        QCOMPARE(model->index(0, CalibrationAbModel::FactorOnB).data().toString(), QStringLiteral("2"));
        QCOMPARE(model->index(1, CalibrationAbModel::FactorOnA).data().toString(), QStringLiteral("2"));

        const QString said = stateOf(panel);
        QVERIFY2(said.contains(QStringLiteral("the error on A is 2 times as large")), qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("the error on B is 1.5 times as large")), qPrintable(said));
        QCOMPARE(panel.stamp(), QStringLiteral("GPTQ 4-bit; A: calib.txt; B: eval.txt"));
        QVERIFY(said.endsWith(panel.stamp()));

        panel.setComparison({});
        QVERIFY(chart->series().empty());
        QCOMPARE(model->rowCount(), 0);
        QVERIFY(stateOf(panel).isEmpty() && panel.stamp().isEmpty());
    }

    void oneSolutionForBothTextsIsSaid() {
        CalibrationAbPanel panel;
        auto same = std::make_shared<CalibrationAb>(*sample());
        for (LayerAb& layer : same->layers) layer.is_same_solution = true;
        ComparedTexts texts = compared();
        texts.comparison = same;
        panel.setComparison(texts);
        QVERIFY(stateOf(panel).startsWith(QStringLiteral("Both texts give the same weights")));
    }

    void aLayerIsChosenInTheTableAndFollowed() {
        CalibrationAbPanel panel;
        panel.resize(800, 600);
        panel.show();
        QSignalSpy chosen(&panel, &CalibrationAbPanel::layerChosen);
        panel.setComparison(compared());
        QCOMPARE(chosen.count(), 0);
        auto* table = named<QTableView>(panel, QStringLiteral("Layers calibrated by either text"));
        panel.setSelectedLayer(QStringLiteral("model.layers.0.self_attn.q_proj"));
        QCOMPARE(table->currentIndex().row(), 1);
        QVERIFY(panel.findChild<Chart*>()->readOut().startsWith(QStringLiteral("layer 0")));
        QCOMPARE(chosen.count(), 0);  // nobody chose
        table->selectRow(0);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().toString(), QStringLiteral("model.layers.0.mlp.down_proj"));
    }

    void theTableCanBeCopiedWithEveryDigit() {
        CalibrationAbPanel panel;
        panel.setComparison(compared());
        button(panel, QStringLiteral("Copy table"))->click();
        QCOMPARE(QApplication::clipboard()->text(),
                 QStringLiteral("layer,hessian_cosine,on_a_from_a,on_a_from_b,factor_on_a,on_b_from_b,on_b_from_a,factor_on_b\n"
                                "model.layers.0.self_attn.q_proj,0.75,0.25,0.5,2,0.03125,0.0625,2\n"
                                "model.layers.0.mlp.down_proj,0.5,0.125,0.5,4,0.25,0.5,2\n"));
    }

    void theModelKeepsTheRulesOfItemModels() {
        CalibrationAbModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setComparison(sample());
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.columnCount(), static_cast<int>(CalibrationAbModel::ColumnCount));
        QCOMPARE(model.rowOf(QStringLiteral("model.layers.0.mlp.down_proj")), 1);
        QCOMPARE(model.rowOf(QStringLiteral("other")), -1);
        QCOMPARE(model.layer(7), QString());
        for (int column = 0; column < model.columnCount(); ++column) {
            QVERIFY(!model.headerData(column, Qt::Horizontal).toString().isEmpty());
            QVERIFY(model.index(0, column).data(CalibrationAbModel::kSortRole).isValid());
        }
        model.setComparison(nullptr);
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.rowOf(QStringLiteral("model.layers.0.mlp.down_proj")), -1);
    }
};

QTEST_MAIN(TestCalibrationAbPanel)
#include "tst_calibration_ab_panel.moc"
