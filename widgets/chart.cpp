#include "widgets/chart.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/chart_canvas.h"
#include "widgets/chart_frame.h"
#include "widgets/context_action.h"
#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

/// A cell of the data: empty where there is no value.
QString cellText(double value) { return std::isnan(value) ? QString() : QString::number(value, 'g', 9); }

}  // namespace

struct Chart::Content : ChartPicture {
    QString title;
    QString point_name;
    std::vector<Index> numbers;
    Extent all_x;
    bool has_legend = true;
    int least_height = 0;
    // While the left button is down.
    std::optional<QPointF> pressed;
    Extent pressed_x;
    bool is_editing = false;
    bool has_moved = false;
};

ChartAxis chartAxis(const QString& title, bool is_whole, bool is_logarithmic) {
    ChartAxis axis;
    axis.title = title;
    axis.is_whole = is_whole;
    axis.is_logarithmic = is_logarithmic;
    return axis;
}

ChartSeries lineSeries(const QString& name, int colour) {
    ChartSeries series;
    series.name = name;
    series.colour = colour;
    return series;
}

Chart::Chart(QWidget* parent) : QWidget(parent), content_(std::make_unique<Content>()), canvas_(new ChartCanvas(*content_, this)) {
    content_->empty_text = tr("Nothing to show yet");
    canvas_->viewport()->installEventFilter(this);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Chart"));
    setToolTip(
        tr("Wheel or + and −: zoom. Drag: move. 0 or double click: show all.\nLeft and Right: next point. Click or Return: choose it."));
    addContextAction(this, tr("Copy data"), QKeySequence::Copy, &Chart::copyData);
    addContextAction(this, tr("Copy picture"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), &Chart::copyPicture);
    addContextAction(this, tr("Save as figure…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F), [this] { emit figureWanted(); });
    addContextAction(this, tr("Show all"), QKeySequence(Qt::Key_0), &Chart::showAll);
    canvas_->setUpAxes();
    canvas_->restyle();
    fitAxes();
    redraw();
}

Chart::~Chart() = default;

void Chart::setTitle(const QString& title) {
    content_->title = title;
    setAccessibleName(title.isEmpty() ? tr("Chart") : title);
    update();
}

void Chart::setSeries(std::vector<ChartSeries> series) {
    content_->series = std::move(series);
    if (content_->cursor >= 0 && (content_->series.empty() || content_->cursor >= static_cast<Index>(content_->series.front().y.size()))) {
        content_->cursor = -1;
    }
    fitAxes();
    redraw();
}

const std::vector<ChartSeries>& Chart::series() const noexcept { return content_->series; }

void Chart::setAxes(const ChartAxis& x, const ChartAxis& y) {
    if (x == content_->x_axis && y == content_->y_axis) return;
    content_->x_axis = x;
    content_->y_axis = y;
    canvas_->setUpAxes();
    canvas_->restyle();
    fitAxes();
    redraw();
}

void Chart::setMarks(std::vector<ChartMark> marks) {
    content_->marks = std::move(marks);
    canvas_->viewport()->update();
}

void Chart::setLegendVisible(bool is_visible) {
    content_->has_legend = is_visible;
    redraw();
}

void Chart::setPointName(const QString& name, std::vector<Index> numbers) {
    content_->point_name = name;
    content_->numbers = std::move(numbers);
    update();
}

void Chart::setEmptyText(const QString& text) {
    content_->empty_text = text;
    canvas_->viewport()->update();
}

void Chart::fitAxes() {
    const Extent before = content_->all_x;
    const bool showed_all = content_->x == before;
    content_->all_x = xExtent(content_->series, content_->x_axis);
    if (showed_all || !(content_->all_x == before)) content_->x = content_->all_x;
    content_->y = yExtent(content_->series, content_->y_axis);
}

void Chart::setXRange(double low, double high) {
    const Extent& all = content_->all_x;
    const Extent next{std::max(low, all.low), std::min(high, all.high)};
    if (!(next.high > next.low) || next == content_->x) return;
    content_->x = next;
    redraw();
}

void Chart::moveX(double low, double high) {
    const Extent before = content_->x;
    setXRange(low, high);
    if (!(content_->x == before)) emit xRangeChanged(content_->x.low, content_->x.high);
}

void Chart::showAll() { moveX(content_->all_x.low, content_->all_x.high); }
double Chart::xLow() const noexcept { return content_->x.low; }
double Chart::xHigh() const noexcept { return content_->x.high; }
Index Chart::drawnPoints() const noexcept { return canvas_->drawnPoints(); }
QRectF Chart::plotRect() const { return canvas_->plotRect().translated(canvas_->pos()); }
QPointF Chart::toPixel(double x, double y) const { return canvas_->toPixel({x, y}) + canvas_->pos(); }
QPointF Chart::toData(QPointF position) const { return canvas_->toValues(position); }

void Chart::zoomX(double at, double factor) {
    const bool is_log = content_->x_axis.is_logarithmic;
    const auto along = [is_log](double v) { return is_log ? std::log(v) : v; };
    const auto back = [is_log](double v) { return is_log ? std::exp(v) : v; };
    const double low = along(content_->x.low);
    const double high = along(content_->x.high);
    const double centre = std::clamp(along(at), low, high);
    const double all = along(content_->all_x.high) - along(content_->all_x.low);
    const double span = std::clamp((high - low) / factor, all / 1e5, all);
    double left = centre - (centre - low) / (high - low) * span;
    left = std::clamp(left, along(content_->all_x.low), along(content_->all_x.high) - span);
    moveX(back(left), back(left + span));
}

void Chart::redraw() {
    canvas_->setGeometry(chartFrame(texts(), fontMetrics(), size()).canvas);
    canvas_->drawSeries();
    tellLeastHeight();
    update();
}

/// Other names or another width may need another line.
void Chart::tellLeastHeight() {
    const int least = minimumSizeHint().height();
    if (least != std::exchange(content_->least_height, least)) updateGeometry();
}

void Chart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        canvas_->restyle();
        redraw();
    }
    QWidget::changeEvent(event);
}

