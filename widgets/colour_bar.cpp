#include "widgets/colour_bar.h"

#include <QEvent>
#include <QPainter>
#include <cmath>
#include <limits>

#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kBarWidth = 14;
constexpr int kGap = 6;

}  // namespace

ColourBar::ColourBar(QWidget* parent) : QWidget(parent), mark_(std::numeric_limits<float>::quiet_NaN()) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    describe();
}

void ColourBar::setScale(const ColourScale& scale) {
    if (scale == scale_) return;
    scale_ = scale;
    describe();
    updateGeometry();
    update();
}

void ColourBar::setUnit(const QString& unit) {
    if (unit == unit_) return;
    unit_ = unit;
    describe();
    updateGeometry();
    update();
}

void ColourBar::setMark(float value) {
    if (value == mark_ || (std::isnan(value) && std::isnan(mark_))) return;
    mark_ = value;
    update();
}

void ColourBar::describe() {
    const QString high = unit_.isEmpty() ? numberText(scale_.high) : QStringLiteral("%1 %2").arg(numberText(scale_.high), unit_);
    setAccessibleName(tr("Colour legend"));
    setAccessibleDescription(tr("from %1 to %2").arg(numberText(scale_.low), high));
    setToolTip(tr("Colours from %1 to %2. Values beyond an end have the colour of that end; magenta is not a number.")
                   .arg(numberText(scale_.low), high));
}

QSize ColourBar::sizeHint() const {
    const QFontMetrics metrics = fontMetrics();
    const int numbers = std::max(metrics.horizontalAdvance(QStringLiteral("−0.0005")), metrics.horizontalAdvance(unit_) - kBarWidth - kGap);
    return {kBarWidth + kGap + numbers + 2, 12 * metrics.height()};
}

QSize ColourBar::minimumSizeHint() const { return {sizeHint().width(), 4 * fontMetrics().height()}; }

QRect ColourBar::barRect() const {
    const int line = fontMetrics().height();
    const int top = unit_.isEmpty() ? line / 2 : line + line / 2 + 2;
    return {0, top, kBarWidth, std::max(1, height() - top - line / 2)};
}

void ColourBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect bar = barRect();
    QImage strip(1, 256, QImage::Format_RGB32);
    for (int i = 0; i < 256; ++i) {
        const double t = 1.0 - i / 255.0;
        strip.setPixel(0, i, colourOf(static_cast<float>(scale_.low + t * (static_cast<double>(scale_.high) - scale_.low)), scale_));
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(bar, strip);
    painter.setPen(gridColour(palette()));
    painter.drawRect(bar.adjusted(0, 0, -1, -1));

    const QFontMetrics metrics = fontMetrics();
    painter.setPen(palette().color(QPalette::WindowText));
    if (!unit_.isEmpty()) {
        painter.drawText(QRect(0, 0, width(), metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(unit_, Qt::ElideRight, width()));
    }
    const int most = std::max(2, bar.height() / (2 * metrics.height()));
    const double span = static_cast<double>(scale_.high) - scale_.low;
    for (const double tick : roundTicks(scale_.low, scale_.high, std::min(most, 8))) {
        const int y = bar.bottom() - static_cast<int>(std::lround((tick - scale_.low) / span * (bar.height() - 1)));
        painter.setPen(mutedText(palette()));
        painter.drawLine(bar.right() + 1, y, bar.right() + 3, y);
        painter.drawText(QRect(bar.right() + kGap, y - metrics.height() / 2, width() - kBarWidth - kGap, metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, numberText(tick, 3));
    }
    if (!std::isnan(mark_)) {
        const double t = std::clamp((static_cast<double>(mark_) - scale_.low) / span, 0.0, 1.0);
        const int y = bar.bottom() - static_cast<int>(std::lround(t * (bar.height() - 1)));
        painter.setPen(QPen(selectionColour(palette()), 2));
        painter.drawLine(bar.left(), y, bar.right(), y);
    }
}

void ColourBar::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        updateGeometry();
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace salient
