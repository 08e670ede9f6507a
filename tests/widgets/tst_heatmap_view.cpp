#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QPoint>
#include <QPointF>
#include <QRect>
#include <QRectF>
#include <QSignalSpy>
#include <QTest>
#include <limits>

#include "widgets/heatmap_view.h"
#include "widgets/theme.h"

using namespace salient;

namespace {

std::shared_ptr<const Matrix> ramp(Index rows, Index cols) {
    auto m = std::make_shared<Matrix>(rows, cols);
    for (Index i = 0; i < m->size(); ++i) m->data()[i] = static_cast<float>(i) - static_cast<float>(m->size()) / 2.0F;
    return m;
}

QPoint centreOf(const HeatmapView& view, double row, double column) {
    const QRectF plot = view.plotRect();
    const MatrixRegion shown = view.viewport();
    return QPointF(plot.left() + (column + 0.5 - shown.first_col) / shown.n_cols * plot.width(),
                   plot.top() + (row + 0.5 - shown.first_row) / shown.n_rows * plot.height())
        .toPoint();
}

QRgb pixelAt(HeatmapView& view, QPoint at) {
    const QImage picture = view.grab().toImage();
    return picture.pixel((QPointF(at) * picture.devicePixelRatio()).toPoint()) | 0xff000000U;
}

void moveMouse(HeatmapView& view, QPoint at) {
    QMouseEvent event(QEvent::MouseMove, at, view.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(&view, &event);
}

void wheel(HeatmapView& view, QPoint at, int notches) {
    QWheelEvent event(at, view.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view, &event);
}

}  // namespace

class TestHeatmapView : public QObject {
    Q_OBJECT

private slots:
    void paintsEachCellInItsColour() {
        HeatmapView view;
        view.resize(600, 400);
        auto m = std::make_shared<Matrix>(8, 8);
        m->setZero();
        (*m)(2, 5) = -4.0F;
        (*m)(6, 1) = 4.0F;
        (*m)(7, 7) = std::numeric_limits<float>::quiet_NaN();
        view.setMatrix(m);
        // Beside the cell's centre, where its number may stand.
        const QPoint aside(0, -12);
        QCOMPARE(pixelAt(view, centreOf(view, 2, 5) + aside), divergingColour(-1.0));
        QCOMPARE(pixelAt(view, centreOf(view, 6, 1) + aside), divergingColour(1.0));
        QCOMPARE(pixelAt(view, centreOf(view, 7, 7) + aside), nanColour());
        QCOMPARE(pixelAt(view, centreOf(view, 0, 0) + aside), divergingColour(0.0));
    }

    void comesBackToAPlaceOnceThereIsAMatrixOfItsShape() {
        HeatmapView view;
        view.resize(600, 400);
        QVERIFY(!view.place());
        const MatrixRegion part{10.0, 4.0, 20.0, 8.0};
        view.goToPlace(HeatmapPlace{part, 64, 32});
        QVERIFY(view.place() && view.place()->part == part);  // waited for
        view.setMatrix(nullptr);
        view.setMatrix(ramp(64, 32));
        QCOMPARE(view.viewport(), part);
        QVERIFY(view.place() && view.place()->rows == 64 && view.place()->columns == 32);
        view.setMatrix(ramp(64, 32));  // the next one of the same shape
        QCOMPARE(view.viewport(), part);
        view.showAll();
        QVERIFY(!view.place());

        view.goToPlace(HeatmapPlace{part, 64, 32});  // it is there already
        QCOMPARE(view.viewport(), part);
        view.goToPlace(std::nullopt);
        QCOMPARE(view.viewport(), (MatrixRegion{0.0, 0.0, 64.0, 32.0}));

        view.goToPlace(HeatmapPlace{part, 128, 128});
        view.setMatrix(ramp(40, 50));  // another shape ends the waiting
        QVERIFY(!view.place());
        view.setMatrix(ramp(128, 128));
        QCOMPARE(view.viewport(), (MatrixRegion{0.0, 0.0, 128.0, 128.0}));

        view.goToPlace(HeatmapPlace{part, 64, 32});
        view.zoomIn();  // so does the user
        view.setMatrix(ramp(64, 32));
        QCOMPARE(view.viewport(), (MatrixRegion{0.0, 0.0, 64.0, 32.0}));

        view.goToPlace(HeatmapPlace{{-5.0, 1e9, 1e9, 0.0}, 64, 32});  // a stranger's: kept inside the matrix
        QCOMPARE(view.viewport().first_row, 0.0);
        QVERIFY(view.viewport().first_col + view.viewport().n_cols <= 32.0);
        QCOMPARE(view.viewport().n_rows, 64.0);
    }

