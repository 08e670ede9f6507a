#pragma once

#include <QFontMetrics>
#include <QMargins>
#include <QRect>
#include <QString>
#include <vector>

namespace salient {

// Where the texts around a chart's plot stand. Only places here: nothing is drawn.

/// What is written around the plot.
struct ChartTexts {
    std::vector<QString> names;  ///< of the series; empty: not in the legend
    QString x_title;
    QString y_title;
};

/// A chart's parts in its coordinates.
struct ChartFrame {
    struct Entry {
        std::size_t series;
        QRect place;  ///< of swatch and name
    };
    static constexpr int kSwatch = 18;
    static constexpr int kSwatchGap = 5;

    QRect heading;              ///< title and read-out
    std::vector<Entry> legend;  ///< wraps instead of cutting names off
    QRect y_title;              ///< beside the canvas, to be read upwards, or before the legend; null without a title
    bool is_y_title_above = false;
    QString y_text;  ///< as it is written there
    QRect x_title;   ///< below the canvas, as many lines as it takes; null without a title
    QRect canvas;
};

/// What the canvas keeps free at its edges.
inline constexpr QMargins kCanvasMargins{4, 2, 10, 2};
/// What Qt Charts keeps free between the labels of an axis and the plot.
inline constexpr int kAxisLabelPadding = 6;
/// The least between two labels above each other.
inline constexpr int kAxisLabelGap = 2;

/// Pixels of the canvas's height that are not the plot: margins, the labels below it, half a label above.
[[nodiscard]] int heightAroundPlot(const QFontMetrics& metrics);

/// A title that is longer than the plot is high goes above it, so that none is ever cut off.
[[nodiscard]] ChartFrame chartFrame(const ChartTexts& texts, const QFontMetrics& metrics, QSize size);

/// The least height at that width: all texts, and a plot with room for four labels above each other.
[[nodiscard]] int leastChartHeight(const ChartTexts& texts, const QFontMetrics& metrics, int width);

}  // namespace salient
