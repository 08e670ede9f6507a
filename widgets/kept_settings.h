#pragma once

#include <QWidget>
#include <functional>

#include "core/io/json_file.h"

namespace salient {

/// Names a control whose value a session keeps: a combo box (its text), a check box, spin box, slider or line, the page of a tab widget,
/// the sizes in a splitter, how a table's header sorts, how far a table, list or page is scrolled, the part of a matrix that a heatmap
/// shows. The name ("channels.order") is unique in the window.
void keepSetting(QWidget* control, const char* name);

/// The values of all such controls below `root`, by their names.
[[nodiscard]] Json keptSettings(const QWidget& root);
/// Of those the ones that say how the room is used: sizes in splitters, pages of tab widgets.
[[nodiscard]] Json keptArrangement(const QWidget& root);
/// Gives them back, as if the user had. What is not there yet, lines to scroll to or a matrix to look into, is waited for. From a
/// stranger's file: what names no control, or is no value of it, is left alone.
void restoreSettings(QWidget& root, const Json& settings);
/// Calls `changed` whenever one of them, there by now, changes.
void watchSettings(QWidget& root, const std::function<void()>& changed);

}  // namespace salient
