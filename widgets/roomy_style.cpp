#include "widgets/roomy_style.h"

#include <QStyleOption>

namespace salient {

namespace {
constexpr QSize kButtonAir{18, 4};
constexpr QSize kToolButtonAir{8, 2};
constexpr QSize kHeaderAir{4, 2};
constexpr int kRowAir = 6;
constexpr int kCellMargin = 4;
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
        case CT_HeaderSection:
            return plain + kHeaderAir;
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

}  // namespace salient
