#pragma once

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMap>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTabWidget>
#include <QTextBrowser>

#include "widgets/chart.h"
#include "widgets/heatmap_view.h"

namespace salient {

/// Everything that a window says, on whatever page: text, and where it was found. What the user typed or opened is not among it (fields,
/// cells of tables), nor what is only painted.
inline QMap<QString, QString> visibleTexts(QWidget& window) {
    QMap<QString, QString> texts;
    const auto add = [&texts](const QString& text, const QObject* where, const char* what) {
        if (!text.trimmed().isEmpty())
            texts.insert(text, QStringLiteral("%1 of %2").arg(QLatin1String(what), QLatin1String(where->metaObject()->className())));
    };
    for (const QAction* action : window.findChildren<QAction*>()) {
        add(action->text(), action, "text");
        add(action->toolTip(), action, "tooltip");
    }
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        add(widget->toolTip(), widget, "tooltip");
        add(widget->accessibleName(), widget, "accessible name");
        add(widget->accessibleDescription(), widget, "accessible description");
        add(widget->statusTip(), widget, "status tip");
        add(widget->whatsThis(), widget, "what's this");
        if (auto* label = qobject_cast<QLabel*>(widget)) add(label->text(), label, "text");
        if (auto* button = qobject_cast<QAbstractButton*>(widget)) add(button->text(), button, "text");
        if (auto* group = qobject_cast<QGroupBox*>(widget)) add(group->title(), group, "title");
        if (auto* menu = qobject_cast<QMenu*>(widget)) add(menu->title(), menu, "title");
        if (auto* dock = qobject_cast<QDockWidget*>(widget)) add(dock->windowTitle(), dock, "title");
        if (auto* line = qobject_cast<QLineEdit*>(widget)) add(line->placeholderText(), line, "placeholder");
        if (auto* text = qobject_cast<QPlainTextEdit*>(widget)) add(text->placeholderText(), text, "placeholder");
        if (auto* text = qobject_cast<QTextBrowser*>(widget)) add(text->toPlainText(), text, "text");
        if (auto* box = qobject_cast<QAbstractSpinBox*>(widget)) add(box->specialValueText(), box, "special value");
        if (auto* box = qobject_cast<QSpinBox*>(widget)) add(box->suffix(), box, "suffix");
        if (auto* box = qobject_cast<QDoubleSpinBox*>(widget)) add(box->suffix(), box, "suffix");
        if (auto* chart = qobject_cast<Chart*>(widget)) add(chart->title(), chart, "title");
        if (auto* heatmap = qobject_cast<HeatmapView*>(widget)) add(heatmap->title(), heatmap, "title");
        if (auto* box = qobject_cast<QComboBox*>(widget)) {
            for (int i = 0; i < box->count(); ++i) add(box->itemText(i), box, "item");
        }
        if (auto* tabs = qobject_cast<QTabWidget*>(widget)) {
            for (int i = 0; i < tabs->count(); ++i) add(tabs->tabText(i), tabs, "tab");
        }
        if (auto* header = qobject_cast<QHeaderView*>(widget); header != nullptr && header->model() != nullptr) {
            for (int i = 0; i < header->count(); ++i) {
                add(header->model()->headerData(i, header->orientation(), Qt::DisplayRole).toString(), header, "header");
                add(header->model()->headerData(i, header->orientation(), Qt::ToolTipRole).toString(), header, "tooltip");
            }
        }
    }
    return texts;
}

}  // namespace salient
