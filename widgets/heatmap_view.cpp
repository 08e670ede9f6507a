#include "widgets/heatmap_view.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "widgets/colour_bar.h"
#include "widgets/context_action.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr double kZoomStep = 1.25;
constexpr double kFewestCells = 2.0;  // shown along an axis at the closest zoom
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

}  // namespace

HeatmapView::HeatmapView(QWidget* parent)
    : QWidget(parent),
      row_name_(tr("row")),
      column_name_(tr("column")),
      empty_text_(tr("Nothing to show yet")),
      legend_(new ColourBar(this)) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Heatmap"));
    setToolTip(
        tr("Wheel or + and −: zoom. Drag or arrows: move. 0 or double click: show all.\n"
           "Ctrl+arrows: crosshair. Click or Return: choose a cell. Ctrl+C: copy the value."));
    addContextAction(this, tr("Copy value"), QKeySequence::Copy, &HeatmapView::copyValue);
    addContextAction(this, tr("Copy picture"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), &HeatmapView::copyPicture);
    addContextAction(this, tr("Save as figure…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F), [this] { emit figureWanted(); });
    addContextAction(this, tr("Show all"), QKeySequence(Qt::Key_0), &HeatmapView::showAll);
}

HeatmapView::~HeatmapView() = default;

void HeatmapView::setMatrix(std::shared_ptr<const Matrix> matrix) {
    setPyramid(matrix ? std::make_shared<const MagnitudePyramid>(std::move(matrix)) : nullptr);
}

void HeatmapView::setPyramid(std::shared_ptr<const MagnitudePyramid> pyramid) {
    const MatrixRegion before = whole();
    pyramid_ = std::move(pyramid);
    if (!(whole() == before)) {
        viewport_ = whole();
        crosshair_ = selected_ = {};
        other_.reset();  // of another shape
    }
    takePlace();
    refreshScale();
    picture_is_stale_ = true;
    placeLegend();
    update();
}

std::shared_ptr<const Matrix> HeatmapView::matrix() const { return pyramid_ ? pyramid_->shared() : nullptr; }

void HeatmapView::setTitle(const QString& title) {
    title_ = title;
    setAccessibleName(title.isEmpty() ? tr("Heatmap") : title);
    update();
}

void HeatmapView::setUnit(const QString& unit) {
    legend_->setUnit(unit);
    placeLegend();
}

void HeatmapView::setAxisNames(const QString& row, const QString& column) {
    row_name_ = row;
    column_name_ = column;
    update();
}

void HeatmapView::setColumnNumbers(std::vector<Index> numbers) {
    column_numbers_ = std::move(numbers);
    update();
}

void HeatmapView::setColumnMarks(std::vector<ColumnMark> marks) {
    marks_ = std::move(marks);
    update();
}

void HeatmapView::setLegendVisible(bool is_visible) {
    legend_->setVisible(is_visible);
    placeLegend();
}

void HeatmapView::setEmptyText(const QString& text) {
    empty_text_ = text;
    update();
}

void HeatmapView::setColourScale(const ColourScale& scale) {
    automatic_.reset();
    if (scale == scale_) return;
    scale_ = scale;
    refreshScale();
}

void HeatmapView::setAutomaticColours(ColourMap map) {
    automatic_ = map;
    refreshScale();
}

void HeatmapView::refreshScale() {
    if (automatic_) {
        const float strongest = pyramid_ ? pyramid_->maxAbs() : 0.0F;
        scale_ = *automatic_ == ColourMap::Diverging ? divergingScale(strongest) : sequentialScale(0.0F, strongest);
    }
    legend_->setScale(scale_);
    picture_is_stale_ = true;
    update();
}

bool HeatmapView::isEmpty() const noexcept { return !pyramid_ || pyramid_->values().size() == 0; }

MatrixRegion HeatmapView::whole() const noexcept {
    if (isEmpty()) return {};
    return {0.0, 0.0, static_cast<double>(pyramid_->values().rows()), static_cast<double>(pyramid_->values().cols())};
}

bool HeatmapView::isZoomed() const { return !(viewport_ == whole()); }

MatrixRegion HeatmapView::bounded(MatrixRegion region) const noexcept {
    const MatrixRegion all = whole();
    region.n_rows = std::clamp(region.n_rows, std::min(kFewestCells, all.n_rows), all.n_rows);
    region.n_cols = std::clamp(region.n_cols, std::min(kFewestCells, all.n_cols), all.n_cols);
    region.first_row = std::clamp(region.first_row, 0.0, all.n_rows - region.n_rows);
    region.first_col = std::clamp(region.first_col, 0.0, all.n_cols - region.n_cols);
    return region;
}

void HeatmapView::setViewport(const MatrixRegion& viewport) {
    if (isEmpty()) return;
    const MatrixRegion next = bounded(viewport);
    if (next == viewport_) return;
    viewport_ = next;
    picture_is_stale_ = true;
    update();
}

std::optional<HeatmapPlace> HeatmapView::place() const {
    if (awaited_ || isEmpty() || !isZoomed()) return awaited_;
    return HeatmapPlace{viewport_, pyramid_->values().rows(), pyramid_->values().cols()};
}

void HeatmapView::goToPlace(const std::optional<HeatmapPlace>& place) {
    const bool is_here = place && !isEmpty() && pyramid_->values().rows() == place->rows && pyramid_->values().cols() == place->columns;
    awaited_ = is_here ? std::nullopt : place;
    setViewport(is_here ? place->part : whole());
}

/// With a matrix that has just been set.
void HeatmapView::takePlace() {
    if (!awaited_ || isEmpty()) return;
    goToPlace(std::exchange(awaited_, std::nullopt));
    awaited_.reset();  // it was of another shape
}

void HeatmapView::moveViewport(const MatrixRegion& region) {
    awaited_.reset();
    const MatrixRegion before = viewport_;
    setViewport(region);
    if (!(viewport_ == before)) emit viewportChanged(viewport_);
}

void HeatmapView::setCrosshair(Index row, Index column) {
    const Cell next{row, column};
    if (next == crosshair_) return;
    crosshair_ = next;
    legend_->setMark(valueAt(crosshair_));
    setAccessibleDescription(readOut());
    update();
}

void HeatmapView::setSelectedCell(Index row, Index column) {
    selected_ = {row, column};
    update();
}

void HeatmapView::moveCrosshair(Cell cell) {
    if (cell == crosshair_) return;
    setCrosshair(cell.row, cell.column);
    emit crosshairMoved(cell.row, cell.column, valueAt(cell));
}

float HeatmapView::valueAt(Cell cell) const {
    if (isEmpty() || cell.row < 0 || cell.column < 0) return kNan;
    const Matrix& values = shownAt(cell).values();
    return cell.row < values.rows() && cell.column < values.cols() ? values(cell.row, cell.column) : kNan;
}

Index HeatmapView::columnNumber(Index column) const {
    return column >= 0 && column < static_cast<Index>(column_numbers_.size()) ? column_numbers_[static_cast<std::size_t>(column)] : column;
}

HeatmapView::Cell HeatmapView::cellAt(QPointF position) const {
    const QRectF plot = plotRect();
    if (isEmpty() || !plot.contains(position)) return {};
    const double row = viewport_.first_row + (position.y() - plot.top()) / plot.height() * viewport_.n_rows;
    const double column = viewport_.first_col + (position.x() - plot.left()) / plot.width() * viewport_.n_cols;
    return {std::clamp<Index>(static_cast<Index>(row), 0, pyramid_->values().rows() - 1),
            std::clamp<Index>(static_cast<Index>(column), 0, pyramid_->values().cols() - 1)};
}

QRectF HeatmapView::cellRect(Index row, Index column, Index n_rows, Index n_columns) const {
    const QRectF plot = plotRect();
    const double width = plot.width() / viewport_.n_cols;
    const double height = plot.height() / viewport_.n_rows;
    return {plot.left() + (static_cast<double>(column) - viewport_.first_col) * width,
            plot.top() + (static_cast<double>(row) - viewport_.first_row) * height, width * static_cast<double>(n_columns),
            height * static_cast<double>(n_rows)};
}

QString HeatmapView::readOut() const {
    if (isEmpty() || crosshair_.row < 0 || crosshair_.column < 0) return {};
    const Matrix& values = pyramid_->values();
    if (crosshair_.row >= values.rows() || crosshair_.column >= values.cols()) return {};
    return QStringLiteral("%1 %2 · %3 %4: %5")
        .arg(row_name_)
        .arg(crosshair_.row)
        .arg(column_name_)
        .arg(columnNumber(crosshair_.column))
        .arg(exactText(valueAt(crosshair_)));
}

void HeatmapView::copyValue() const {
    const Cell cell = crosshair_.row >= 0 ? crosshair_ : selected_;
    if (isEmpty() || cell.row < 0 || cell.column < 0) return;
    QApplication::clipboard()->setText(QString::number(static_cast<double>(valueAt(cell)), 'g', 9));
}

void HeatmapView::copyPicture() { QApplication::clipboard()->setPixmap(grab()); }

QString HeatmapView::toCsv() const {
    if (isEmpty()) return {};
    constexpr double kMostCells = 1e6;
    const Matrix& values = pyramid_->values();
    const auto first_row = static_cast<Index>(viewport_.first_row);
    const auto first_col = static_cast<Index>(viewport_.first_col);
    const Index last_row = std::min<Index>(static_cast<Index>(std::ceil(viewport_.first_row + viewport_.n_rows)), values.rows());
    const Index last_col = std::min<Index>(static_cast<Index>(std::ceil(viewport_.first_col + viewport_.n_cols)), values.cols());
    const double n_cells = static_cast<double>(last_row - first_row) * static_cast<double>(last_col - first_col);
    if (n_cells > kMostCells) {
        throw Error(ErrorCode::InvalidOption, tr("save figure: expected at most a million cells in sight for .csv, found %1: zoom in")
                                                  .arg(static_cast<Index>(n_cells))
                                                  .toStdString());
    }
    QString text = QStringLiteral("\"%1 \\ %2\"").arg(row_name_, column_name_);
    for (Index c = first_col; c < last_col; ++c) text += QStringLiteral(",%1").arg(columnNumber(c));
    for (Index r = first_row; r < last_row; ++r) {
        text += QStringLiteral("\n%1").arg(r);
        for (Index c = first_col; c < last_col; ++c) text += QLatin1Char(',') + QString::number(static_cast<double>(values(r, c)), 'g', 9);
    }
    return text + QLatin1Char('\n');
}

void HeatmapView::showAll() {
    if (!isEmpty()) moveViewport(whole());
}

void HeatmapView::zoomIn() { zoomAround(QRectF(plotRect()).center(), kZoomStep); }
void HeatmapView::zoomOut() { zoomAround(QRectF(plotRect()).center(), 1.0 / kZoomStep); }

void HeatmapView::zoomAround(QPointF position, double factor) {
    if (isEmpty()) return;
    const QRectF plot = plotRect();
    const double across = std::clamp((position.x() - plot.left()) / plot.width(), 0.0, 1.0);
    const double down = std::clamp((position.y() - plot.top()) / plot.height(), 0.0, 1.0);
    MatrixRegion next = viewport_;
    next.n_rows = std::max(viewport_.n_rows / factor, std::min(kFewestCells, whole().n_rows));
    next.n_cols = std::max(viewport_.n_cols / factor, std::min(kFewestCells, whole().n_cols));
    next.first_row += (viewport_.n_rows - next.n_rows) * down;
    next.first_col += (viewport_.n_cols - next.n_cols) * across;
    moveViewport(next);
    moveCrosshair(cellAt(mapFromGlobal(QCursor::pos())));
}

void HeatmapView::resizeEvent(QResizeEvent*) {
    picture_is_stale_ = true;
    placeLegend();
}

void HeatmapView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        picture_is_stale_ = true;
        placeLegend();
        update();
    }
    QWidget::changeEvent(event);
}

