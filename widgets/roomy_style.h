#pragma once

#include <QProxyStyle>

namespace salient {

/// Fusion with air: buttons, table cells and list rows whose text does not touch their edges; and check boxes that can be seen on dark
/// ground.
class RoomyStyle : public QProxyStyle {
    Q_OBJECT
public:
    RoomyStyle();
    [[nodiscard]] QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                         const QWidget* widget) const override;
    [[nodiscard]] int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
};

}  // namespace salient