    void aSwipeShowsTheOtherMatrixRightOfTheDivider() {
        HeatmapView view;
        view.resize(600, 400);
        const auto constant = [](float value) {
            auto m = std::make_shared<Matrix>(Matrix::Constant(4, 10, value));
            return m;
        };
        view.setMatrix(constant(-1.0F));
        view.setOther(std::make_shared<const MagnitudePyramid>(constant(1.0F)), "other");
        view.setColourScale(divergingScale(1.0F));
        view.setSwipe(0.5);
        QCOMPARE(pixelAt(view, centreOf(view, 1, 2)), divergingColour(-1.0));
        QCOMPARE(pixelAt(view, centreOf(view, 1, 7)), divergingColour(1.0));
        moveMouse(view, centreOf(view, 1, 7));
        QVERIFY2(view.readOut().endsWith(": 1"), qPrintable(view.readOut()));  // what is seen is what is read
        moveMouse(view, centreOf(view, 1, 2));
        QVERIFY(view.readOut().endsWith(": -1") || view.readOut().endsWith(QString("−1")));
        QSignalSpy moved(&view, &HeatmapView::swipeMoved);
        QTest::keyClick(&view, Qt::Key_BracketRight);
        QCOMPARE(view.swipe(), 0.6);
        QCOMPARE(moved.count(), 1);
        // Dragged at the divider.
        const QRect plot = view.plotRect();
        const QPoint divider(plot.left() + static_cast<int>(0.6 * plot.width()), plot.center().y());
        QTest::mousePress(&view, Qt::LeftButton, {}, divider);
        QMouseEvent drag(QEvent::MouseMove, divider + QPoint(-plot.width() / 5, 0), view.mapToGlobal(divider), Qt::LeftButton,
                         Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &drag);
        QSignalSpy chosen(&view, &HeatmapView::cellChosen);
        QTest::mouseRelease(&view, Qt::LeftButton, {}, divider);
        QVERIFY(std::abs(view.swipe() - 0.4) < 0.01);
        QCOMPARE(chosen.count(), 0);
        view.setMatrix(ramp(3, 3));  // of another shape: the other one goes
        QCOMPARE(view.readOut(), QString());
        view.setOther(std::make_shared<const MagnitudePyramid>(constant(1.0F)), "other");  // does not fit: not shown
        view.setSwipe(0.0);
        view.setColourScale(divergingScale(4.5F));
        QVERIFY(pixelAt(view, centreOf(view, 0, 0)) != divergingColour(1.0 / 4.5));
    }

    void anOutlierStaysVisibleInALargeMatrix() {
        HeatmapView view;
        view.resize(300, 200);
        auto m = std::make_shared<Matrix>(Matrix::Constant(2000, 3000, 0.001F));
        (*m)(1234, 2345) = 7.0F;
        view.setMatrix(m);
        const QImage picture = view.grab().toImage();
        const QRect plot = view.plotRect();
        int hits = 0;
        for (int y = plot.top(); y <= plot.bottom(); ++y) {
            for (int x = plot.left(); x <= plot.right(); ++x) hits += (picture.pixel(x, y) | 0xff000000U) == divergingColour(1.0) ? 1 : 0;
        }
        QCOMPARE(hits, 1);
    }

    void aLockedColourScaleStaysWhenTheMatrixChanges() {
        HeatmapView view;
        view.setMatrix(ramp(4, 4));
        view.setColourScale(divergingScale(100.0F));
        view.setMatrix(ramp(8, 8));
        QCOMPARE(view.colourScale(), divergingScale(100.0F));
        view.setAutomaticColours(ColourMap::Diverging);
        QCOMPARE(view.colourScale(), divergingScale(32.0F));
    }

    void wheelZoomsAtTheCursor() {
        HeatmapView view;
        view.resize(500, 400);
        view.setMatrix(ramp(100, 100));
        const QPoint at = centreOf(view, 80, 20);
        QSignalSpy moved(&view, &HeatmapView::viewportChanged);
        wheel(view, at, 3);
        QCOMPARE(moved.count(), 1);
        QVERIFY(view.viewport().n_rows < 60.0);
        const QPoint after = centreOf(view, 80, 20);
        QVERIFY((after - at).manhattanLength() <= 2);  // the cell under the cursor stays there, to the pixel
        wheel(view, at, -20);
        QCOMPARE(view.viewport(), (MatrixRegion{0, 0, 100, 100}));
    }

    void keysZoomAndPanAndStayInside() {
        HeatmapView view;
        view.resize(500, 400);
        view.setMatrix(ramp(100, 100));
        QTest::keyClick(&view, Qt::Key_Plus);
        QTest::keyClick(&view, Qt::Key_Plus);
        const MatrixRegion zoomed = view.viewport();
        QVERIFY(zoomed.n_cols < 100.0);
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(view.viewport().first_col > zoomed.first_col);
        for (int i = 0; i < 50; ++i) QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.viewport().first_col + view.viewport().n_cols, 100.0);
        for (int i = 0; i < 50; ++i) QTest::keyClick(&view, Qt::Key_Minus);
        QCOMPARE(view.viewport(), (MatrixRegion{0, 0, 100, 100}));
    }

