#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <algorithm>
#include <cmath>

#include "tests/support/places.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/chart.h"
#include "widgets/compare_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/layer_order.h"

using namespace salient;

namespace {

using Errors = std::vector<std::pair<std::string, double>>;
using Names = std::vector<std::string>;

std::shared_ptr<RunResult> result(const std::string& name, const Errors& errors) {
    auto run = std::make_shared<RunResult>();
    run->name = name;
    for (const auto& [layer, error] : errors) {
        LayerReport report;
        report.name = layer;
        report.error.relative_output_error = error;
        report.nearest.relative_output_error = 2.0 * error;
        run->layers.push_back(report);
    }
    return run;
}

std::shared_ptr<RunResult> measured(const std::string& name, double error, double perplexity, std::int64_t bytes) {
    auto run = result(name, {});
    run->relative_output_error = error;
    if (perplexity > 0.0) run->perplexity = PerplexityResult{.perplexity = perplexity};
    run->bytes = bytes;
    return run;
}

/// Two runs of three layers, the first of which keeps the middle one in 16 bits.
std::vector<std::shared_ptr<const RunResult>> keepsTheMiddleOne() {
    return {result("kept", {{"b.0.q", 0.1}, {"b.0.o", 0.4}}), result("plain", {{"b.0.q", 0.1}, {"b.0.k", 0.2}, {"b.0.o", 0.3}})};
}

std::shared_ptr<const ErrorMap> someErrors(float size) {
    const Matrix weight = Matrix::Zero(8, 16);
    Matrix quantized = Matrix::Zero(8, 16);
    quantized(2, 3) = size;
    return std::make_shared<const ErrorMap>(errorMap(weight, quantized, Matrix::Identity(16, 16)));
}

Chart* layerChart(ComparePanel& panel) { return named<Chart>(panel, QStringLiteral("Relative output error of every layer, %")); }

QTableView* table(ComparePanel& panel) { return named<QTableView>(panel, QStringLiteral("Methods and their metrics")); }

void choose(QWidget& where, const QString& name, const QString& run) {
    auto* box = named<QComboBox>(where, name);
    box->setCurrentIndex(box->findData(run));
}

bool says(QWidget& where, const QString& text) {
    const auto labels = where.findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) { return label->text().contains(text); });
}

QString cell(QTableView& where, int row, int column) { return where.model()->index(row, column).data().toString(); }

}  // namespace

class TestComparePanel : public QObject {
    Q_OBJECT

private slots:
    void layersOfAllRunsHaveOneOrder() {
        QCOMPARE(layerOrder({}), Names());
        QCOMPARE(layerOrder(keepsTheMiddleOne()), (Names{"b.0.q", "b.0.k", "b.0.o"}));
        // What each has alone stays between what both have.
        const Names order =
            layerOrder({result("x", {{"a", 1}, {"x", 1}, {"c", 1}}), result("y", {{"a", 1}, {"y", 1}, {"c", 1}, {"d", 1}})});
        QCOMPARE(order.size(), std::size_t{5});
        QCOMPARE(order.front(), std::string("a"));
        QCOMPARE(order[3], std::string("c"));
        QCOMPARE(order[4], std::string("d"));
    }

    void theModelsOrderCountsWhereItIsKnown() {
        const auto model = Model::open(salient::test::resourceFolder() / "demo" / "model");
        auto quantized = std::make_shared<QuantizedModel>();
        quantized->original = model;
        const auto& linears = model->linears;
        auto first = result("first", {{linears[5].name, 0.1}});
        auto second = result("second", {{linears[2].name, 0.1}, {linears[5].name, 0.2}, {linears[9].name, 0.2}});
        auto third = result("third", {{linears[3].name, 0.1}});
        third->model = quantized;
        QCOMPARE(layerOrder({first, second, third}), (Names{linears[2].name, linears[3].name, linears[5].name, linears[9].name}));
    }

