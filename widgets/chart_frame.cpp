#include "widgets/chart_frame.h"

#include <algorithm>

namespace salient {

namespace {

constexpr int kEdge = 8;
constexpr int kEntryGap = 14;
constexpr int kTitleGap = 4;  // around the titles of the axes
constexpr int kLeastLabels = 4;
const QString kUpwards = QStringLiteral("↑ ");  // a title that no longer stands beside its axis says which one is meant

int leastPlotHeight(const QFontMetrics& metrics) { return kLeastLabels * (metrics.height() + kAxisLabelGap); }

int xTitleHeight(const ChartTexts& texts, const QFontMetrics& metrics, int width) {
    if (texts.x_title.isEmpty()) return 0;
    const QRect room(0, 0, std::max(1, width - 2 * kEdge), 10000);
    return metrics.boundingRect(room, Qt::AlignHCenter | Qt::TextWordWrap, texts.x_title).height() + kTitleGap;
}

/// Everything above the canvas. Returns where that begins.
int placeHeader(ChartFrame& frame, const ChartTexts& texts, const QFontMetrics& metrics, int width) {
    frame.heading = QRect(kEdge, 2, width - 2 * kEdge, metrics.height() + 2);
    int x = kEdge;
    int y = metrics.height() + 6;
    const auto next = [&](int wide) {
        if (x > kEdge && x + wide > width - kEdge) {
            x = kEdge;
            y += metrics.height() + 1;
        }
        const QRect place(x, y, std::min(wide, width - 2 * kEdge), metrics.height());
        x += wide + kEntryGap;
        return place;
    };
    if (frame.is_y_title_above) {
        const QRect room(kEdge, y, std::max(1, width - 2 * kEdge), 10000);
        const int wide = metrics.horizontalAdvance(frame.y_text) + 1;
        if (wide <= room.width()) {
            frame.y_title = next(wide);
        } else {
            const QRect wrapped = metrics.boundingRect(room, Qt::AlignLeft | Qt::TextWordWrap, frame.y_text);
            frame.y_title = QRect(kEdge, y, room.width(), wrapped.height());
            y += wrapped.height() + 1;
        }
    }
    for (std::size_t i = 0; i < texts.names.size(); ++i) {
        if (texts.names[i].isEmpty()) continue;
        const int wide = ChartFrame::kSwatch + ChartFrame::kSwatchGap + metrics.horizontalAdvance(texts.names[i]);
        frame.legend.push_back({i, next(wide)});
    }
    return x == kEdge ? y : y + metrics.height() + 2;
}

}  // namespace

int heightAroundPlot(const QFontMetrics& metrics) {
    const int label = metrics.height() + 1;
    return kCanvasMargins.top() + kCanvasMargins.bottom() + (label + 1) / 2 + label + kAxisLabelPadding;
}

ChartFrame chartFrame(const ChartTexts& texts, const QFontMetrics& metrics, QSize size) {
    ChartFrame frame;
    frame.y_text = texts.y_title;
    int top = placeHeader(frame, texts, metrics, size.width());
    const int below = xTitleHeight(texts, metrics, size.width());
    const int bottom = size.height() - 1 - below;
    const int plot = bottom - top - heightAroundPlot(metrics);
    int left = 1;
    if (!texts.y_title.isEmpty() && metrics.horizontalAdvance(texts.y_title) > plot) {
        frame.legend.clear();
        frame.is_y_title_above = true;
        frame.y_text = kUpwards + texts.y_title;
        top = placeHeader(frame, texts, metrics, size.width());
    } else if (!texts.y_title.isEmpty()) {
        frame.y_title = QRect(kTitleGap, top, metrics.height(), std::max(1, bottom - top));
        left = frame.y_title.right() + 1;
    }
    frame.canvas = QRect(left, top, std::max(1, size.width() - 1 - left), std::max(1, bottom - top));
    if (below > 0) frame.x_title = QRect(kEdge, bottom, std::max(1, size.width() - 2 * kEdge), below - kTitleGap);
    return frame;
}

int leastChartHeight(const ChartTexts& texts, const QFontMetrics& metrics, int width) {
    ChartFrame frame;
    const int plot = leastPlotHeight(metrics);
    frame.is_y_title_above = metrics.horizontalAdvance(texts.y_title) > plot;
    frame.y_text = kUpwards + texts.y_title;
    const int top = placeHeader(frame, texts, metrics, width);
    return top + heightAroundPlot(metrics) + plot + xTitleHeight(texts, metrics, width) + 1;
}

}  // namespace salient
