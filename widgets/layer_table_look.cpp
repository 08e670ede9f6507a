#include "widgets/layer_table_look.h"

#include <QApplication>
#include <QHeaderView>
#include <QStyle>
#include <QStyledItemDelegate>
#include <QTableView>

#include "widgets/layer_name.h"
#include "widgets/table_look.h"

namespace salient {

namespace {

constexpr int kName = 0;  // the first column

class NameDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QStyleOptionViewItem name = option;
        initStyleOption(&name, index);
        const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
        const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, &name, option.widget) + 1;  // as Qt's items keep it
        // A pixel to spare: the style measures in fractions, and would cut off the end of the module.
        name.text = elidedLayerName(name.text, name.fontMetrics, name.rect.width() - 2 * margin - 1);
        style->drawControl(QStyle::CE_ItemViewItem, &name, painter, option.widget);
    }
};

}  // namespace

void showAsLayers(QTableView& table, int padding, int characters) {
    showAsRows(table, padding);
    table.horizontalHeader()->setStretchLastSection(false);
    table.horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table.horizontalHeader()->setSectionResizeMode(kName, QHeaderView::Stretch);
    table.setItemDelegateForColumn(kName, new NameDelegate(&table));
    keepColumnsInSight(table, kName, characters);
}

}  // namespace salient
