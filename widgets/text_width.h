#pragma once

#include <functional>

class QString;
class QWidget;

namespace salient {

// Widths that go with the text: measured in the widget's font, also when that grows (projector mode).

/// Calls `fit` now, and again whenever the widget's font has changed.
void followFont(QWidget* widget, std::function<void()> fit);
/// As wide as so many average characters, no more and no less.
void keepWidth(QWidget* widget, int characters);
/// At least as wide as so many average characters.
void keepLeastWidth(QWidget* widget, int characters);
/// At least as wide as that text, whatever it shows.
void keepRoomFor(QWidget* widget, const QString& text);

}  // namespace salient
