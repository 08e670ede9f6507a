#include <QApplication>
#include <QClipboard>
#include <QSignalSpy>
#include <QtTest>
#include <cmath>

#include "widgets/chart.h"
#include "widgets/chart_content.h"
#include "widgets/theme.h"

using namespace salient;

namespace {

ChartSeries line(std::vector<double> y) { return {QStringLiteral("loss"), ChartSeries::Kind::Line, {}, std::move(y), {}, 0, false}; }

void show(Chart& chart) {
    chart.resize(600, 400);
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    QApplication::processEvents();
}

QWidget* canvas(Chart& chart) { return chart.childAt(chart.plotRect().center().toPoint()); }

QPoint onCanvas(Chart& chart, double x, double y) { return canvas(chart)->mapFrom(&chart, chart.toPixel(x, y).toPoint()); }

}  // namespace

class TestChart : public QObject {
    Q_OBJECT

private slots:
    void neverDrawsMoreThanAFewPointsPerPixel() {
        Chart chart;
        std::vector<double> y(16384);
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::sin(static_cast<double>(i * i));
        chart.setSeries({line(y)});
        show(chart);
        QVERIFY(chart.drawnPoints() > 600);
        QVERIFY(chart.drawnPoints() <= 4 * 600 + 2);
    }

    void linearAxisOfBarsStartsAtZero() {
        ChartSeries bars = line({3.0, 5.0});
        bars.kind = ChartSeries::Kind::Bars;
        const Extent extent = yExtent({bars}, {});
        QCOMPARE(extent.low, 0.0);
        QVERIFY(extent.high > 5.0);
    }

    void logarithmicAxisEndsAtDecadesAndIgnoresZeros() {
        ChartAxis axis;
        axis.is_logarithmic = true;
        QCOMPARE(yExtent({line({0.0, 0.02, 7.0, std::nan("")})}, axis), (Extent{0.01, 10.0}));
        QCOMPARE(yExtent({line({0.0, 0.0})}, axis), (Extent{0.1, 1.0}));
    }

    void axisOfOneValueHasAWidth() {
        const Extent x = xExtent({line({3.0})}, {});
        QVERIFY(x.high > x.low);
        const Extent y = yExtent({line({3.0})}, {});
        QVERIFY(y.high > y.low);
    }

    void barsStandOnTheFloorOfTheAxis() {
        ChartSeries bars = line({3.0, -2.0});
        bars.kind = ChartSeries::Kind::Bars;
        const Outline outline = outlineOf(bars, {-0.5, 1.5}, {-3.0, 4.0}, false, false, 100);
        QCOMPARE(outline.upper.size(), std::size_t{8});
        QCOMPARE(outline.upper[0], QPointF(-0.5, 0.0));
        QCOMPARE(outline.upper[1], QPointF(-0.5, 3.0));
        QCOMPARE(outline.upper[2], QPointF(0.5, 3.0));
        QCOMPARE(outline.upper[6], QPointF(1.5, -2.0));
        QCOMPARE(outline.lower.back(), QPointF(1.5, 0.0));
    }

    void aCurveOnALogarithmicAxisHasGapsWhereItIsNotPositive() {
        const Outline outline = outlineOf(line({1.0, 0.0, 3.0}), {0.0, 2.0}, {0.1, 10.0}, false, true, 100);
        QCOMPARE(outline.upper.size(), std::size_t{2});
    }

    void hoverFindsTheNearestPointAndReadsItOut() {
        Chart chart;
        chart.setSeries({line({1.0, 4.0, 2.0, 8.0})});
        chart.setPointName("channel", {7, 5, 3, 1});
        show(chart);
        QSignalSpy hovered(&chart, &Chart::hovered);
        QTest::mouseMove(canvas(chart), onCanvas(chart, 1.1, 3.0));
        QCOMPARE(hovered.count(), 1);
        QCOMPARE(hovered.first().first().value<Index>(), Index{1});
        QCOMPARE(chart.readOut(), QString("channel 5 · loss 4"));
    }

