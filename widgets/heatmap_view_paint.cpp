// How a HeatmapView draws itself; what it shows and how it reacts stands in heatmap_view.cpp.
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "core/kernels/parallel.h"
#include "widgets/colour_bar.h"
#include "widgets/heatmap_view.h"
#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kTick = 4;
constexpr double kGridFrom = 12.0;  // cells at least so many pixels wide and high get lines between them

}  // namespace

int HeatmapView::headerHeight() const {
    const bool has_names = std::any_of(marks_.begin(), marks_.end(), [](const ColumnMark& mark) { return !mark.name.isEmpty(); });
    return fontMetrics().height() * (has_names ? 2 : 1) + 6;
}

QSize HeatmapView::sizeHint() const {
    return {40 * fontMetrics().averageCharWidth() + legend_->sizeHint().width(), 18 * fontMetrics().height()};
}

QSize HeatmapView::minimumSizeHint() const {
    return {16 * fontMetrics().averageCharWidth() + legend_->sizeHint().width(), 11 * fontMetrics().height()};
}

QRect HeatmapView::plotRect() const {
    const QFontMetrics metrics = fontMetrics();
    const Index n_rows = isEmpty() ? 0 : pyramid_->values().rows();
    const int left = metrics.horizontalAdvance(QString::number(std::max<Index>(n_rows - 1, 10))) + kTick + 5;
    const int right = legend_->isHidden() ? 6 : legend_->sizeHint().width() + 12;
    const int bottom = 2 * metrics.height() + kTick + 4;
    return {left, headerHeight(), std::max(1, width() - left - right), std::max(1, height() - headerHeight() - bottom)};
}

void HeatmapView::placeLegend() {
    const QRect plot = plotRect();
    legend_->setGeometry(plot.right() + 10, plot.top() - 2, legend_->sizeHint().width(), plot.height() + fontMetrics().height() / 2 + 3);
}

void HeatmapView::renderPicture() {
    const QSize size = (QSizeF(plotRect().size()) * devicePixelRatioF()).toSize();
    if (!picture_is_stale_ && picture_.size() == size) return;
    render(*pyramid_, picture_);
    if (other_) render(*other_, other_picture_);
    picture_is_stale_ = false;
}

void HeatmapView::render(const MagnitudePyramid& pyramid, QImage& picture) {
    const double ratio = devicePixelRatioF();
    const QSize size = (QSizeF(plotRect().size()) * ratio).toSize();
    const Matrix pooled = pyramid.pool(viewport_, size.height(), size.width());
    if (picture.size() != size) picture = QImage(size, QImage::Format_RGB32);
    picture.setDevicePixelRatio(ratio);
    auto* const bits = reinterpret_cast<QRgb*>(picture.bits());
    const auto stride = static_cast<Index>(picture.bytesPerLine() / 4);
    parallelFor(pooled.rows(), 64, [&](Index first, Index last) {
        for (Index r = first; r < last; ++r) {
            paintColours(pooled.row(r).data(), bits + r * stride, static_cast<int>(pooled.cols()), scale_);
        }
    });
}

void HeatmapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintHeader(painter);
    const QRect plot = plotRect();
    if (isEmpty()) {
        painter.fillRect(plot, palette().color(QPalette::Base));
        painter.setPen(mutedText(palette()));
        painter.drawText(plot.adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap, empty_text_);
        return;
    }
    renderPicture();
    painter.drawImage(plot.topLeft(), picture_);
    if (other_) paintOther(painter);
    painter.setPen(gridColour(palette()));
    painter.drawRect(plot.adjusted(-1, -1, 0, 0));
    paintRulers(painter);
    painter.save();
    painter.setClipRect(plot.adjusted(0, -headerHeight(), 0, 0));
    if (!other_) paintCells(painter);
    paintMarks(painter);
    paintCursor(painter);
    painter.restore();
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.drawRect(plot.adjusted(-1, -1, 1, 1));
    }
}

void HeatmapView::paintHeader(QPainter& painter) const {
    const QFontMetrics metrics = fontMetrics();
    const QString read_out = readOut();
    const int read_width = read_out.isEmpty() ? 0 : metrics.horizontalAdvance(read_out) + 12;
    QFont bold = font();
    bold.setBold(true);
    const QFontMetrics bold_metrics(bold);
    const int right = width() - 4;
    const QRect line(2, 0, right - 2, metrics.height() + 2);
    const int title_width = std::max(0, line.width() - read_width);
    painter.setPen(palette().color(QPalette::WindowText));
    if (title_width > 6 * metrics.averageCharWidth()) {
        painter.setFont(bold);
        painter.drawText(
            QRect(line.left(), line.top(), title_width, line.height()), Qt::AlignLeft | Qt::AlignVCenter,
            bold_metrics.elidedText(other_ ? QStringLiteral("%1  |  %2").arg(title_, other_title_) : title_, Qt::ElideRight, title_width));
        painter.setFont(font());
    }
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, metrics.elidedText(read_out, Qt::ElideMiddle, line.width()));
}

