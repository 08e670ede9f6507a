#pragma once

#include <QRect>
#include <QString>
#include <QWidget>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

class ChartCanvas;
struct ChartFrame;
struct ChartTexts;

/// One set of points of a Chart. x must ascend; empty: 0, 1, 2, … Where y is NaN there is no value: a line ends and begins again behind it.
struct ChartSeries {
    enum class Kind {
        Line,
        Points,
        Bars,  ///< from the floor of the axis (zero when linear) up to y; as wide as the distance between points
        Band,  ///< the area between low and y
    };
    QString name;  ///< shown in the legend and the read-out; empty: in neither
    Kind kind = Kind::Line;
    std::vector<double> x;
    std::vector<double> y;
    std::vector<double> low;  ///< Band only
    int colour = 0;           ///< see seriesColour()
    bool is_dashed = false;
};

struct ChartAxis {
    QString title;  ///< quantity and unit
    bool is_logarithmic = false;
    bool is_whole = false;      ///< only whole numbers as ticks
    std::optional<double> low;  ///< unset: from the data
    std::optional<double> high;
    bool operator==(const ChartAxis&) const = default;
};

[[nodiscard]] ChartAxis chartAxis(const QString& title, bool is_whole = false, bool is_logarithmic = false);
/// A line without points yet.
[[nodiscard]] ChartSeries lineSeries(const QString& name, int colour);

/// Points out a place on the x axis: the optimum, the value in use.
struct ChartMark {
    double x = 0.0;
    QString name;
    int colour = 1;
    double y = std::numeric_limits<double>::quiet_NaN();  ///< a dot there, too
};

/// Curves, bars, points and bands over one pair of axes, with as many labels as there is room for, and titles that are never cut off. What
/// has no value is a gap: nothing is drawn across it, and its cell in the data is empty. Draws at most a few points per pixel
/// (thinned by minimum and maximum), reads out the values under the cursor, and zooms in x: wheel or +/−, drag to move, double click
/// or 0 for everything; Left and Right move the cursor from point to point and Return chooses one.
class Chart : public QWidget {
    Q_OBJECT

public:
    explicit Chart(QWidget* parent = nullptr);
    ~Chart() override;

    void setTitle(const QString& title);
    /// Replaces everything drawn in one call. The x zoom is kept while the range of x stays the same.
    void setSeries(std::vector<ChartSeries> series);
    [[nodiscard]] const std::vector<ChartSeries>& series() const noexcept;
    void setAxes(const ChartAxis& x, const ChartAxis& y);
    void setMarks(std::vector<ChartMark> marks);
    void setLegendVisible(bool is_visible);
    /// What the cursor counts, for the read-out: "channel"; numbers shown for each point instead of x where points are sorted.
    void setPointName(const QString& name, std::vector<Index> numbers = {});
    void setEmptyText(const QString& text);

    /// The interval of x on screen. A setter never emits: link two charts by their signals.
    void setXRange(double low, double high);
    void showAll();
    [[nodiscard]] double xLow() const noexcept;
    [[nodiscard]] double xHigh() const noexcept;
    /// Points currently handed to the drawing library, all series together.
    [[nodiscard]] Index drawnPoints() const noexcept;
    [[nodiscard]] QString readOut() const;
    /// All series as comma-separated columns, one below the other; an empty cell where there is no value.
    [[nodiscard]] QString toCsv() const;
    [[nodiscard]] const QString& title() const noexcept;
    /// Where the data are drawn, in widget coordinates, and where a point of the data lies.
    [[nodiscard]] QRectF plotRect() const;
    [[nodiscard]] QPointF toPixel(double x, double y) const;
    [[nodiscard]] QSize sizeHint() const override;
    /// As high as its texts and a plot with four labels need at the width of now.
    [[nodiscard]] QSize minimumSizeHint() const override;

public slots:
    /// Puts the cursor on a point of the first series; −1: away. Does not emit.
    void setCursorIndex(salient::Index index);
    void copyPicture();
    /// Puts toCsv() on the clipboard.
    void copyData() const;

signals:
    /// The user wants the picture, or its data, as a file.
    void figureWanted();
    /// The point of the first series nearest in x; −1 when the cursor leaves.
    void hovered(salient::Index index);
    void chosen(salient::Index index);
    void xRangeChanged(double low, double high);
    /// The height under the cursor while a point is dragged, with Shift held.
    void valueDragged(salient::Index index, double y);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Content;
    [[nodiscard]] ChartTexts texts() const;
    void paintHeading(QPainter& painter, const QRect& line) const;
    void paintLegend(QPainter& painter, const ChartFrame& frame) const;
    void paintAxisTitles(QPainter& painter, const ChartFrame& frame) const;
    void redraw();
    void tellLeastHeight();
    void fitAxes();
    void zoomX(double at, double factor);
    void moveX(double low, double high);
    void moveCursor(Index index);
    void press(QPointF position, bool is_edit);
    void drag(QPointF position);
    void release(QPointF position);
    [[nodiscard]] Index indexAt(QPointF position) const;
    [[nodiscard]] QPointF toData(QPointF position) const;

    std::unique_ptr<Content> content_;
    ChartCanvas* canvas_;
};

}  // namespace salient
