#include "widgets/number_grid.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {
constexpr int kCellAir = 12;  // beside and above a number, both sides together
constexpr int kCellAirAbove = 8;
constexpr int kTitleAir = 4;
constexpr int kMostDecimals = 6;
constexpr double kSmallScale = 0.85;
}  // namespace

NumberGrid::NumberGrid(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setFocusPolicy(Qt::ClickFocus);
}

void NumberGrid::setMatrix(const Matrix& matrix) {
    const bool is_resized = matrix.rows() != matrix_.rows() || matrix.cols() != matrix_.cols();
    matrix_ = matrix;
    if (has_own_scale_) scale_ = divergingScale(matrix_.size() > 0 ? matrix_.cwiseAbs().maxCoeff() : 0.0F);
    if (is_resized || decimals_ < 0) updateGeometry();
    describe();
    update();
}

void NumberGrid::setTitle(const QString& title) {
    title_ = title;
    describe();
    updateGeometry();
    update();
}

void NumberGrid::setColourScale(const ColourScale& scale) {
    has_own_scale_ = false;
    scale_ = scale;
    update();
}

void NumberGrid::setDecimals(int decimals) {
    decimals_ = decimals;
    updateGeometry();
    update();
}

void NumberGrid::setMarkedColumn(Index column) {
    marked_column_ = column;
    update();
}

void NumberGrid::setChosenCell(Index row, Index column) {
    row_ = row;
    column_ = column;
    describe();
    update();
}

void NumberGrid::setChoosable(bool is_choosable) {
    is_choosable_ = is_choosable;
    setFocusPolicy(is_choosable ? Qt::StrongFocus : Qt::ClickFocus);
    setCursor(is_choosable ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

/// What a screen reader says: the title, and the chosen cell or every number of a small grid.
void NumberGrid::describe() {
    setAccessibleName(title_);
    QStringList rows;
    if (row_ >= 0 && column_ >= 0 && row_ < matrix_.rows() && column_ < matrix_.cols()) {
        rows << tr("row %1, column %2: %3").arg(row_).arg(column_).arg(cellText(row_, column_));
    } else if (matrix_.size() <= 64) {
        for (Index row = 0; row < matrix_.rows(); ++row) {
            QStringList cells;
            for (Index column = 0; column < matrix_.cols(); ++column) cells << cellText(row, column);
            rows << cells.join(QStringLiteral("  "));
        }
    }
    setAccessibleDescription(rows.join(QStringLiteral("; ")));
}

int NumberGrid::decimals() const {
    if (decimals_ >= 0) return decimals_;
    const auto known = matrix_.array().isNaN().select(0.0F, matrix_);
    if (matrix_.size() == 0 || (known.array() == known.array().round()).all()) return 0;
    const auto largest = static_cast<double>(known.cwiseAbs().maxCoeff());
    if (!(largest > 0.0) || !std::isfinite(largest)) return 0;
    return std::clamp(2 - static_cast<int>(std::floor(std::log10(largest))), 0, kMostDecimals);
}

QString NumberGrid::cellText(Index row, Index column) const {
    const double value = static_cast<double>(matrix_(row, column));
    if (value == 0.0) return QStringLiteral("0");
    if (std::isnan(value)) return {};
    if (!std::isfinite(value)) return numberText(value);
    const QLocale locale = numberLocale();
    const QString text = locale.toString(std::abs(value), 'f', decimals());
    const bool is_negative = value < 0.0 && text != locale.toString(0.0, 'f', decimals());  // never "−0.00"
    return is_negative ? QChar(0x2212) + text : text;
}

int NumberGrid::cellWidth() const {
    // As wide while empty as when filled: grids that are compared keep their places.
    int widest = fontMetrics().horizontalAdvance(QStringLiteral("−0.") + QString(std::max(1, decimals()), QLatin1Char('0')));
    for (Index row = 0; row < matrix_.rows(); ++row) {
        for (Index column = 0; column < matrix_.cols(); ++column) {
            widest = std::max(widest, fontMetrics().horizontalAdvance(cellText(row, column)));
        }
    }
    return widest + kCellAir;
}

int NumberGrid::cellHeight() const { return fontMetrics().height() + kCellAirAbove; }

int NumberGrid::rulerWidth() const {
    return matrix_.rows() > 1 ? fontMetrics().horizontalAdvance(QString::number(matrix_.rows() - 1)) + kCellAirAbove : 0;
}

int NumberGrid::headHeight() const { return (title_.isEmpty() ? 0 : fontMetrics().height() + kTitleAir) + fontMetrics().height(); }

QRect NumberGrid::cellRect(Index row, Index column) const {
    return {rulerWidth() + static_cast<int>(column) * cellWidth(), headHeight() + static_cast<int>(row) * cellHeight(), cellWidth(),
            cellHeight()};
}

QSize NumberGrid::sizeHint() const {
    QFont bold = font();
    bold.setBold(true);
    const int title_width = title_.isEmpty() ? 0 : QFontMetrics(bold).horizontalAdvance(title_) + 4;
    const QRect last = cellRect(matrix_.rows() - 1, matrix_.cols() - 1);
    return {std::max(last.right() + 3, title_width), last.bottom() + 3};
}

void NumberGrid::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    const QColor muted = mutedText(palette());
    if (!title_.isEmpty()) {
        QFont bold = font();
        bold.setBold(true);
        painter.setFont(bold);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRect(0, 0, width(), fontMetrics().height()), Qt::AlignLeft | Qt::AlignVCenter, title_);
    }
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * kSmallScale);
    painter.setFont(small);
    painter.setPen(muted);
    const int above = headHeight() - fontMetrics().height();
    for (Index column = 0; column < matrix_.cols(); ++column) {
        const QRect cell = cellRect(0, column);
        painter.drawText(QRect(cell.left(), above, cell.width(), fontMetrics().height()), Qt::AlignCenter, QString::number(column));
    }
    for (Index row = 0; row < matrix_.rows() && rulerWidth() > 0; ++row) {
        painter.drawText(QRect(0, cellRect(row, 0).top(), rulerWidth(), cellHeight()), Qt::AlignCenter, QString::number(row));
    }
    painter.setFont(font());
    painter.setBrush(Qt::NoBrush);
    for (Index row = 0; row < matrix_.rows(); ++row) {
        for (Index column = 0; column < matrix_.cols(); ++column) {
            const QRect cell = cellRect(row, column);
            if (std::isnan(matrix_(row, column))) {
                painter.setPen(gridColour(palette()));
                painter.drawRect(cell.adjusted(0, 0, -2, -2));
                continue;
            }
            const QColor ground(colourOf(matrix_(row, column), scale_));
            painter.fillRect(cell.adjusted(0, 0, -1, -1), ground);
            painter.setPen(textOn(ground));
            painter.drawText(cell, Qt::AlignCenter, cellText(row, column));
        }
    }
    painter.setBrush(Qt::NoBrush);
    if (marked_column_ >= 0 && marked_column_ < matrix_.cols()) {
        painter.setPen(QPen(palette().color(QPalette::WindowText), 2));
        painter.drawRect(cellRect(0, marked_column_).united(cellRect(matrix_.rows() - 1, marked_column_)).adjusted(0, 0, -1, -1));
    }
    if (row_ >= matrix_.rows() || column_ >= matrix_.cols() || (row_ < 0 && column_ < 0)) return;
    painter.setPen(QPen(selectionColour(palette()), 2, hasFocus() ? Qt::SolidLine : Qt::DashLine));
    const QRect first = cellRect(std::max<Index>(row_, 0), std::max<Index>(column_, 0));
    const QRect last = cellRect(row_ < 0 ? matrix_.rows() - 1 : row_, column_ < 0 ? matrix_.cols() - 1 : column_);
    painter.drawRect(first.united(last).adjusted(1, 1, -2, -2));
}

