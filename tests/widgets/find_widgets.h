#pragma once

#include <QAbstractButton>
#include <QString>
#include <QWidget>

namespace salient {

/// The widget of that kind with that accessible name, or null.
template <class Widget>
Widget* named(QWidget& where, const QString& accessible_name) {
    for (Widget* candidate : where.findChildren<Widget*>()) {
        if (candidate->accessibleName() == accessible_name) return candidate;
    }
    return nullptr;
}

/// The button that says so, or null.
inline QAbstractButton* button(QWidget& where, const QString& text) {
    for (QAbstractButton* candidate : where.findChildren<QAbstractButton*>()) {
        if (candidate->text() == text) return candidate;
    }
    return nullptr;
}

}  // namespace salient
