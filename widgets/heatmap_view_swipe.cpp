// Two matrices in one picture, left and right of a divider.
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/heatmap_view.h"
#include "widgets/theme.h"

namespace salient {

namespace {
constexpr int kGrip = 6;  // pixels on either side of the divider at which it can be taken
constexpr int kHandle = 14;
}  // namespace

void HeatmapView::setOther(std::shared_ptr<const MagnitudePyramid> other, const QString& title) {
    other_title_ = title;
    const bool fits =
        other && !isEmpty() && other->values().rows() == pyramid_->values().rows() && other->values().cols() == pyramid_->values().cols();
    other_ = fits ? std::move(other) : nullptr;
    picture_is_stale_ = true;
    update();
}

void HeatmapView::setSwipe(double position) {
    const double next = std::clamp(position, 0.0, 1.0);
    if (next == swipe_) return;
    swipe_ = next;
    update();
}

void HeatmapView::moveDivider(double position) {
    const double before = swipe_;
    setSwipe(position);
    if (swipe_ != before) emit swipeMoved(swipe_);
}

int HeatmapView::dividerX() const {
    const QRect plot = plotRect();
    return plot.left() + static_cast<int>(std::lround(swipe_ * plot.width()));
}

bool HeatmapView::isOnDivider(QPointF position) const {
    return other_ && plotRect().contains(position.toPoint()) && std::abs(position.x() - dividerX()) <= kGrip;
}

const MagnitudePyramid& HeatmapView::shownAt(Cell cell) const {
    const QRectF place = cellRect(cell.row, cell.column);
    return other_ && place.center().x() >= dividerX() ? *other_ : *pyramid_;
}

void HeatmapView::paintOther(QPainter& painter) {
    const QRect plot = plotRect();
    const int x = dividerX();
    painter.save();
    painter.setClipRect(QRect(x, plot.top(), plot.right() + 1 - x, plot.height()));
    painter.drawImage(plot.topLeft(), other_picture_);
    painter.restore();
    if (swipe_ <= 0.0 || swipe_ >= 1.0) return;
    painter.setPen(QPen(palette().color(QPalette::Base), 4));
    painter.drawLine(x, plot.top(), x, plot.bottom());
    painter.setPen(QPen(selectionColour(palette()), 2));
    painter.drawLine(x, plot.top(), x, plot.bottom());
    painter.setBrush(selectionColour(palette()));
    painter.drawEllipse(QPoint(x, plot.center().y()), kHandle / 2, kHandle / 2);
    painter.setBrush(Qt::NoBrush);
}

}  // namespace salient
