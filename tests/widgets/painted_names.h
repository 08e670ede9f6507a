#pragma once

#include <QFontMetrics>
#include <QProxyStyle>
#include <QStringList>
#include <QStyleOption>
#include <QTableView>

namespace salient {

/// What a table paints into the cells of its first column, as whoever looks at it reads it.
class PaintedNames : public QProxyStyle {
public:
    explicit PaintedNames(QTableView& table) : table_(table), before_(table.style()) { table.setStyle(this); }
    ~PaintedNames() override { table_.setStyle(before_); }

    /// Paints the table anew. What does not fit into its cell is marked as cut off: "(cut off)".
    QStringList read() {
        names_.clear();
        static_cast<void>(table_.grab());
        return names_;
    }

    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override {
        const auto* cell = qstyleoption_cast<const QStyleOptionViewItem*>(option);
        if (element == CE_ItemViewItem && cell != nullptr && cell->index.column() == 0) {
            const bool fits = QFontMetrics(cell->font).horizontalAdvance(cell->text) <= cell->rect.width();
            names_ << (fits ? cell->text : cell->text + QStringLiteral(" (cut off)"));
        }
        QProxyStyle::drawControl(element, option, painter, widget);
    }

private:
    QTableView& table_;
    QStyle* before_;
    mutable QStringList names_;
};

}  // namespace salient
