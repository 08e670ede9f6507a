#include "app/gui/page_scroller.h"

#include <QEvent>
#include <QStyle>
#include <utility>

namespace salient {

PageScroller::PageScroller(QWidget* page, QWidget* parent) : QScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setWidget(page);
    page->installEventFilter(this);
}

int PageScroller::leastWidth() const {
    return widget()->minimumSizeHint().width() + style()->pixelMetric(QStyle::PM_ScrollBarExtent, nullptr, this);
}

void PageScroller::fitPage() {
    const QSize least = widget()->minimumSizeHint();
    QSize room = maximumViewportSize();
    const int bar = style()->pixelMetric(QStyle::PM_ScrollBarExtent, nullptr, this);
    const bool is_wide = least.width() > room.width();
    if (is_wide) room.rheight() -= bar;
    if (least.height() > room.height()) room.rwidth() -= bar;
    widget()->resize(room.expandedTo(least));
}

void PageScroller::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    fitPage();
}

bool PageScroller::eventFilter(QObject* watched, QEvent* event) {
    const bool is_answered = QScrollArea::eventFilter(watched, event);
    if (watched != widget() || event->type() != QEvent::LayoutRequest) return is_answered;
    fitPage();
    if (const int now = leastWidth(); now != std::exchange(least_width_, now)) emit leastWidthChanged();
    return is_answered;
}

}  // namespace salient
