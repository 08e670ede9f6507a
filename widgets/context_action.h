#pragma once

#include <QAction>
#include <QKeySequence>
#include <QWidget>

namespace salient {

/// An entry of the widget's context menu. Its keys work while the widget itself has the focus.
template <class Widget, class Slot>
void addContextAction(Widget* widget, const QString& text, const QKeySequence& keys, Slot slot) {
    auto* action = new QAction(text, widget);
    action->setShortcut(keys);
    action->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(action, &QAction::triggered, widget, slot);
    widget->addAction(action);
    widget->setContextMenuPolicy(Qt::ActionsContextMenu);
}

}  // namespace salient