    void aLayerKeptIn16BitsIsAGapAndShiftsNothing() {
        ComparePanel panel;
        panel.setResults(keepsTheMiddleOne(), std::nullopt, 100, 16.0);
        const std::vector<ChartSeries>& series = layerChart(panel)->series();
        QCOMPARE(series.size(), std::size_t{2});
        QCOMPARE(series[0].y.size(), std::size_t{3});
        QCOMPARE(series[0].y[0], 10.0);
        QVERIFY(std::isnan(series[0].y[1]));
        QCOMPARE(series[0].y[2], 40.0);
        QCOMPARE(series[1].y, (std::vector<double>{10.0, 20.0, 30.0}));
        panel.chooseRun(QStringLiteral("kept"));
        const std::vector<ChartSeries>& chosen = layerChart(panel)->series();
        QCOMPARE(chosen.size(), std::size_t{2});  // it and plain rounding
        QVERIFY(std::isnan(chosen[1].y[1]));
        QCOMPARE(chosen[1].y[2], 80.0);
    }

    void keysChooseTheLayerThatIsThere() {
        ComparePanel panel;
        panel.resize(900, 700);
        panel.show();
        panel.setResults(keepsTheMiddleOne(), std::nullopt, 100, 16.0);
        QSignalSpy chosen(&panel, &ComparePanel::layerChosen);
        Chart* chart = layerChart(panel);
        for (int i = 0; i < 2; ++i) QTest::keyClick(chart, Qt::Key_Right);
        QVERIFY(says(panel, QStringLiteral("Layer 1: b.0.k.")));
        QVERIFY(says(panel, QStringLiteral("In 16 bits with kept.")));
        QTest::keyClick(chart, Qt::Key_Return);
        QTest::keyClick(chart, Qt::Key_Right);
        QVERIFY(!says(panel, QStringLiteral("In 16 bits with")));
        QTest::keyClick(chart, Qt::Key_Return);
        QCOMPARE(chosen.count(), 2);
        QCOMPARE(chosen.at(0).first().toString(), QStringLiteral("b.0.k"));
        QCOMPARE(chosen.at(1).first().toString(), QStringLiteral("b.0.o"));
    }

    void theChosenLayerIsMarkedWhereItStands() {
        ComparePanel panel;
        panel.resize(900, 700);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        panel.setResults(keepsTheMiddleOne(), std::nullopt, 100, 16.0);
        QCoreApplication::processEvents();  // until everything has its place
        Chart* chart = layerChart(panel);
        const QImage plain = chart->grab().toImage();
        panel.setSelectedLayer(QStringLiteral("b.0.k"));
        const QImage marked = chart->grab().toImage();
        const auto x = static_cast<int>(std::lround(chart->toPixel(1.0, 20.0).x()));
        bool differs = false;
        for (int y = 0; y < plain.height(); ++y) differs = differs || plain.pixel(x, y) != marked.pixel(x, y);
        QVERIFY(differs);
        panel.setSelectedLayer(QStringLiteral("of no run"));
        QVERIFY(chart->grab().toImage() == plain);
        panel.setErrors(QStringLiteral("b.0.k"), {});  // the maps' layer is the chosen one
        QVERIFY(chart->grab().toImage() == marked);
    }