QSize Chart::sizeHint() const { return {44 * fontMetrics().averageCharWidth(), 15 * fontMetrics().height()}; }

QSize Chart::minimumSizeHint() const {
    // A chart that was never shown does not know its width yet.
    const int at = isVisible() ? width() : std::max(width(), sizeHint().width());
    return {24 * fontMetrics().averageCharWidth(), leastChartHeight(texts(), fontMetrics(), at)};
}

void Chart::resizeEvent(QResizeEvent*) { redraw(); }

void Chart::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    tellLeastHeight();
}

ChartTexts Chart::texts() const {
    ChartTexts texts{{}, content_->x_axis.title, content_->y_axis.title};
    if (!content_->has_legend) return texts;
    for (const ChartSeries& series : content_->series) texts.names.push_back(series.name);
    return texts;
}

void Chart::paintHeading(QPainter& painter, const QRect& line) const {
    const QString read_out = readOut();
    const int read_width = read_out.isEmpty() ? 0 : fontMetrics().horizontalAdvance(read_out) + 16;
    QFont bold = font();
    bold.setBold(true);
    painter.setPen(palette().color(QPalette::Text));
    painter.setFont(bold);
    const int title_width = line.width() - read_width;
    if (title_width > 8 * fontMetrics().averageCharWidth()) {
        painter.drawText(QRect(line.left(), line.top(), title_width, line.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         QFontMetrics(bold).elidedText(content_->title, Qt::ElideRight, title_width));
    }
    painter.setFont(font());
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, fontMetrics().elidedText(read_out, Qt::ElideMiddle, line.width()));
}

void Chart::paintLegend(QPainter& painter, const ChartFrame& frame) const {
    for (const ChartFrame::Entry& entry : frame.legend) {
        const ChartSeries& series = content_->series[entry.series];
        const QColor colour = seriesColour(series.colour, palette());
        const QRect swatch(entry.place.left(), entry.place.top(), ChartFrame::kSwatch, entry.place.height());
        painter.setRenderHint(QPainter::Antialiasing);
        if (series.kind == ChartSeries::Kind::Line) {
            painter.setPen(QPen(colour, 2, series.is_dashed ? Qt::DashLine : Qt::SolidLine));
            painter.drawLine(QPointF(swatch.left(), swatch.center().y() + 0.5), QPointF(swatch.right(), swatch.center().y() + 0.5));
        } else if (series.kind == ChartSeries::Kind::Points) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            painter.drawEllipse(QPointF(swatch.center()), 3.5, 3.5);
        } else {
            painter.setPen(colour);
            painter.setBrush(fillColour(series, palette()));
            painter.drawRect(QRect(swatch.left() + 3, swatch.center().y() - 4, ChartFrame::kSwatch - 6, 9));
        }
        painter.setPen(palette().color(QPalette::Text));
        const QRect text = entry.place.adjusted(ChartFrame::kSwatch + ChartFrame::kSwatchGap, 0, 0, 0);
        painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(series.name, Qt::ElideRight, text.width() + 2));
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setBrush(Qt::NoBrush);
}

