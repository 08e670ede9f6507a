#include "widgets/folding_splitter.h"

#include <QEvent>
#include <QLayoutItem>
#include <algorithm>
#include <cstdint>
#include <numeric>

namespace salient {

namespace {
int leastWidth(QWidget* part) { return QWidgetItem(part).minimumSize().width(); }  // 0 where it is hidden
}  // namespace

FoldingSplitter::FoldingSplitter(int characters, QWidget* parent) : QSplitter(Qt::Horizontal, parent), characters_(characters) {
    setChildrenCollapsible(false);
}

QSize FoldingSplitter::minimumSizeHint() const {
    int width = 0;
    for (int i = 0; i < count(); ++i) width = std::max(width, leastWidth(widget(i)));
    return {width, QSplitter::minimumSizeHint().height()};
}

void FoldingSplitter::fold() {
    int needed = handleWidth() * (count() - 1);
    for (int i = 0; i < count(); ++i) needed += leastWidth(widget(i));
    needed = std::max(needed, characters_ * fontMetrics().averageCharWidth());
    turn(width() >= needed ? Qt::Horizontal : Qt::Vertical);
}

void FoldingSplitter::turn(Qt::Orientation orientation) {
    if (orientation == this->orientation()) return;
    const QList<int> before = sizes();
    const int all = std::accumulate(before.begin(), before.end(), 0);
    setOrientation(orientation);
    if (orientation == Qt::Horizontal) {
        if (!beside_.isEmpty()) setSizes(beside_);
        return;
    }
    if (all <= 0) return;  // not laid out yet
    beside_ = before;
    const int room = height() - handleWidth() * (count() - 1);
    QList<int> above;
    for (int i = 0; i < count(); ++i) {
        const int share = static_cast<int>(std::int64_t{room} * before[i] / all);
        const bool stretches = widget(i)->sizePolicy().verticalStretch() > 0;
        above << (stretches ? share : std::min(share, widget(i)->sizeHint().height()));
    }
    setSizes(above);
}

bool FoldingSplitter::event(QEvent* event) {
    if (event->type() == QEvent::LayoutRequest) fold();
    return QSplitter::event(event);
}

void FoldingSplitter::resizeEvent(QResizeEvent* event) {
    fold();
    QSplitter::resizeEvent(event);
}

}  // namespace salient
