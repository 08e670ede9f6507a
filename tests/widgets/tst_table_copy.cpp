#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>
#include <memory>
#include <vector>

#include "widgets/table_copy.h"
#include "widgets/table_look.h"

using namespace salient;

class TestTableCopy : public QObject {
    Q_OBJECT

private slots:
    void init() {
        model_.clear();
        model_.setHorizontalHeaderLabels({"method", "error", "size"});
        for (const QStringList& row :
             {QStringList{"RTN", "2.0 %", "3 MB"}, QStringList{"GPTQ", "1.0 %", "3 MB"}, QStringList{"two\tcells", "0 %", "say \"4\""}}) {
            QList<QStandardItem*> items;
            for (const QString& text : row) items << new QStandardItem(text);
            model_.appendRow(items);
        }
        table_ = std::make_unique<QTableView>();
        table_->setModel(&model_);
        showAsRows(*table_, 6);
    }

    void rowsAreCopiedUnderTheirTitles() {
        QCOMPARE(selectedText(*table_), QString());
        choose({0, 2});
        QCOMPARE(selectedText(*table_), QString("method\terror\tsize\nRTN\t2.0 %\t3 MB\ntwo cells\t0 %\tsay \"4\"\n"));
    }

    void columnsStandAsTheyAreShown() {
        table_->horizontalHeader()->moveSection(2, 0);
        table_->setColumnHidden(1, true);
        choose({1});
        QCOMPARE(selectedText(*table_), QString("size\tmethod\n3 MB\tGPTQ\n"));
    }

    void cellsKeepTheirPlaces() {
        table_->setSelectionBehavior(QAbstractItemView::SelectItems);
        table_->verticalHeader()->show();
        QItemSelectionModel& selection = *table_->selectionModel();
        selection.select(model_.index(0, 0), QItemSelectionModel::Select);
        selection.select(model_.index(1, 1), QItemSelectionModel::Select);
        QCOMPARE(selectedText(*table_), QString("\tmethod\terror\n1\tRTN\t\n2\t\t1.0 %\n"));
    }

    void keysCopyWhatIsSelected() {
        table_->show();
        table_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(table_.get()));
        table_->setFocus();
        QApplication::clipboard()->setText("before");
        QTest::keyClick(table_.get(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), QString("before"));
        table_->selectRow(0);
        QTest::keyClick(table_.get(), Qt::Key_Down, Qt::ShiftModifier);  // one more
        QTest::keyClick(table_.get(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), QString("method\terror\tsize\nRTN\t2.0 %\t3 MB\nGPTQ\t1.0 %\t3 MB\n"));
    }

    void allRowsAsCommaSeparatedLines() {
        QCOMPARE(shownCsv(model_), QString("\"method\",\"error\",\"size\"\n\"RTN\",\"2.0 %\",\"3 MB\"\n\"GPTQ\",\"1.0 %\",\"3 MB\"\n"
                                           "\"two cells\",\"0 %\",\"say \"\"4\"\"\"\n"));
    }

private:
    void choose(const std::vector<int>& rows) {
        for (const int row : rows)
            table_->selectionModel()->select(model_.index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }

    QStandardItemModel model_;
    std::unique_ptr<QTableView> table_;
};

QTEST_MAIN(TestTableCopy)
#include "tst_table_copy.moc"