void HeatmapView::paintRulers(QPainter& painter) const {
    const QRect plot = plotRect();
    const QFontMetrics metrics = fontMetrics();
    const QColor ink = mutedText(palette());
    painter.setPen(ink);

    const double row_height = plot.height() / viewport_.n_rows;
    const int most_rows = std::max(1, plot.height() / (2 * metrics.height()));
    const double last_row = std::min(viewport_.first_row + viewport_.n_rows, whole().n_rows) - 0.5;
    for (const double tick :
         roundTicks(std::max(0.0, viewport_.first_row - 0.5), last_row, row_height > metrics.height() ? 10'000 : most_rows, true)) {
        const int y = static_cast<int>(plot.top() + (tick + 0.5 - viewport_.first_row) * row_height);
        if (y < plot.top() || y > plot.bottom()) continue;
        painter.drawLine(plot.left() - kTick, y, plot.left() - 2, y);
        painter.drawText(QRect(0, y - metrics.height() / 2, plot.left() - kTick - 3, metrics.height()), Qt::AlignRight | Qt::AlignVCenter,
                         QString::number(static_cast<Index>(tick)));
    }

    const double column_width = plot.width() / viewport_.n_cols;
    const int label = metrics.horizontalAdvance(QString::number(static_cast<Index>(whole().n_cols)));
    const int most_columns = std::max(1, plot.width() / (label * 2 + 8));
    const double last_column = std::min(viewport_.first_col + viewport_.n_cols, whole().n_cols) - 0.5;
    const int top = plot.bottom() + 2;
    for (const double tick :
         roundTicks(std::max(0.0, viewport_.first_col - 0.5), last_column, column_width > label + 6 ? 10'000 : most_columns, true)) {
        const int x = static_cast<int>(plot.left() + (tick + 0.5 - viewport_.first_col) * column_width);
        if (x < plot.left() || x > plot.right()) continue;
        painter.drawLine(x, top, x, top + kTick - 2);
        painter.drawText(QRect(x - label, top + kTick, 2 * label, metrics.height()), Qt::AlignHCenter | Qt::AlignTop,
                         QString::number(columnNumber(static_cast<Index>(tick))));
    }
    const QString axes = QStringLiteral("%1 → · %2 ↓").arg(column_name_, row_name_);
    painter.drawText(QRect(plot.left(), top + kTick + metrics.height(), plot.width(), metrics.height()), Qt::AlignHCenter | Qt::AlignTop,
                     metrics.elidedText(axes, Qt::ElideRight, plot.width()));
}

void HeatmapView::paintCells(QPainter& painter) const {
    const QRect plot = plotRect();
    const QRectF cell = cellRect(0, 0);
    if (cell.width() < kGridFrom || cell.height() < kGridFrom) return;
    const auto first_row = static_cast<Index>(viewport_.first_row);
    const auto first_col = static_cast<Index>(viewport_.first_col);
    const Index last_row =
        std::min<Index>(static_cast<Index>(std::ceil(viewport_.first_row + viewport_.n_rows)), pyramid_->values().rows());
    const Index last_col =
        std::min<Index>(static_cast<Index>(std::ceil(viewport_.first_col + viewport_.n_cols)), pyramid_->values().cols());
    painter.setPen(palette().color(QPalette::Base));
    for (Index r = first_row; r <= last_row; ++r) {
        const double y = cellRect(r, 0).top();
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right() + 1, y));
    }
    for (Index c = first_col; c <= last_col; ++c) {
        const double x = cellRect(0, c).left();
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + 1));
    }
    const QFontMetrics metrics = fontMetrics();
    if (cell.width() < metrics.horizontalAdvance(QStringLiteral("−0.05")) + 6 || cell.height() < metrics.height() + 4) return;
    const auto fitting = [&metrics, &cell](float value) {
        for (int digits = 3; digits > 0; --digits) {
            QString text = numberText(static_cast<double>(value), digits);
            if (metrics.horizontalAdvance(text) + 6 <= cell.width()) return text;
        }
        return QString();
    };
    for (Index r = first_row; r < last_row; ++r) {
        for (Index c = first_col; c < last_col; ++c) {
            const float value = pyramid_->values()(r, c);
            painter.setPen(textOn(QColor(colourOf(value, scale_))));
            painter.drawText(cellRect(r, c), Qt::AlignCenter, fitting(value));
        }
    }
}