    void dragPansAndDoubleClickShowsAll() {
        HeatmapView view;
        view.resize(500, 400);
        view.setMatrix(ramp(100, 100));
        view.setViewport({25, 25, 50, 50});
        const QPoint from = view.plotRect().center();
        QSignalSpy chosen(&view, &HeatmapView::cellChosen);
        QTest::mousePress(&view, Qt::LeftButton, {}, from);
        QTest::mouseMove(&view, from + QPoint(30, 20));
        QTest::mouseMove(&view, from + QPoint(60, 40));
        QTest::mouseRelease(&view, Qt::LeftButton, {}, from + QPoint(60, 40));
        QVERIFY(view.viewport().first_col < 25.0);
        QVERIFY(view.viewport().first_row < 25.0);
        QCOMPARE(chosen.count(), 0);  // a drag is no click
        QTest::mouseDClick(&view, Qt::LeftButton, {}, from);
        QCOMPARE(view.viewport(), (MatrixRegion{0, 0, 100, 100}));
    }

    void cursorTellsRowColumnAndExactValue() {
        HeatmapView view;
        view.resize(500, 400);
        auto m = std::make_shared<Matrix>(*ramp(10, 10));
        (*m)(3, 7) = 0.1F;
        view.setMatrix(m);
        view.setAxisNames("output row", "input channel");
        QSignalSpy moved(&view, &HeatmapView::crosshairMoved);
        moveMouse(view, centreOf(view, 3, 7));
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved.first().at(0).value<Index>(), Index{3});
        QCOMPARE(moved.first().at(1).value<Index>(), Index{7});
        QCOMPARE(moved.first().at(2).toFloat(), 0.1F);
        QCOMPARE(view.readOut(), QString("output row 3 · input channel 7: 0.100000001"));
        view.copyValue();
        QCOMPARE(QApplication::clipboard()->text().toFloat(), 0.1F);
    }

    void columnsInAnotherOrderAreShownByTheirOwnNumber() {
        HeatmapView view;
        view.setMatrix(ramp(2, 3));
        view.setColumnNumbers({2, 0, 1});
        view.setCrosshair(0, 0);
        QVERIFY(view.readOut().contains("column 2"));
    }

    void crosshairMovesByKeysAndReturnChooses() {
        HeatmapView view;
        view.resize(500, 400);
        view.setMatrix(ramp(5, 5));
        view.setCrosshair(2, 2);
        QSignalSpy chosen(&view, &HeatmapView::cellChosen);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ControlModifier);
        QTest::keyClick(&view, Qt::Key_Up, Qt::ControlModifier);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().at(0).value<Index>(), Index{1});
        QCOMPARE(chosen.first().at(1).value<Index>(), Index{3});
    }

    void settersOfLinkedViewsDoNotEmit() {
        HeatmapView view;
        view.setMatrix(ramp(50, 50));
        QSignalSpy moved(&view, &HeatmapView::viewportChanged);
        QSignalSpy cursor(&view, &HeatmapView::crosshairMoved);
        view.setViewport({5, 5, 20, 20});
        view.setCrosshair(7, 7);
        QCOMPARE(moved.count(), 0);
        QCOMPARE(cursor.count(), 0);
    }

    void linkedViewsEndUpInTheSamePlace() {
        HeatmapView a, b;
        for (HeatmapView* view : {&a, &b}) {
            view->resize(400, 300);
            view->setMatrix(ramp(60, 80));
        }
        connect(&a, &HeatmapView::viewportChanged, &b, &HeatmapView::setViewport);
        connect(&b, &HeatmapView::viewportChanged, &a, &HeatmapView::setViewport);
        QTest::keyClick(&a, Qt::Key_Plus);
        QTest::keyClick(&b, Qt::Key_Plus);
        QCOMPARE(a.viewport(), b.viewport());
        QVERIFY(a.viewport().n_rows < 60.0 / 1.5);
    }

    void keepsItsZoomForAMatrixOfTheSameShape() {
        HeatmapView view;
        view.setMatrix(ramp(50, 50));
        view.setViewport({5, 5, 20, 20});
        view.setMatrix(ramp(50, 50));
        QCOMPARE(view.viewport(), (MatrixRegion{5, 5, 20, 20}));
        view.setMatrix(ramp(30, 50));
        QCOMPARE(view.viewport(), (MatrixRegion{0, 0, 30, 50}));
    }

    void hasNothingToShowWithoutAMatrix() {
        HeatmapView view;
        view.resize(300, 200);
        QTest::keyClick(&view, Qt::Key_Plus);
        moveMouse(view, QPoint(100, 100));
        QVERIFY(!view.grab().isNull());
        view.setMatrix(std::make_shared<Matrix>(0, 0));
        QVERIFY(!view.grab().isNull());
        QVERIFY(view.readOut().isEmpty());
    }

    void takesItsColoursFromThePalette() {
        HeatmapView view;
        view.resize(300, 200);
        view.setAutoFillBackground(true);
        view.setPalette(paletteOf(Theme::Light));
        const int light = QColor(pixelAt(view, QPoint(2, 198))).lightness();
        view.setPalette(paletteOf(Theme::Dark));
        QVERIFY(light > 200);
        QVERIFY(QColor(pixelAt(view, QPoint(2, 198))).lightness() < 80);
    }
};

QTEST_MAIN(TestHeatmapView)
#include "tst_heatmap_view.moc"
