#include "widgets/table_look.h"

#include <QEvent>
#include <QHeaderView>
#include <QScopedValueRollback>
#include <QTableView>
#include <QTimer>
#include <algorithm>
#include <functional>
#include <utility>

#include "widgets/table_copy.h"
#include "widgets/text_width.h"

namespace salient {

namespace {

constexpr double kTypeStep = 0.5;  // points

/// Gives a part of a table smaller type, down to that in which it was made, where the table would not fit in the type around it.
class TypeFitter : public QObject {
public:
    TypeFitter(QTableView& table, QWidget& typed, std::function<bool()> fits)
        : QObject(&table), table_(table), typed_(typed), fits_(std::move(fits)), least_(typed.font().pointSizeF()) {
        table_.installEventFilter(this);
        followParent();
        timer_.setSingleShot(true);
        timer_.setInterval(0);
        connect(&timer_, &QTimer::timeout, this, [this] { fit(); });
        const auto again = [this] { timer_.start(); };
        connect(table_.model(), &QAbstractItemModel::modelReset, this, again);
        connect(table_.model(), &QAbstractItemModel::dataChanged, this, again);
        connect(table_.horizontalHeader(), &QHeaderView::sectionCountChanged, this, again);
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (watched == &table_ && event->type() == QEvent::ParentChange) followParent();
        const bool matters = event->type() == QEvent::Resize || event->type() == QEvent::Show || event->type() == QEvent::FontChange;
        if (matters && !is_fitting_) timer_.start();
        return QObject::eventFilter(watched, event);
    }

private:
    /// A part with smaller type of its own does not hear when the type around it changes.
    void followParent() {
        if (table_.parentWidget() != nullptr) table_.parentWidget()->installEventFilter(this);
    }

    void setSize(double points) {
        QFont smaller = typed_.font();
        smaller.setPointSizeF(points);
        typed_.setFont(smaller);
    }

    void fit() {
        if (!table_.isVisible()) return;
        const QScopedValueRollback fitting(is_fitting_, true);
        typed_.setFont(QFont());  // that of what is around it
        double points = typed_.font().pointSizeF();
        while (points > least_ && !fits_()) {
            points = std::max(least_, points - kTypeStep);
            setSize(points);
        }
        if (!fits_()) typed_.setFont(QFont());  // small type would not help
        // Columns that go with their contents are measured again when their mode is set.
        QHeaderView& header = *table_.horizontalHeader();
        for (int column = 0; column < header.count(); ++column) header.setSectionResizeMode(column, header.sectionResizeMode(column));
    }

    QTableView& table_;
    QWidget& typed_;
    std::function<bool()> fits_;
    double least_;
    QTimer timer_;
    bool is_fitting_ = false;
};

/// Pixels that all columns need in the type of now; that one needs so many characters, the others what is in them.
int neededWidth(const QTableView& table, int stretching, int characters) {
    const QHeaderView& header = *table.horizontalHeader();
    const QAbstractItemView& cells = table;
    int sum = 0;
    for (int column = 0; column < header.count(); ++column) {
        if (header.isSectionHidden(column)) continue;
        const int contents = column == stretching ? characters * table.fontMetrics().averageCharWidth() : cells.sizeHintForColumn(column);
        sum += std::max(header.sectionSizeHint(column), contents);
    }
    return sum;
}

/// Pixels that the columns need if each is as wide as the widest title.
int neededByTitles(const QTableView& table) {
    const QHeaderView& header = *table.horizontalHeader();
    int widest = 0;
    for (int column = 0; column < header.count(); ++column) widest = std::max(widest, header.sectionSizeHint(column));
    return widest * (header.count() - header.hiddenSectionCount());
}

}  // namespace

void showAsRows(QTableView& table, int padding) {
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::ExtendedSelection);
    offerCopy(table);
    table.setShowGrid(false);
    table.setAlternatingRowColors(true);
    table.setWordWrap(false);
    table.verticalHeader()->hide();
    // Rows of one height: a view of 16384 channels must not ask each for its size.
    table.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    followFont(&table, [&table, padding] { table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + padding); });
    table.horizontalHeader()->setHighlightSections(false);
    table.horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table.horizontalHeader()->setStretchLastSection(true);
}

void keepColumnWidth(QTableView& table, int column, int characters) {
    followFont(&table, [&table, column, characters] {
        const int title = table.horizontalHeader()->sectionSizeHint(column);
        table.setColumnWidth(column, std::max(characters * table.fontMetrics().averageCharWidth(), title));
    });
}

void keepColumnsInSight(QTableView& table, int stretching, int characters) {
    new TypeFitter(table, table,
                   [&table, stretching, characters] { return neededWidth(table, stretching, characters) <= table.viewport()->width(); });
}

void keepTitlesInSight(QTableView& table) {
    new TypeFitter(table, *table.horizontalHeader(), [&table] { return neededByTitles(table) <= table.viewport()->width(); });
}

}  // namespace salient