void Chart::paintAxisTitles(QPainter& painter, const ChartFrame& frame) const {
    painter.setPen(palette().color(QPalette::Text));
    const QRectF plot = plotRect();
    if (frame.is_y_title_above) {
        painter.drawText(frame.y_title, Qt::AlignLeft | Qt::TextWordWrap | Qt::TextDontClip, frame.y_text);
    } else if (!frame.y_title.isNull()) {
        const double length = frame.y_title.height();
        painter.save();
        painter.translate(frame.y_title.left(), plot.center().y());
        painter.rotate(-90);
        painter.drawText(QRectF(-0.5 * length, 0.0, length, frame.y_title.width()), Qt::AlignCenter | Qt::TextDontClip, frame.y_text);
        painter.restore();
    }
    if (frame.x_title.isNull()) return;
    // In the middle of the plot; where it is longer than that, of the chart.
    const bool is_short = fontMetrics().horizontalAdvance(content_->x_axis.title) <= plot.width();
    const QRectF place(is_short ? plot.left() : frame.x_title.left(), frame.x_title.top(), is_short ? plot.width() : frame.x_title.width(),
                       frame.x_title.height());
    const int flags = Qt::AlignHCenter | Qt::AlignTop | Qt::TextDontClip | (is_short ? Qt::TextSingleLine : Qt::TextWordWrap);
    painter.drawText(place, flags, content_->x_axis.title);
}

void Chart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    const ChartFrame frame = chartFrame(texts(), fontMetrics(), size());
    paintHeading(painter, frame.heading);
    paintLegend(painter, frame);
    paintAxisTitles(painter, frame);
    painter.setPen(hasFocus() ? QPen(palette().color(QPalette::Highlight), 1) : QPen(gridColour(palette()), 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

QString Chart::readOut() const {
    if (content_->cursor < 0 || content_->series.empty()) return {};
    const auto i = static_cast<std::size_t>(content_->cursor);
    const ChartSeries& first = content_->series.front();
    if (i >= first.y.size()) return {};
    const Index number = i < content_->numbers.size() ? content_->numbers[i] : content_->cursor;
    QString text =
        content_->point_name.isEmpty()
            ? QStringLiteral("%1 %2").arg(content_->x_axis.title, numberText(first.x.empty() ? static_cast<double>(i) : first.x[i]))
            : QStringLiteral("%1 %2").arg(content_->point_name).arg(number);
    for (const ChartSeries& series : content_->series) {
        if (series.name.isEmpty() || i >= series.y.size()) continue;
        if (series.kind != ChartSeries::Kind::Band && !std::isfinite(series.y[i])) continue;  // nothing there
        if (series.kind == ChartSeries::Kind::Band && i < series.low.size()) {
            text += QStringLiteral(" · %1 %2 … %3").arg(series.name, numberText(series.low[i]), numberText(series.y[i]));
        } else {
            text += QStringLiteral(" · %1 %2").arg(series.name, numberText(series.y[i]));
        }
    }
    return text;
}

Index Chart::indexAt(QPointF position) const {
    if (content_->series.empty() || content_->series.front().y.empty()) return -1;
    const std::vector<double> x = positionsOf(content_->series.front());
    const double at = toData(position).x();
    const auto after = std::lower_bound(x.begin(), x.end(), at);
    if (after == x.begin()) return 0;
    if (after == x.end()) return static_cast<Index>(x.size()) - 1;
    const auto index = static_cast<Index>(after - x.begin());
    return at - *(after - 1) < *after - at ? index - 1 : index;
}

void Chart::setCursorIndex(Index index) {
    const Index count = content_->series.empty() ? 0 : static_cast<Index>(content_->series.front().y.size());
    const Index next = index >= 0 && index < count ? index : -1;
    if (next == content_->cursor) return;
    content_->cursor = next;
    setAccessibleDescription(readOut());
    canvas_->viewport()->update();
    update();
}

void Chart::moveCursor(Index index) {
    if (index == content_->cursor) return;
    setCursorIndex(index);
    emit hovered(content_->cursor);
}

void Chart::press(QPointF position, bool is_edit) {
    if (focusPolicy() & Qt::ClickFocus & ~Qt::TabFocus) setFocus(Qt::MouseFocusReason);
    content_->pressed = position;
    content_->pressed_x = content_->x;
    content_->is_editing = is_edit;
    content_->has_moved = false;
    if (is_edit) moveCursor(indexAt(position));
}

void Chart::drag(QPointF position) {
    const QPointF moved = position - *content_->pressed;
    content_->has_moved = content_->has_moved || moved.manhattanLength() >= QApplication::startDragDistance();
    if (!content_->has_moved) return;
    if (content_->is_editing) {
        if (content_->cursor >= 0) emit valueDragged(content_->cursor, std::clamp(toData(position).y(), content_->y.low, content_->y.high));
        return;
    }
    if (content_->x == content_->all_x || content_->x_axis.is_logarithmic) return;
    const double span = content_->pressed_x.high - content_->pressed_x.low;
    const double shift = -moved.x() / std::max(1.0, canvas_->plotRect().width()) * span;
    const double low = std::clamp(content_->pressed_x.low + shift, content_->all_x.low, content_->all_x.high - span);
    moveX(low, low + span);
}

void Chart::release(QPointF position) {
    const bool is_click = !content_->has_moved && !content_->is_editing;
    content_->pressed.reset();
    if (!is_click || !canvas_->plotRect().contains(position)) return;
    const Index index = indexAt(position);
    if (index >= 0) emit chosen(index);
}

bool Chart::eventFilter(QObject* watched, QEvent* event) {
    if (watched != canvas_->viewport() || content_->isEmpty()) return QWidget::eventFilter(watched, event);
    switch (event->type()) {
        case QEvent::MouseButtonPress: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (mouse->button() != Qt::LeftButton) return false;
            press(mouse->position(), mouse->modifiers().testFlag(Qt::ShiftModifier));
            return true;
        }
        case QEvent::MouseMove: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (content_->pressed) {
                drag(mouse->position());
            } else {
                moveCursor(canvas_->plotRect().contains(mouse->position()) ? indexAt(mouse->position()) : -1);
            }
            return true;
        }
        case QEvent::MouseButtonRelease: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (mouse->button() == Qt::LeftButton && content_->pressed) release(mouse->position());
            return true;
        }
        case QEvent::MouseButtonDblClick:
            showAll();
            return true;
        case QEvent::Wheel: {
            const auto* wheel = static_cast<QWheelEvent*>(event);
            zoomX(toData(wheel->position()).x(), std::pow(1.25, wheel->angleDelta().y() / 120.0));
            return true;
        }
        case QEvent::Leave:
            moveCursor(-1);
            return false;
        default:
            return QWidget::eventFilter(watched, event);
    }
}