    void clickChoosesAndDragDoesNot() {
        Chart chart;
        chart.setSeries({line({1.0, 4.0, 2.0, 8.0})});
        show(chart);
        QSignalSpy chosen(&chart, &Chart::chosen);
        QTest::mouseClick(canvas(chart), Qt::LeftButton, {}, onCanvas(chart, 2.05, 4.0));
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().value<Index>(), Index{2});
        QTest::mousePress(canvas(chart), Qt::LeftButton, {}, onCanvas(chart, 1.0, 4.0));
        QTest::mouseMove(canvas(chart), onCanvas(chart, 2.0, 4.0));
        QTest::mouseRelease(canvas(chart), Qt::LeftButton, {}, onCanvas(chart, 2.0, 4.0));
        QCOMPARE(chosen.count(), 1);
    }

    void shiftDragMovesThePointUnderTheCursor() {
        Chart chart;
        chart.setSeries({line({1.0, 4.0, 2.0, 8.0})});
        show(chart);
        QSignalSpy dragged(&chart, &Chart::valueDragged);
        QTest::mousePress(canvas(chart), Qt::LeftButton, Qt::ShiftModifier, onCanvas(chart, 1.0, 4.0));
        QTest::mouseMove(canvas(chart), onCanvas(chart, 1.0, 6.0));
        QTest::mouseRelease(canvas(chart), Qt::LeftButton, Qt::ShiftModifier, onCanvas(chart, 1.0, 6.0));
        QVERIFY(dragged.count() >= 1);
        QCOMPARE(dragged.last().at(0).value<Index>(), Index{1});
        QVERIFY(std::abs(dragged.last().at(1).toDouble() - 6.0) < 0.1);
    }

    void keysWalkTheCursorAndZoom() {
        Chart chart;
        chart.setSeries({line({1.0, 4.0, 2.0, 8.0, 3.0, 3.0, 3.0, 3.0})});
        show(chart);
        QTest::keyClick(&chart, Qt::Key_Right);
        QTest::keyClick(&chart, Qt::Key_Right);
        QSignalSpy chosen(&chart, &Chart::chosen);
        QTest::keyClick(&chart, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().value<Index>(), Index{1});
        QSignalSpy zoomed(&chart, &Chart::xRangeChanged);
        QTest::keyClick(&chart, Qt::Key_Plus);
        QCOMPARE(zoomed.count(), 1);
        QVERIFY(chart.xHigh() - chart.xLow() < 7.0);
        chart.showAll();
        QCOMPARE(chart.xHigh() - chart.xLow(), 7.0);
    }

    void keepsItsZoomWhenOnlyTheValuesChange() {
        Chart chart;
        chart.setSeries({line({1.0, 2.0, 3.0, 4.0})});
        chart.setXRange(1.0, 2.0);
        chart.setSeries({line({4.0, 3.0, 2.0, 1.0})});
        QCOMPARE(chart.xLow(), 1.0);
        chart.setSeries({line({4.0, 3.0})});
        QCOMPARE(chart.xLow(), 0.0);
        QCOMPARE(chart.xHigh(), 1.0);
    }

    void dataCanBeCopiedWithEveryDigit() {
        Chart chart;
        ChartAxis x;
        x.title = "column";
        chart.setAxes(x, {});
        chart.setSeries({line({0.125, 1e-7})});
        chart.copyData();
        QCOMPARE(QApplication::clipboard()->text(), QString("\"column\",\"loss\"\n0,0.125\n1,1e-07\n"));
    }

    void followsThePalette() {
        Chart chart;
        chart.setSeries({line({1.0, 2.0})});
        chart.setPalette(paletteOf(Theme::Dark));
        show(chart);
        const QImage dark = chart.grab().toImage();
        QVERIFY(QColor(dark.pixel(dark.width() - 12, dark.height() / 2)).lightness() < 60);
        chart.setPalette(paletteOf(Theme::Light));
        const QImage light = chart.grab().toImage();
        QVERIFY(QColor(light.pixel(light.width() - 12, light.height() / 2)).lightness() > 230);
    }
};

QTEST_MAIN(TestChart)
#include "tst_chart.moc"
