#include <QTest>
#include <QVBoxLayout>

#include "widgets/folding_splitter.h"

using namespace salient;

namespace {

struct Place : QWidget {
    FoldingSplitter* splitter;

    explicit Place(int characters) : splitter(new FoldingSplitter(characters)) {
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(splitter);
        for (int i = 0; i < 2; ++i) {
            auto* part = new QWidget;
            part->setMinimumSize(100, 60);
            splitter->addWidget(part);
        }
    }
    bool open(int width) {
        resize(width, 400);
        show();
        return QTest::qWaitForWindowExposed(this);
    }
};

}  // namespace

class TestFoldingSplitter : public QObject {
    Q_OBJECT

private slots:
    void partsStandAboveEachOtherWhereTheyDoNotFitBesideEachOther() {
        Place place(0);
        QVERIFY(place.open(600));
        QCOMPARE(place.splitter->orientation(), Qt::Horizontal);
        QVERIFY(place.splitter->widget(1)->x() > 100);
        place.resize(150, 400);
        QTRY_COMPARE(place.splitter->orientation(), Qt::Vertical);
        QCOMPARE(place.splitter->widget(1)->x(), 0);
        QVERIFY(place.splitter->widget(1)->y() >= 60);
        QCOMPARE(place.splitter->widget(0)->width(), 150);
        place.resize(600, 400);
        QTRY_COMPARE(place.splitter->orientation(), Qt::Horizontal);
    }

    void isAsNarrowAsItsWidestPart() {
        Place place(0);
        QVERIFY(place.open(600));
        QCOMPARE(place.splitter->minimumSizeHint().width(), 100);
        QCOMPARE(place.splitter->minimumSizeHint().height(), 60);
        place.resize(150, 400);
        QTRY_COMPARE(place.splitter->orientation(), Qt::Vertical);
        QVERIFY(place.splitter->minimumSizeHint().height() >= 120);  // the page must know
    }

    void partsKeepTheirSharesWhenTheyAreMoved() {
        Place place(0);
        auto* list = place.splitter->widget(1);
        auto* lines = new QVBoxLayout(list);
        lines->addSpacerItem(new QSpacerItem(100, 90));  // how high it would like to be
        place.splitter->setStretchFactor(0, 1);
        place.splitter->setStretchFactor(1, 0);
        QVERIFY(place.open(600));
        place.splitter->setSizes({200, 400});
        const QList<int> beside = place.splitter->sizes();
        place.resize(150, 400);
        QTRY_COMPARE(place.splitter->orientation(), Qt::Vertical);
        // Its two thirds of the height would be 260.
        QTRY_COMPARE(place.splitter->sizes().at(1), list->sizeHint().height());
        QVERIFY(place.splitter->sizes().at(0) > 250);
        place.resize(600, 400);
        QTRY_COMPARE(place.splitter->orientation(), Qt::Horizontal);
        QCOMPARE(place.splitter->sizes(), beside);
    }

    void theRoomItNeedsGrowsWithTheType() {
        constexpr int kCharacters = 50;
        Place place(kCharacters);
        const int needed = kCharacters * place.splitter->fontMetrics().averageCharWidth();
        QVERIFY(place.open(needed));
        QCOMPARE(place.splitter->orientation(), Qt::Horizontal);
        place.resize(needed - 1, 400);
        QTRY_COMPARE(place.splitter->orientation(), Qt::Vertical);
        place.resize(needed, 400);
        QTRY_COMPARE(place.splitter->orientation(), Qt::Horizontal);
        QFont large = place.font();
        large.setPointSizeF(2.0 * large.pointSizeF());
        place.setFont(large);
        place.resize(needed + 1, 400);
        QTRY_COMPARE(place.splitter->orientation(), Qt::Vertical);
    }
};

QTEST_MAIN(TestFoldingSplitter)
#include "tst_folding_splitter.moc"