    void aBaselineAddsHowFarTheOthersAreFromIt() {
        ComparePanel panel;
        const QAbstractItemModelTester tester(table(panel)->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto a = measured("a", 0.02, 2.2, 3'000'000);
        const auto b = measured("b", 0.01, 2.1, 2'500'000);
        const auto unknown = measured("c", 0.05, -1.0, 3'000'000);
        panel.setResults({a, b, unknown}, PerplexityResult{.perplexity = 2.0}, 7'500'000, 16.0);
        QTableView& shown = *table(panel);
        QCOMPARE(shown.model()->columnCount(), static_cast<int>(MetricsModel::DeltaOutputError));
        choose(panel, QStringLiteral("Baseline of the table"), QStringLiteral("a"));
        QCOMPARE(shown.model()->columnCount(), static_cast<int>(MetricsModel::ColumnCount));
        QCOMPARE(cell(shown, 2, MetricsModel::DeltaOutputError), QStringLiteral("−1.00 %"));
        QCOMPARE(cell(shown, 2, MetricsModel::DeltaPerplexity), QStringLiteral("−0.1000"));
        QCOMPARE(cell(shown, 2, MetricsModel::DeltaBytes), QStringLiteral("−500 kB"));
        QCOMPARE(cell(shown, 3, MetricsModel::DeltaOutputError), QStringLiteral("+3.00 %"));
        QCOMPARE(cell(shown, 3, MetricsModel::DeltaPerplexity), QStringLiteral("–"));  // not measured
        QCOMPARE(cell(shown, 1, MetricsModel::DeltaBytes), QStringLiteral("–"));       // the baseline itself
        const QStringList lines = panel.metrics().toCsv().split(QLatin1Char('\n'));
        QVERIFY(lines[0].endsWith(QStringLiteral(",delta_relative_output_error,delta_perplexity,delta_mean_kl,delta_bytes")));
        QVERIFY(lines[2].endsWith(QStringLiteral(",0,0,,0")));
        QVERIFY(lines[3].endsWith(QStringLiteral(",-500000")));
        choose(panel, QStringLiteral("Baseline of the table"), QStringLiteral("b"));
        QCOMPARE(cell(shown, 1, MetricsModel::DeltaOutputError), QStringLiteral("+1.00 %"));
        panel.setResults({a}, PerplexityResult{.perplexity = 2.0}, 7'500'000, 16.0);  // it went with its run
        QCOMPARE(shown.model()->columnCount(), static_cast<int>(MetricsModel::DeltaOutputError));
        QCOMPARE(named<QComboBox>(panel, QStringLiteral("Baseline of the table"))->currentIndex(), 0);
    }

    void tableAndMapsHaveOneBaseline() {
        ComparePanel panel;
        panel.setResults({measured("a", 0.02, -1.0, 1), measured("b", 0.01, -1.0, 1)}, std::nullopt, 100, 16.0);
        panel.setErrors(QStringLiteral("layer"), {{QStringLiteral("a"), someErrors(1.0F)}, {QStringLiteral("b"), someErrors(4.0F)}});
        choose(panel, QStringLiteral("Baseline"), QStringLiteral("b"));
        QCOMPARE(named<QComboBox>(panel, QStringLiteral("Baseline of the table"))->currentData().toString(), QStringLiteral("b"));
        QCOMPARE(table(panel)->model()->columnCount(), static_cast<int>(MetricsModel::ColumnCount));
        choose(panel, QStringLiteral("Baseline of the table"), QStringLiteral("a"));
        QCOMPARE(named<QComboBox>(panel, QStringLiteral("Baseline"))->currentData().toString(), QStringLiteral("a"));
        QCOMPARE((*panel.findChildren<HeatmapView*>()[0]->matrix())(2, 3), 3.0F);  // b − a
        // Its map comes later than the choice.
        panel.setErrors(QStringLiteral("layer"), {{QStringLiteral("b"), someErrors(4.0F)}});
        panel.setErrors(QStringLiteral("layer"), {{QStringLiteral("a"), someErrors(1.0F)}, {QStringLiteral("b"), someErrors(4.0F)}});
        QCOMPARE(named<QComboBox>(panel, QStringLiteral("Baseline"))->currentData().toString(), QStringLiteral("a"));
    }

    void whatIsNotKnownComesLastWhicheverWayIsSorted() {
        ComparePanel panel;
        panel.setResults({measured("none", 0.1, -1.0, 1), measured("high", 0.1, 3.0, 1), measured("low", 0.1, 2.5, 1)},
                         PerplexityResult{.perplexity = 2.0}, 100, 16.0);
        QTableView& shown = *table(panel);
        shown.sortByColumn(MetricsModel::Perplexity, Qt::AscendingOrder);
        QCOMPARE(cell(shown, 1, MetricsModel::Name), QStringLiteral("low"));
        QCOMPARE(cell(shown, 3, MetricsModel::Name), QStringLiteral("none"));
        shown.sortByColumn(MetricsModel::Perplexity, Qt::DescendingOrder);
        QCOMPARE(cell(shown, 0, MetricsModel::Name), QStringLiteral("high"));
        QCOMPARE(cell(shown, 3, MetricsModel::Name), QStringLiteral("none"));
    }

    void saysWhenMoreAreTickedThanHaveRoom() {
        ErrorMapsPanel panel;
        const auto* notice = named<QLabel>(panel, QStringLiteral("Methods that are ticked but not shown"));
        panel.setRuns({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c"), QStringLiteral("d")});
        QVERIFY(notice->isHidden());
        panel.setRuns({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c"), QStringLiteral("d"), QStringLiteral("e")});
        QVERIFY(!notice->isHidden());
        QVERIFY2(notice->text().startsWith(QStringLiteral("5 methods are ticked and 4 have room")), qPrintable(notice->text()));
        QCOMPARE(panel.comparedRuns(), (Names{"a", "b", "c", "d"}));
        panel.setHiddenRuns({"b"});
        QVERIFY(notice->isHidden());
        QCOMPARE(panel.comparedRuns(), (Names{"a", "c", "d", "e"}));
        panel.setHiddenRuns({"a", "b", "c", "d", "e"});
        QVERIFY(!notice->isHidden());
        QVERIFY2(notice->text().contains(QStringLiteral("Tick one under “Methods shown”")), qPrintable(notice->text()));
    }

    void theMapsShowEitherErrorAsChosen() {
        ErrorMapsPanel panel;
        ErrorMap errors;
        errors.weight_error = Matrix::Zero(8, 16);
        errors.weight_error(1, 2) = 0.5F;
        errors.output_error = Matrix::Zero(8, 16);
        errors.output_error(4, 7) = -2.0F;
        errors.by_channel.assign(16, 0.0);
        errors.by_row.assign(8, 0.0);
        panel.setErrors(QStringLiteral("layer"), {{QStringLiteral("a"), std::make_shared<const ErrorMap>(errors)}});
        const HeatmapView* map = panel.findChildren<HeatmapView*>().front();
        auto* what = named<QComboBox>(panel, QStringLiteral("What the maps show"));
        QVERIFY(*map->matrix() == errors.weight_error);
        QCOMPARE(panel.sharedScale()->colours.high, 0.5F);
        what->setCurrentIndex(1);
        QVERIFY(*map->matrix() == errors.output_error);
        QCOMPARE(panel.sharedScale()->colours.high, 2.0F);
        QCOMPARE(panel.sharedScale()->unit, QStringLiteral("D ∘ (D H)"));
        what->setCurrentIndex(0);
        QVERIFY(*map->matrix() == errors.weight_error);
    }

    void unlinkedMapsAreMovedAndColouredByThemselves() {
        ErrorMapsPanel panel;
        panel.resize(900, 700);
        panel.show();
        panel.setErrors(QStringLiteral("layer"), {{QStringLiteral("a"), someErrors(1.0F)}, {QStringLiteral("b"), someErrors(4.0F)}});
        const QList<HeatmapView*> views = panel.findChildren<HeatmapView*>();
        QVERIFY(panel.sharedScale().has_value());
        QCOMPARE(panel.sharedScale()->unit, QStringLiteral("ŵ − w"));
        QCOMPARE(panel.sharedScale()->colours.high, 4.0F);
        QAbstractButton* linked = button(panel, QStringLiteral("Linked"));
        linked->click();
        QVERIFY(!panel.sharedScale());
        QCOMPARE(views[0]->colourScale().high, 1.0F);
        QCOMPARE(views[1]->colourScale().high, 4.0F);
        const MatrixRegion whole = views[0]->viewport();
        views[1]->zoomIn();
        const MatrixRegion zoomed = views[1]->viewport();
        QVERIFY(!(zoomed == whole));
        QVERIFY(views[0]->viewport() == whole);
        QTest::keyClick(views[1], Qt::Key_Right, Qt::ControlModifier);
        QVERIFY(!views[1]->readOut().isEmpty() && views[0]->readOut().isEmpty());
        linked->click();
        QVERIFY(views[0]->viewport() == zoomed);  // all go where the last one was moved to
        QCOMPARE(views[0]->colourScale().high, 4.0F);
        QTest::keyClick(views[1], Qt::Key_Right, Qt::ControlModifier);
        QVERIFY(!views[0]->readOut().isEmpty());
    }
};

QTEST_MAIN(TestComparePanel)
#include "tst_compare_panel.moc"