void NumberGrid::mousePressEvent(QMouseEvent* event) {
    if (!is_choosable_) return QWidget::mousePressEvent(event);
    for (Index row = 0; row < matrix_.rows(); ++row) {
        for (Index column = 0; column < matrix_.cols(); ++column) {
            if (!cellRect(row, column).contains(event->position().toPoint())) continue;
            setChosenCell(row, column);
            emit cellChosen(row, column);
        }
    }
}

void NumberGrid::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    const Index down = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
    const Index right = key == Qt::Key_Right ? 1 : key == Qt::Key_Left ? -1 : 0;
    if (!is_choosable_ || (down == 0 && right == 0) || event->modifiers() != Qt::NoModifier || matrix_.size() == 0) {
        return QWidget::keyPressEvent(event);
    }
    setChosenCell(std::clamp<Index>(row_ + down, 0, matrix_.rows() - 1), std::clamp<Index>(column_ + right, 0, matrix_.cols() - 1));
    emit cellChosen(row_, column_);
}

void NumberGrid::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
}

bool NumberGrid::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (Index row = 0; row < matrix_.rows(); ++row) {
        for (Index column = 0; column < matrix_.cols(); ++column) {
            if (!cellRect(row, column).contains(help->pos()) || std::isnan(matrix_(row, column))) continue;
            QToolTip::showText(help->globalPos(), tr("row %1, column %2: %3").arg(row).arg(column).arg(exactText(matrix_(row, column))),
                               this);
            return true;
        }
    }
    QToolTip::hideText();
    return true;
}

}  // namespace salient
