#include <QPushButton>
#include <QTest>
#include <QVBoxLayout>

#include "widgets/flow_row.h"

using namespace salient;

namespace {

/// Would like to be 100 × 20, and can be half as wide.
struct Box : QWidget {
    [[nodiscard]] QSize sizeHint() const override { return {100, 20}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {50, 20}; }
};

/// A row at the top of a window, which alone decides how wide it is.
struct Place : QWidget {
    FlowRow* row = new FlowRow;

    Place() {
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(row);
        layout->addStretch();
    }
    bool open(int width) {
        resize(width, 400);
        show();
        return QTest::qWaitForWindowExposed(this);
    }
};

}  // namespace

class TestFlowRow : public QObject {
    Q_OBJECT

private slots:
    void whatDoesNotFitGoesOnBelow() {
        Place place;
        std::vector<Box*> boxes;
        for (int i = 0; i < 4; ++i) {
            boxes.push_back(new Box);
            place.row->add({boxes.back()});
        }
        QVERIFY(place.open(1000));
        QCOMPARE(place.row->lineCount(), 1);
        QCOMPARE(place.row->height(), 20);
        for (int i = 1; i < 4; ++i) {
            QCOMPARE(boxes[static_cast<std::size_t>(i)]->y(), boxes[0]->y());
            QVERIFY(boxes[static_cast<std::size_t>(i)]->x() >= 100 * i);
        }
        place.resize(250, 400);  // two and the gap between them
        QTRY_COMPARE(place.row->lineCount(), 2);
        QCOMPARE(boxes[1]->y(), boxes[0]->y());
        QCOMPARE(boxes[2]->x(), boxes[0]->x());
        QVERIFY(boxes[2]->y() >= 20);
        QTRY_COMPARE(place.row->height(), boxes[3]->geometry().bottom() + 1);
        for (const Box* box : boxes) QVERIFY(place.row->rect().contains(box->geometry()));
        place.resize(110, 400);
        QTRY_COMPARE(place.row->lineCount(), 4);
        place.resize(1000, 400);
        QTRY_COMPARE(place.row->height(), 20);
    }

    void whatBelongsTogetherStaysTogether() {
        Place place;
        std::vector<Box*> boxes;
        for (int i = 0; i < 4; ++i) boxes.push_back(new Box);
        place.row->add({boxes[0], boxes[1]});
        place.row->add({boxes[2], boxes[3]});
        QVERIFY(place.open(330));  // three would fit
        QTRY_COMPARE(place.row->lineCount(), 2);
        QCOMPARE(boxes[1]->y(), boxes[0]->y());
        QCOMPARE(boxes[3]->y(), boxes[2]->y());
        QVERIFY(boxes[2]->y() > boxes[0]->y());
    }

    void whatIsTooWideForAllTheRoomIsSqueezed() {
        Place place;
        auto* caption = new Box;
        auto* field = new Box;
        place.row->add({caption, field}, field);
        QVERIFY(place.open(180));
        QCOMPARE(place.row->lineCount(), 1);
        QCOMPARE(caption->width(), 100);  // what stretches gives first
        QCOMPARE(field->geometry().right() + 1, 180);
        const int least = place.row->minimumSizeHint().width();
        QVERIFY2(least >= 100 && least < 120, qPrintable(QString::number(least)));  // both at half their width, and a gap
    }

    void whatStretchesTakesTheRestOfItsLine() {
        Place place;
        auto* first = new Box;
        auto* second = new Box;
        auto* last = new Box;
        place.row->add({first});
        place.row->add({second}, second);
        place.row->add({last});
        QVERIFY(place.open(500));
        QCOMPARE(first->width(), 100);
        QVERIFY(second->width() > 250);
        QCOMPARE(last->geometry().right() + 1, 500);
    }

    void whatIsHiddenTakesNoRoom() {
        Place place;
        auto* first = new Box;
        auto* second = new Box;
        auto* third = new Box;
        for (Box* box : {first, second, third}) place.row->add({box});
        QVERIFY(place.open(250));
        QCOMPARE(place.row->lineCount(), 2);
        second->hide();
        QTRY_COMPARE(place.row->lineCount(), 1);
        QCOMPARE(third->y(), first->y());
        second->show();
        QTRY_COMPARE(place.row->lineCount(), 2);
    }

    void whatWasShownWhileNobodyLookedIsThere() {
        Place place;
        auto* first = new Box;
        auto* second = new Box;
        place.row->add({first});
        place.row->add({second});
        second->hide();
        QVERIFY(place.open(110));
        QCOMPARE(place.row->lineCount(), 1);
        place.hide();
        second->show();
        QVERIFY(place.open(110));
        QTRY_COMPARE(place.row->lineCount(), 2);
    }

    void largerTypeBreaksTheLineAndCutsNothing() {
        Place place;
        std::vector<QPushButton*> buttons;
        for (const char* text : {"Quantize all", "Quantize this one", "Copy as command"}) {
            buttons.push_back(new QPushButton(QString::fromLatin1(text)));
            place.row->add({buttons.back()});
        }
        QVERIFY(place.open(place.row->sizeHint().width()));
        QCOMPARE(place.row->lineCount(), 1);
        QFont large = place.font();
        large.setPointSizeF(2.0 * large.pointSizeF());
        place.setFont(large);
        QTRY_VERIFY(place.row->lineCount() > 1);
        for (const QPushButton* one : buttons) QTRY_VERIFY(one->width() >= one->sizeHint().width());
    }
};

QTEST_MAIN(TestFlowRow)
#include "tst_flow_row.moc"
