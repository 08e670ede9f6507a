#include <QApplication>
#include <QClipboard>
#include <QGraphicsTextItem>
#include <QGraphicsView>
#include <QPoint>
#include <QPointF>
#include <QRectF>
#include <QSignalSpy>
#include <QSize>
#include <QTest>
#include <cmath>

#include "widgets/chart.h"
#include "widgets/chart_content.h"
#include "widgets/chart_frame.h"
#include "widgets/theme.h"

using namespace salient;

namespace {

const double kNone = std::nan("");

ChartSeries line(std::vector<double> y) { return {QStringLiteral("loss"), ChartSeries::Kind::Line, {}, std::move(y), {}, 0, false}; }

void show(Chart& chart) {
    chart.resize(600, 400);
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    QApplication::processEvents();
}

QWidget* canvas(Chart& chart) { return chart.childAt(chart.plotRect().center().toPoint()); }

QPoint onCanvas(Chart& chart, double x, double y) { return canvas(chart)->mapFrom(&chart, chart.toPixel(x, y).toPoint()); }

/// Whether the first series is painted within two pixels of that place.
bool isPainted(Chart& chart, const QImage& picture, double x, double y) {
    const QColor wanted = seriesColour(0, chart.palette());
    const QPoint place = chart.toPixel(x, y).toPoint();
    for (int dx = -2; dx <= 2; ++dx) {
        for (int dy = -2; dy <= 2; ++dy) {
            const QColor found = picture.pixelColor(place + QPoint(dx, dy));
            const int distance =
                std::abs(found.red() - wanted.red()) + std::abs(found.green() - wanted.green()) + std::abs(found.blue() - wanted.blue());
            if (distance < 60) return true;
        }
    }
    return false;
}

/// Places of the labels in sight, in the plot's coordinates, and what they say.
struct Label {
    QRectF place;
    QString text;
};
std::vector<Label> labels(Chart& chart) {
    std::vector<Label> found;
    const auto* view = chart.findChild<QGraphicsView*>();
    for (const QGraphicsItem* item : view->scene()->items()) {
        const auto* text = dynamic_cast<const QGraphicsTextItem*>(item);
        if (text == nullptr || !text->isVisible() || text->toPlainText().isEmpty()) continue;
        found.push_back({text->sceneBoundingRect().translated(view->pos() - chart.plotRect().topLeft()), text->toPlainText()});
    }
    return found;
}

std::vector<Label> labelsOf(Chart& chart, Qt::Orientation axis) {
    std::vector<Label> all = labels(chart);
    const double floor = chart.plotRect().height();
    std::erase_if(all, [&](const Label& label) { return (axis == Qt::Horizontal) != (label.place.center().y() > floor + 2.0); });
    return all;
}

bool says(const std::vector<Label>& all, const QString& text) {
    return std::any_of(all.begin(), all.end(), [&](const Label& label) { return label.text == text; });
}

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
        const std::vector<Outline> outlines = outlinesOf(bars, {-0.5, 1.5}, {-3.0, 4.0}, false, false, 100);
        QCOMPARE(outlines.size(), std::size_t{1});
        const Outline& outline = outlines.front();
        QCOMPARE(outline.upper.size(), std::size_t{8});
        QCOMPARE(outline.upper[0], QPointF(-0.5, 0.0));
        QCOMPARE(outline.upper[1], QPointF(-0.5, 3.0));
        QCOMPARE(outline.upper[2], QPointF(0.5, 3.0));
        QCOMPARE(outline.upper[6], QPointF(1.5, -2.0));
        QCOMPARE(outline.lower.back(), QPointF(1.5, 0.0));
    }

    void aCurveOnALogarithmicAxisHasGapsWhereItIsNotPositive() {
        const std::vector<Outline> outlines = outlinesOf(line({1.0, 0.0, 3.0}), {0.0, 2.0}, {0.1, 10.0}, false, true, 100);
        QCOMPARE(outlines.size(), std::size_t{2});
        QCOMPARE(outlines[0].upper, (std::vector<QPointF>{{0.0, 1.0}}));
        QCOMPARE(outlines[1].upper, (std::vector<QPointF>{{2.0, 3.0}}));
    }

    void nothingIsDrawnAcrossAGap() {
        Chart chart;
        ChartAxis y;
        y.low = 0.0;
        y.high = 8.0;
        chart.setAxes({}, y);
        chart.setSeries({line({4.0, 4.0, kNone, kNone, 4.0, 4.0, kNone, 4.0, kNone, 4.0, 4.0})});
        show(chart);
        const QImage picture = chart.grab().toImage();
        for (const double x : {0.5, 4.5, 9.5}) QVERIFY2(isPainted(chart, picture, x, 4.0), qPrintable(QString::number(x)));
        for (const double x : {1.5, 2.5, 3.5, 5.5, 6.5, 7.5, 8.5})
            QVERIFY2(!isPainted(chart, picture, x, 4.0), qPrintable(QString::number(x)));
        QVERIFY(isPainted(chart, picture, 7.0, 4.0));  // between two gaps: a line of one point would not be seen
    }

    void barsAndBandsHaveGapsToo() {
        ChartSeries bars = line({3.0, kNone, 2.0});
        bars.kind = ChartSeries::Kind::Bars;
        const std::vector<Outline> two = outlinesOf(bars, {-0.5, 2.5}, {0.0, 4.0}, false, false, 100);
        QCOMPARE(two.size(), std::size_t{2});
        QCOMPARE(two[0].upper.back(), QPointF(0.5, 0.0));
        QCOMPARE(two[1].upper.front(), QPointF(1.5, 0.0));
        ChartSeries band = line({3.0, 3.0, 3.0, 3.0, 3.0});
        band.kind = ChartSeries::Kind::Band;
        band.low = {1.0, 1.0, kNone, 1.0, 1.0};
        const std::vector<Outline> parts = outlinesOf(band, {0.0, 4.0}, {0.0, 4.0}, false, false, 100);
        QCOMPARE(parts.size(), std::size_t{2});
        QCOMPARE(parts[0].upper, (std::vector<QPointF>{{0.0, 3.0}, {1.0, 3.0}}));
        QCOMPARE(parts[1].lower, (std::vector<QPointF>{{3.0, 1.0}, {4.0, 1.0}}));
    }

    void gapsThatCannotBeSeenCostNothing() {
        std::vector<double> y(16384, 1.0);
        for (std::size_t i = 1; i < y.size(); i += 3) y[i] = kNone;
        QCOMPARE(outlinesOf(line(y), {0.0, 16383.0}, {0.0, 2.0}, false, false, 1000).size(), std::size_t{1});
        // Zoomed in they are there: of the points 0 … 30 every third is missing, beginning with the second.
        std::size_t n_seen = 0;
        for (const Outline& part : outlinesOf(line(y), {0.0, 30.0}, {0.0, 2.0}, false, false, 1000))
            n_seen += part.upper.size() > 1 ? 1 : 0;
        QCOMPARE(n_seen, std::size_t{10});
    }

    void whatHasNoValueAtAllIsEmpty() {
        Chart chart;
        chart.setSeries({line({kNone, kNone})});
        show(chart);
        QSignalSpy hovered(&chart, &Chart::hovered);
        QTest::mouseMove(canvas(chart), QPoint(100, 60));
        QCOMPARE(hovered.count(), 0);
    }

    void labelsAreWholeAndApartInTheLowestChart_data() {
        QTest::addColumn<double>("type");
        QTest::addColumn<bool>("is_logarithmic");
        QTest::newRow("ordinary") << 1.0 << false;
        QTest::newRow("ordinary, eight decades") << 1.0 << true;
        QTest::newRow("for a projector") << 1.6 << false;
        QTest::newRow("for a projector, eight decades") << 1.6 << true;
    }
    void labelsAreWholeAndApartInTheLowestChart() {
        QFETCH(double, type);
        QFETCH(bool, is_logarithmic);
        Chart chart;
        QFont font = chart.font();
        font.setPointSizeF(type * font.pointSizeF());
        chart.setFont(font);
        chart.setAxes(chartAxis(QStringLiteral("input channel"), true),
                      chartAxis(QStringLiteral("largest magnitude"), false, is_logarithmic));
        ChartSeries series = line({1e-6, 100.0, 3.0});
        series.x = {0.0, 6000.0, 12000.0};
        chart.setSeries({series});
        chart.resize(chart.minimumSizeHint());
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        chart.resize(chart.minimumSizeHint());  // of that width
        QCOMPARE(chart.size(), chart.minimumSizeHint());
        QApplication::processEvents();
        static_cast<void>(chart.grab());
        for (const Qt::Orientation axis : {Qt::Horizontal, Qt::Vertical}) {
            const std::vector<Label> found = labelsOf(chart, axis);
            QVERIFY2(found.size() >= 2, qPrintable(QString::number(found.size())));
            for (std::size_t i = 0; i < found.size(); ++i) {
                QVERIFY2(!found[i].text.contains(QStringLiteral("..")) && !found[i].text.contains(QChar(0x2026)),
                         qPrintable(found[i].text));
                for (std::size_t j = 0; j < i; ++j)
                    QVERIFY(!found[i].place.adjusted(1, 1, -1, -1).intersects(found[j].place.adjusted(1, 1, -1, -1)));
            }
        }
    }

    void aDecadeAtTheEndOfAnAxisHasItsLabel() {
        Chart chart;
        chart.setAxes(chartAxis(QStringLiteral("channel"), true), chartAxis(QStringLiteral("error"), false, true));
        chart.setSeries({line({0.001, 1.0})});
        show(chart);
        const std::vector<Label> found = labelsOf(chart, Qt::Vertical);
        for (const double decade : {0.001, 0.01, 0.1, 1.0}) QVERIFY(says(found, QString::number(decade)));
    }

    void decadesShareTheRoomForLabels() {
        QCOMPARE(decadesPerLabel({0.001, 1.0}, 300.0, 20.0), 1);
        QCOMPARE(decadesPerLabel({1e-6, 1e2}, 81.0, 20.0), 2);  // 10 pixels each
        QCOMPARE(decadesPerLabel({1e-6, 1e2}, 62.0, 20.0), 3);  // 8
        QCOMPARE(decadesPerLabel({1e-6, 1e2}, 10.0, 20.0), 4);  // 1e-4, 1: two labels at least
        QCOMPARE(decadesPerLabel({0.01, 0.1}, 10.0, 20.0), 1);
    }

    void noTitleOfAnAxisIsCutOff() {
        const QFontMetrics metrics{QFont()};
        const QString wide = QStringLiteral("layer, in order of computation");
        const QString high = QStringLiteral("largest magnitude");
        const ChartTexts texts{{QStringLiteral("GPTQ"), {}, QStringLiteral("AWQ")}, wide, high};
        const ChartFrame tall = chartFrame(texts, metrics, QSize(600, 500));
        QVERIFY(!tall.is_y_title_above);
        QVERIFY(tall.y_title.height() >= metrics.horizontalAdvance(high));
        QCOMPARE(tall.legend.size(), std::size_t{2});  // a series without a name is not in it
        const ChartFrame low = chartFrame(texts, metrics, QSize(600, leastChartHeight(texts, metrics, 600)));
        QVERIFY(low.is_y_title_above);
        QVERIFY(low.y_text.endsWith(high));
        QVERIFY(low.y_title.width() >= metrics.horizontalAdvance(low.y_text));
        QVERIFY(low.canvas.height() >= heightAroundPlot(metrics) + 3 * metrics.height());
        const ChartFrame narrow = chartFrame(texts, metrics, QSize(metrics.horizontalAdvance(wide) / 2 + 40, 500));
        QVERIFY(2 * narrow.x_title.height() > 3 * metrics.height());  // two lines
        for (const ChartFrame& frame : {tall, low, narrow}) {
            QVERIFY(!frame.canvas.intersects(frame.y_title));
            QVERIFY(!frame.canvas.intersects(frame.x_title));
            for (const ChartFrame::Entry& entry : frame.legend) {
                QVERIFY(!entry.place.intersects(frame.canvas));
                QVERIFY(!entry.place.intersects(frame.y_title));
            }
        }
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

    void whatHasNoValueIsAnEmptyCell() {
        Chart chart;
        ChartSeries band = line({0.5, kNone, 2.0});
        band.kind = ChartSeries::Kind::Band;
        band.low = {0.25, kNone, 1.0};
        chart.setSeries({line({0.5, kNone, 2.0}), band});
        QCOMPARE(chart.toCsv(), QString("\"\",\"loss\"\n0,0.5\n1,\n2,2\n\"\",\"loss\",\"low\"\n0,0.5,0.25\n1,,\n2,2,1\n"));
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