void HeatmapView::wheelEvent(QWheelEvent* event) {
    if (isEmpty() || event->angleDelta().y() == 0) {
        event->ignore();
        return;
    }
    zoomAround(event->position(), std::pow(kZoomStep, event->angleDelta().y() / 120.0));
    event->accept();
}

void HeatmapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !plotRect().contains(event->position().toPoint())) return;
    is_swiping_ = isOnDivider(event->position());
    press_ = event->position();
    press_viewport_ = viewport_;
    is_panning_ = false;
}

void HeatmapView::mouseMoveEvent(QMouseEvent* event) {
    if (isEmpty()) return;
    if (is_swiping_) {
        const QRect plot = plotRect();
        moveDivider((event->position().x() - plot.left()) / plot.width());
        return;
    }
    if (!press_) setCursor(isOnDivider(event->position()) ? Qt::SplitHCursor : Qt::ArrowCursor);
    if (press_ && event->buttons().testFlag(Qt::LeftButton)) {
        const QPointF moved = event->position() - *press_;
        is_panning_ = is_panning_ || moved.manhattanLength() >= QApplication::startDragDistance();
        if (is_panning_ && isZoomed()) {
            setCursor(Qt::ClosedHandCursor);
            MatrixRegion next = press_viewport_;
            next.first_row -= moved.y() * viewport_.n_rows / plotRect().height();
            next.first_col -= moved.x() * viewport_.n_cols / plotRect().width();
            moveViewport(next);
        }
    }
    moveCrosshair(cellAt(event->position()));
}

void HeatmapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !press_) return;
    press_.reset();
    unsetCursor();
    if (is_swiping_) {
        is_swiping_ = false;
        return;
    }
    const Cell cell = cellAt(event->position());
    if (!is_panning_ && cell.row >= 0) emit cellChosen(cell.row, cell.column);
    is_panning_ = false;
}

void HeatmapView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) showAll();
}

void HeatmapView::leaveEvent(QEvent*) { moveCrosshair({}); }

void HeatmapView::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    const bool is_arrow = key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Up || key == Qt::Key_Down;
    const Index right = key == Qt::Key_Right ? 1 : key == Qt::Key_Left ? -1 : 0;
    const Index down = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
    if (isEmpty()) {
        event->ignore();
        return;
    }
    if (is_arrow && event->modifiers() == Qt::ControlModifier) {
        const Cell from = crosshair_.row >= 0 ? crosshair_ : selected_.row >= 0 && selected_.column >= 0 ? selected_ : Cell{0, 0};
        const Matrix& values = pyramid_->values();
        moveCrosshair(
            {std::clamp<Index>(from.row + down, 0, values.rows() - 1), std::clamp<Index>(from.column + right, 0, values.cols() - 1)});
    } else if (is_arrow && event->modifiers() == Qt::NoModifier && isZoomed()) {
        MatrixRegion next = viewport_;
        next.first_row += static_cast<double>(down) * std::max(1.0, viewport_.n_rows / 10.0);
        next.first_col += static_cast<double>(right) * std::max(1.0, viewport_.n_cols / 10.0);
        moveViewport(next);
    } else if (key == Qt::Key_Plus || key == Qt::Key_Equal) {
        zoomIn();
    } else if (key == Qt::Key_Minus) {
        zoomOut();
    } else if (other_ && (key == Qt::Key_BracketLeft || key == Qt::Key_BracketRight)) {
        moveDivider(swipe_ + (key == Qt::Key_BracketLeft ? -0.1 : 0.1));
    } else if ((key == Qt::Key_Return || key == Qt::Key_Enter) && crosshair_.row >= 0) {
        emit cellChosen(crosshair_.row, crosshair_.column);
    } else {
        event->ignore();  // a panel around it may have a use for the key
    }
}

}  // namespace salient
