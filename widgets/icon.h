#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

namespace salient {

/// The icon of that name in resources/icons, drawn in the application's text colours of the moment it is painted (greyed where
/// disabled), sharp at any scale. An unknown name gives a null icon.
[[nodiscard]] QIcon icon(const QString& name);
/// "error", "warning" or "check" in red, amber or green.
[[nodiscard]] QIcon statusIcon(const QString& name);
/// The same as icon(name) in the colours of one palette.
[[nodiscard]] QIcon icon(const QString& name, const QPalette& palette);

}  // namespace salient
