#pragma once

#include <QAbstractScrollArea>
#include <QPoint>

namespace salient {

/// How far an area is scrolled, across and down; or how far it will be, see scrollLater().
[[nodiscard]] QPoint scrolledTo(const QAbstractScrollArea& area);

/// Scrolls an area to a place as soon as it is seen and holds so much: what it shows may come later. A hand on one of its bars ends the
/// waiting for that direction.
void scrollLater(QAbstractScrollArea& area, QPoint place);

}  // namespace salient
