#include "widgets/roomy_style.h"

#include <QPainter>
#include <QStyleOption>

#include "widgets/theme.h"

namespace salient {

namespace {
constexpr QSize kButtonAir{18, 4};
constexpr QSize kToolButtonAir{8, 2};
constexpr QSize kHeaderAir{4, 2};
constexpr int kRowAir = 6;
constexpr int kCellMargin = 4;
constexpr double kCorner = 2.0;
// Opacity of the outline of a check box in a dark theme, of 255.
constexpr int kBoxLine = 150;
constexpr int kFaintLine = 60;
}  // namespace

RoomyStyle::RoomyStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

QSize RoomyStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size, const QWidget* widget) const {
    const QSize plain = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
        case CT_PushButton:
            return plain + kButtonAir;
        case CT_ToolButton: {
            const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
            return button != nullptr && !button->text.isEmpty() ? plain + kToolButtonAir : plain;
        }
        case CT_HeaderSection: {
            const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
            if (header == nullptr || header->orientation != Qt::Horizontal || header->sortIndicator == QStyleOptionHeader::None)
                return plain + kHeaderAir;
            // Qt keeps room as wide as the title is high, for an arrow that gets half of it and two margins.
            const int height = plain.height() + kHeaderAir.height();
            return {plain.width() - plain.height() + pixelMetric(PM_HeaderMargin, option, widget) + (height + 1) / 2, height};
        }
        case CT_ItemViewItem:
            return plain + QSize(0, kRowAir);
        default:
            return plain;
    }
}

int RoomyStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    // The margin that item views keep at both ends of a cell's text, and headers likewise.
    if (metric == PM_FocusFrameHMargin || metric == PM_HeaderMargin) return kCellMargin;
    return QProxyStyle::pixelMetric(metric, option, widget);
}

void RoomyStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const {
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    // Fusion outlines with a darker shade of the window, which on a dark one cannot be seen: an empty box would look like nothing.
    if (element != PE_IndicatorCheckBox || !isDark(option->palette)) return;
    QColor line = option->palette.color(QPalette::Text);
    line.setAlpha((option->state & State_Enabled) != 0 ? kBoxLine : kFaintLine);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(line);
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5), kCorner, kCorner);
    painter->restore();
}

}  // namespace salient
