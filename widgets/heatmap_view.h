#pragma once

#include <QImage>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/eval/pooled_image.h"
#include "widgets/colour_map.h"

namespace salient {

class ColourBar;

/// A part of a matrix of that shape, to come back to.
struct HeatmapPlace {
    MatrixRegion part;
    Index rows = 0;
    Index columns = 0;
};

/// A run of columns to point out: the block in work, the group, the column in hand.
struct ColumnMark {
    Index first = 0;
    Index last = 0;  ///< one past the end
    QString name;    ///< shown above the picture where there is room
    int series = 0;  ///< index of its colour, see seriesColour()
};

/// A matrix as colours, zoomed out by largest magnitude so that no outlier vanishes. Wheel and +/− zoom at the cursor, dragging and
/// arrow keys pan, 0 or a double click shows all, Ctrl+arrows move the crosshair cell by cell, Return chooses its cell.
/// Views that are compared share a colour scale, a viewport and a crosshair: connect the signals of one to the setters of the others
/// (a setter never emits).
class HeatmapView : public QWidget {
    Q_OBJECT

public:
    explicit HeatmapView(QWidget* parent = nullptr);
    ~HeatmapView() override;

    /// Shows a matrix; null shows nothing. The viewport is kept when the shape stays the same. Costs one pass over the matrix.
    void setMatrix(std::shared_ptr<const Matrix> matrix);
    /// The same with the pass already made, for large matrices prepared elsewhere.
    void setPyramid(std::shared_ptr<const MagnitudePyramid> pyramid);
    [[nodiscard]] std::shared_ptr<const Matrix> matrix() const;

    void setTitle(const QString& title);
    [[nodiscard]] QString title() const { return title_; }
    /// What the numbers are: shown above the legend.
    void setUnit(const QString& unit);
    /// What a row and a column are, for rulers and read-out: "output row", "input channel".
    void setAxisNames(const QString& row, const QString& column);
    /// The number shown for each column when columns are not in their own order (act order); empty: their position.
    void setColumnNumbers(std::vector<Index> numbers);
    void setColumnMarks(std::vector<ColumnMark> marks);
    void setLegendVisible(bool is_visible);
    /// Text when there is nothing to show.
    void setEmptyText(const QString& text);

    /// A second matrix of the same shape under the first, for a swipe: it shows right of the divider. Null: none.
    void setOther(std::shared_ptr<const MagnitudePyramid> other, const QString& title);
    /// Where the divider is, 0 (only the second shows) … 1 (only the first). Dragged at its handle; [ and ] move it by a tenth.
    void setSwipe(double position);
    [[nodiscard]] double swipe() const noexcept { return swipe_; }

    /// Fixes the colours, so that several views can share them.
    void setColourScale(const ColourScale& scale);
    /// Colours from the matrix itself: ± its largest magnitude, or 0 … largest on the sequential map.
    void setAutomaticColours(ColourMap map);
    [[nodiscard]] ColourScale colourScale() const noexcept { return scale_; }

    [[nodiscard]] MatrixRegion viewport() const noexcept { return viewport_; }
    /// Kept inside the matrix.
    void setViewport(const MatrixRegion& viewport);
    /// What is in sight, where that is not all, or what is waited for.
    [[nodiscard]] std::optional<HeatmapPlace> place() const;
    /// Shows that part once there is a matrix of its shape: now, or with one that is set later. A matrix of another shape, or the user's
    /// own move, ends the waiting. Nothing: shows all.
    void goToPlace(const std::optional<HeatmapPlace>& place);
    void setCrosshair(Index row, Index column);
    /// Frames a cell, a row (column −1) or a column (row −1); −1, −1: nothing.
    void setSelectedCell(Index row, Index column);

    /// Where the picture is, in widget coordinates.
    [[nodiscard]] QRect plotRect() const;
    /// "output row 3 · input channel 37: −0.03125", or nothing.
    [[nodiscard]] QString readOut() const;
    /// The cells in sight as comma-separated lines, column numbers first. Throws Error{InvalidOption} for more than a million.
    [[nodiscard]] QString toCsv() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

public slots:
    void showAll();
    void zoomIn();
    void zoomOut();
    /// Puts the value under the crosshair on the clipboard, with every digit.
    void copyValue() const;
    void copyPicture();

signals:
    /// The user wants the picture, or its data, as a file.
    void figureWanted();
    void viewportChanged(const salient::MatrixRegion& viewport);
    /// −1, −1, NaN when the cursor leaves.
    void crosshairMoved(salient::Index row, salient::Index column, float value);
    void cellChosen(salient::Index row, salient::Index column);
    /// The user moved the divider.
    void swipeMoved(double position);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Cell {
        Index row = -1;
        Index column = -1;
        bool operator==(const Cell&) const = default;
    };

    [[nodiscard]] bool isEmpty() const noexcept;
    [[nodiscard]] MatrixRegion whole() const noexcept;
    [[nodiscard]] MatrixRegion bounded(MatrixRegion region) const noexcept;
    [[nodiscard]] Cell cellAt(QPointF position) const;
    [[nodiscard]] QRectF cellRect(Index row, Index column, Index n_rows = 1, Index n_columns = 1) const;
    [[nodiscard]] float valueAt(Cell cell) const;
    [[nodiscard]] const MagnitudePyramid& shownAt(Cell cell) const;
    [[nodiscard]] int dividerX() const;
    [[nodiscard]] bool isOnDivider(QPointF position) const;
    void moveDivider(double position);
    void paintOther(QPainter& painter);
    [[nodiscard]] Index columnNumber(Index column) const;
    [[nodiscard]] int headerHeight() const;
    [[nodiscard]] bool isZoomed() const;
    void placeLegend();
    void refreshScale();
    void takePlace();
    void renderPicture();
    void render(const MagnitudePyramid& pyramid, QImage& picture);
    void moveCrosshair(Cell cell);
    void moveViewport(const MatrixRegion& region);
    void zoomAround(QPointF position, double factor);
    void paintHeader(QPainter& painter) const;
    void paintRulers(QPainter& painter) const;
    void paintCells(QPainter& painter) const;
    void paintMarks(QPainter& painter) const;
    void paintCursor(QPainter& painter) const;

    std::shared_ptr<const MagnitudePyramid> pyramid_;
    QString title_;
    QString row_name_;
    QString column_name_;
    QString empty_text_;
    std::vector<Index> column_numbers_;
    std::vector<ColumnMark> marks_;
    std::optional<ColourMap> automatic_ = ColourMap::Diverging;
    ColourScale scale_;
    MatrixRegion viewport_;
    std::optional<HeatmapPlace> awaited_;
    Cell crosshair_;
    Cell selected_;
    ColourBar* legend_;
    QImage picture_;
    bool picture_is_stale_ = true;
    std::shared_ptr<const MagnitudePyramid> other_;
    QString other_title_;
    QImage other_picture_;
    double swipe_ = 0.5;
    bool is_swiping_ = false;
    std::optional<QPointF> press_;
    MatrixRegion press_viewport_;
    bool is_panning_ = false;
};

}  // namespace salient