void HeatmapView::paintMarks(QPainter& painter) const {
    const QRect plot = plotRect();
    const QFontMetrics metrics = fontMetrics();
    const auto choosePen = [&](const ColumnMark& mark) { painter.setPen(QPen(seriesColour(mark.series, palette()), 2)); };
    /// Left and right end of what is in sight of a mark.
    const auto inSight = [&](const ColumnMark& mark) -> std::optional<std::pair<double, double>> {
        const QRectF span = cellRect(0, mark.first, 1, mark.last - mark.first);
        const double left = std::max<double>(span.left(), plot.left());
        const double right = std::min<double>(span.right(), plot.right() + 1);
        return mark.last > mark.first && right >= left ? std::optional(std::pair(left, right)) : std::nullopt;
    };
    for (const ColumnMark& mark : marks_) {
        const auto ends = inSight(mark);
        if (!ends) continue;
        const auto [left, right] = *ends;
        choosePen(mark);
        // A column thinner than a pixel still gets its line.
        painter.drawLine(QPointF(left, plot.top() - 2), QPointF(std::max(right, left + 2), plot.top() - 2));
        painter.drawLine(QPointF(left, plot.top() - 2), QPointF(left, plot.bottom()));
        if (right - left > 4) painter.drawLine(QPointF(right, plot.top() - 2), QPointF(right, plot.bottom()));
    }
    // The last mark is the closest look: its name takes its place first, the others find theirs around it or go without.
    std::vector<QRectF> taken;
    for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
        const auto ends = inSight(*mark);
        if (!ends || mark->name.isEmpty()) continue;
        const auto [left, right] = *ends;
        const int width = metrics.horizontalAdvance(mark->name);
        const double most = std::max<double>(plot.left(), plot.right() - width);
        for (const double wanted : {0.5 * (left + right - width), left, right - width}) {
            const QRectF place(std::clamp<double>(wanted, plot.left(), most), plot.top() - 4 - metrics.height(), width, metrics.height());
            const QRectF with_air = place.adjusted(-6, 0, 6, 0);
            if (std::any_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(with_air); })) continue;
            taken.push_back(place);
            choosePen(*mark);
            painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, mark->name);
            break;
        }
    }
}

void HeatmapView::paintCursor(QPainter& painter) const {
    const QRect plot = plotRect();
    painter.setClipRect(plot.adjusted(-1, -1, 1, 1));
    const auto frame = [&](Cell cell, const QColor& colour) {
        if (cell.row < 0 && cell.column < 0) return;
        QRectF box = cellRect(std::max<Index>(cell.row, 0), std::max<Index>(cell.column, 0));
        if (cell.row < 0) box = QRectF(box.left(), plot.top(), box.width(), plot.height());
        if (cell.column < 0) box = QRectF(plot.left(), box.top(), plot.width(), box.height());
        if (box.width() < 5.0) box.adjust(-3.0, 0.0, 3.0, 0.0);
        if (box.height() < 5.0) box.adjust(0.0, -3.0, 0.0, 3.0);
        painter.setPen(QPen(palette().color(QPalette::Base), 4));
        painter.drawRect(box);
        painter.setPen(QPen(colour, 2));
        painter.drawRect(box);
    };
    frame(selected_, selectionColour(palette()));
    if (crosshair_.row < 0 || crosshair_.column < 0) return;
    const QRectF cell = cellRect(crosshair_.row, crosshair_.column);
    QColor hair = palette().color(QPalette::Text);
    hair.setAlpha(120);
    painter.setPen(QPen(hair, 1));
    const QPointF centre = cell.center();
    painter.drawLine(QPointF(plot.left(), centre.y()), QPointF(cell.left(), centre.y()));
    painter.drawLine(QPointF(cell.right(), centre.y()), QPointF(plot.right(), centre.y()));
    painter.drawLine(QPointF(centre.x(), plot.top()), QPointF(centre.x(), cell.top()));
    painter.drawLine(QPointF(centre.x(), cell.bottom()), QPointF(centre.x(), plot.bottom()));
    if (cell.width() >= 4.0 && cell.height() >= 4.0) painter.drawRect(cell);
}

}  // namespace salient