void Chart::keyPressEvent(QKeyEvent* event) {
    const Index count = content_->series.empty() ? 0 : static_cast<Index>(content_->series.front().y.size());
    const double centre = 0.5 * (content_->x.low + content_->x.high);
    if (count == 0 || event->modifiers().testFlag(Qt::ShiftModifier)) {
        event->key() == Qt::Key_Plus&& count > 0 ? zoomX(centre, 1.25) : event->ignore();
        return;
    }
    switch (event->key()) {
        case Qt::Key_Left:
            moveCursor(std::max<Index>(content_->cursor - 1, 0));
            break;
        case Qt::Key_Right:
            moveCursor(std::min<Index>(content_->cursor + 1, count - 1));
            break;
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            zoomX(centre, 1.25);
            break;
        case Qt::Key_Minus:
            zoomX(centre, 0.8);
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (content_->cursor >= 0) emit chosen(content_->cursor);
            break;
        default:
            event->ignore();
    }
}

void Chart::copyPicture() { QApplication::clipboard()->setPixmap(grab()); }

void Chart::copyData() const { QApplication::clipboard()->setText(toCsv()); }

const QString& Chart::title() const noexcept { return content_->title; }

QString Chart::toCsv() const {
    QString text;
    for (const ChartSeries& series : content_->series) {
        const bool is_band = series.kind == ChartSeries::Kind::Band;
        text +=
            QStringLiteral("\"%1\",\"%2\"%3\n").arg(content_->x_axis.title, series.name, is_band ? QStringLiteral(",\"low\"") : QString());
        const std::vector<double> x = positionsOf(series);
        for (std::size_t i = 0; i < series.y.size(); ++i) {
            text += cellText(x[i]) + QLatin1Char(',') + cellText(series.y[i]);
            if (is_band) text += QLatin1Char(',') + cellText(series.low[i]);
            text += QLatin1Char('\n');
        }
    }
    return text;
}

}  // namespace salient
