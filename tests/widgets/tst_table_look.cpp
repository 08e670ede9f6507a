#include <QHeaderView>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/table_look.h"

using namespace salient;

namespace {

constexpr double kLarge = 1.6;  // a projector's type
constexpr int kNameCharacters = 12;
constexpr int kColumns = 6;

/// A table of numbers beside names, in a window that alone decides how wide it is.
struct Place : QWidget {
    QStandardItemModel model{3, kColumns};
    QTableView* table = new QTableView;

    Place() {
        for (int column = 0; column < kColumns; ++column) {
            model.setHorizontalHeaderItem(column, new QStandardItem(QStringLiteral("Measure %1").arg(column)));
            for (int row = 0; row < model.rowCount(); ++row) model.setItem(row, column, new QStandardItem(QStringLiteral("12.34 %")));
        }
        table->setModel(&model);
        showAsRows(*table, 8);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(table);
    }
    void fitColumns() const {
        table->horizontalHeader()->setStretchLastSection(false);
        table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
        table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
        keepColumnsInSight(*table, 0, kNameCharacters);
    }
    /// Pixels that the titles need in the type of now; they are wider than the numbers.
    [[nodiscard]] int needed() const {
        const QHeaderView& header = *table->horizontalHeader();
        int sum = std::max(header.sectionSizeHint(0), kNameCharacters * table->fontMetrics().averageCharWidth());
        for (int column = 1; column < kColumns; ++column) sum += header.sectionSizeHint(column);
        return sum;
    }
    bool open(int width) {
        resize(width, 300);
        show();
        return QTest::qWaitForWindowExposed(this);
    }
    void setTypeSize(double points) {
        QFont font = this->font();
        font.setPointSizeF(points);
        setFont(font);
    }
};

}  // namespace

class TestTableLook : public QObject {
    Q_OBJECT

private slots:
    void rowsGrowWithTheType() {
        Place place;
        QCOMPARE(place.table->verticalHeader()->defaultSectionSize(), place.table->fontMetrics().height() + 8);
        const int before = place.table->fontMetrics().height();
        place.setTypeSize(2.0 * place.font().pointSizeF());
        QVERIFY(place.table->fontMetrics().height() > before);
        QCOMPARE(place.table->verticalHeader()->defaultSectionSize(), place.table->fontMetrics().height() + 8);
    }

    void aColumnIsNeverNarrowerThanItsTitle() {
        Place place;
        keepColumnWidth(*place.table, 0, 1);
        keepColumnWidth(*place.table, 1, 40);
        const auto fits = [&place] {
            return place.table->columnWidth(0) >= place.table->horizontalHeader()->sectionSizeHint(0) &&
                   place.table->columnWidth(1) >= 40 * place.table->fontMetrics().averageCharWidth();
        };
        QVERIFY(fits());
        place.setTypeSize(kLarge * place.font().pointSizeF());
        QVERIFY(fits());
    }

    void largeTypeGivesWayToColumnsAndNoFurther() {
        Place place;
        place.fitColumns();
        const double ordinary = place.font().pointSizeF();
        const int narrow = place.needed() * 5 / 4;
        QVERIFY(place.open(narrow));
        QCOMPARE(place.table->font().pointSizeF(), ordinary);
        place.setTypeSize(kLarge * ordinary);
        const QHeaderView& header = *place.table->horizontalHeader();
        QTRY_VERIFY(place.table->font().pointSizeF() < kLarge * ordinary && place.needed() <= place.table->viewport()->width());
        QVERIFY(place.table->font().pointSizeF() > ordinary);  // as large as there is room for
        for (int column = 0; column < kColumns; ++column) QTRY_VERIFY(header.sectionSize(column) >= header.sectionSizeHint(column));
        QTRY_VERIFY(header.length() <= place.table->viewport()->width());

        place.resize(3 * narrow, 300);
        QTRY_COMPARE(place.table->font().pointSizeF(), kLarge * ordinary);
        place.resize(narrow, 300);
        QTRY_VERIFY(place.table->font().pointSizeF() < kLarge * ordinary);
        place.setTypeSize(ordinary);
        QTRY_COMPARE(place.table->font().pointSizeF(), ordinary);
    }

    void titlesOfEqualColumnsGiveWayAlone() {
        Place place;
        QHeaderView& header = *place.table->horizontalHeader();
        header.setSectionResizeMode(QHeaderView::Stretch);
        keepTitlesInSight(*place.table);
        const double ordinary = place.font().pointSizeF();
        int widest = 0;
        for (int column = 0; column < kColumns; ++column) widest = std::max(widest, header.sectionSizeHint(column));
        QVERIFY(place.open(kColumns * widest * 5 / 4));
        place.setTypeSize(kLarge * ordinary);
        const auto are_whole = [&header] {
            for (int column = 0; column < kColumns; ++column) {
                if (header.sectionSize(column) < header.sectionSizeHint(column)) return false;
            }
            return true;
        };
        QTRY_VERIFY(header.font().pointSizeF() < kLarge * ordinary && are_whole());
        QVERIFY(header.font().pointSizeF() > ordinary);
        QCOMPARE(place.table->font().pointSizeF(), kLarge * ordinary);
        place.setTypeSize(ordinary);
        QTRY_COMPARE(header.font().pointSizeF(), ordinary);
    }

    void whereSmallTypeWouldNotHelpItStaysLarge() {
        Place place;
        place.fitColumns();
        const double ordinary = place.font().pointSizeF();
        QVERIFY(place.open(place.needed() / 2));
        place.setTypeSize(kLarge * ordinary);
        QTest::qWait(50);
        QCOMPARE(place.table->font().pointSizeF(), kLarge * ordinary);
    }
};

QTEST_MAIN(TestTableLook)
#include "tst_table_look.moc"
