#include "widgets/table_copy.h"

#include <QApplication>
#include <QClipboard>
#include <QCoreApplication>
#include <QHeaderView>
#include <QTableView>
#include <set>

#include "widgets/context_action.h"

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(tableCopy)
};

/// A cell may hold a stranger's text: line ends and tabs in it would make cells of it.
QString oneCell(const QVariant& value) { return value.toString().simplified(); }

QString quoted(const QVariant& value) {
    return QLatin1Char('"') + oneCell(value).replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

}  // namespace

void offerCopy(QTableView& table) {
    addContextAction(&table, Words::tr("Copy what is selected"), QKeySequence::Copy, [&table] {
        const QString text = selectedText(table);
        if (!text.isEmpty()) QApplication::clipboard()->setText(text);
    });
}

QString selectedText(const QTableView& table) {
    const QItemSelectionModel* selection = table.selectionModel();
    if (selection == nullptr || !selection->hasSelection()) return {};
    const QHeaderView& titles = *table.horizontalHeader();
    std::set<int> rows;     // as positions on screen
    std::set<int> columns;  // the same
    for (const QModelIndex& cell : selection->selectedIndexes()) {
        if (table.isColumnHidden(cell.column()) || table.isRowHidden(cell.row())) continue;
        rows.insert(table.verticalHeader()->visualIndex(cell.row()));
        columns.insert(titles.visualIndex(cell.column()));
    }
    const QAbstractItemModel& model = *table.model();
    const bool has_row_titles = !table.verticalHeader()->isHidden();
    QString text;
    QStringList line;
    if (has_row_titles) line << QString();
    for (const int column : columns) line << oneCell(model.headerData(titles.logicalIndex(column), Qt::Horizontal));
    text += line.join(QLatin1Char('\t')) + QLatin1Char('\n');
    for (const int place : rows) {
        const int row = table.verticalHeader()->logicalIndex(place);
        line.clear();
        if (has_row_titles) line << oneCell(model.headerData(row, Qt::Vertical));
        for (const int column : columns) {
            const QModelIndex cell = model.index(row, titles.logicalIndex(column), table.rootIndex());
            line << (selection->isSelected(cell) ? oneCell(cell.data()) : QString());
        }
        text += line.join(QLatin1Char('\t')) + QLatin1Char('\n');
    }
    return text;
}

QString shownCsv(const QAbstractItemModel& model) {
    QString text;
    QStringList line;
    for (int column = 0; column < model.columnCount(); ++column) line << quoted(model.headerData(column, Qt::Horizontal));
    text += line.join(QLatin1Char(',')) + QLatin1Char('\n');
    for (int row = 0; row < model.rowCount(); ++row) {
        line.clear();
        for (int column = 0; column < model.columnCount(); ++column) line << quoted(model.index(row, column).data());
        text += line.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return text;
}

}  // namespace salient
