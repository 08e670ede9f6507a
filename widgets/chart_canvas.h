#pragma once

#include <QChartView>
#include <QColor>
#include <QPointF>
#include <vector>

#include "widgets/chart_content.h"

class QAbstractAxis;
class QAbstractSeries;

namespace salient {

/// Everything a chart draws inside its axes.
struct ChartPicture {
    std::vector<ChartSeries> series;
    ChartAxis x_axis;
    ChartAxis y_axis;
    Extent x;  ///< on screen
    Extent y;
    std::vector<ChartMark> marks;
    Index cursor = -1;   ///< point of every series, −1: none
    QString empty_text;  ///< shown while no series has a value

    [[nodiscard]] bool isEmpty() const;
};

/// Bars and bands are filled more lightly than they are outlined.
[[nodiscard]] QColor fillColour(const ChartSeries& series, const QPalette& palette);

/// Draws a picture with Qt Charts, and marks, dots and cursor on top of it. The only place that knows that library: a Chart around it holds
/// the picture, changes it, and says what to draw anew. Colours and font are those of the parent, which writes the axes' titles: the
/// library would cut them off with dots, and take them for markup. The parent is told to paint again when the plot has another place.
class ChartCanvas : public QChartView {
public:
    /// The picture must outlive the canvas.
    ChartCanvas(const ChartPicture& picture, QWidget* parent);

    /// After the axes' kind or title changed.
    void setUpAxes();
    /// After series, extents or the size changed.
    void drawSeries();
    /// After palette or font changed.
    void restyle();
    /// Points currently handed to the drawing library, all series together.
    [[nodiscard]] Index drawnPoints() const noexcept { return drawn_points_; }
    /// Between values of the axes and coordinates of this widget.
    [[nodiscard]] QRectF plotRect() const;
    [[nodiscard]] QPointF toPixel(QPointF values) const;
    [[nodiscard]] QPointF toValues(QPointF pixel) const;

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;

private:
    struct Dots {
        QColor colour;
        std::vector<QPointF> points;
        double radius;
    };
    /// Ranges, and as many labels as the plot has room for. Returns its size: its own is only known after a layout that has not happened
    /// yet.
    QSize scaleAxes();
    [[nodiscard]] bool drawOne(const ChartSeries& series, QSize plot);
    void add(QAbstractSeries* series);
    void paintDots(QPainter& painter) const;
    void paintMarks(QPainter& painter) const;
    void paintCursor(QPainter& painter) const;

    const ChartPicture& picture_;
    QAbstractAxis* x_axis_ = nullptr;
    QAbstractAxis* y_axis_ = nullptr;
    std::vector<Dots> dots_;
    Index drawn_points_ = 0;
};

}  // namespace salient
