#include "widgets/folding_splitter.h"

#include <QEvent>
#include <QLayoutItem>
#include <algorithm>

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
    setOrientation(width() >= needed ? Qt::Horizontal : Qt::Vertical);
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
