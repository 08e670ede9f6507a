#include "widgets/wrapped_label.h"

#include <QResizeEvent>
#include <algorithm>

namespace salient {

QSize WrappedLabel::minimumSizeHint() const {
    QSize least = QLabel::minimumSizeHint();
    if (wordWrap() && isVisible()) least.setHeight(std::max(least.height(), heightForWidth(width())));  // else the width is not known yet
    return least;
}

void WrappedLabel::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    if (wordWrap() && event->oldSize().width() != width()) updateGeometry();
}

void WrappedLabel::showEvent(QShowEvent* event) {
    QLabel::showEvent(event);
    if (wordWrap()) updateGeometry();
}

}  // namespace salient
