#include "widgets/chart.h"

#include <QAction>
#include <QApplication>
#include <QAreaSeries>
#include <QChart>
#include <QChartView>
#include <QClipboard>
#include <QGraphicsLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QMouseEvent>
#include <QPainter>
#include <QValueAxis>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/chart_content.h"
#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr int kSwatch = 18;

}  // namespace

struct Chart::Content {
    QString title;
    std::vector<ChartSeries> series;
    ChartAxis x_axis;
    ChartAxis y_axis;
    std::vector<ChartMark> marks;
    QString point_name;
    std::vector<Index> numbers;
    QString empty_text;
    Extent all_x;
    Extent shown_x;
    Extent y;
    struct Dots {
        QColor colour;
        std::vector<QPointF> points;
    };
    std::vector<Dots> dots;
    Index cursor = -1;
    Index drawn_points = 0;
    bool has_legend = true;
    bool are_points_draggable = false;
    // While the left button is down.
    std::optional<QPointF> pressed;
    Extent pressed_x;
    bool is_editing = false;
    bool has_moved = false;

    [[nodiscard]] bool isEmpty() const {
        return std::all_of(series.begin(), series.end(), [](const ChartSeries& one) { return one.y.empty(); });
    }
};

/// The drawing library's view, with marks and cursor on top.
class Chart::View : public QChartView {
public:
    View(Chart* owner, QChart* chart) : QChartView(chart, owner), owner_(owner) {
        setFrameShape(QFrame::NoFrame);
        setFocusPolicy(Qt::NoFocus);
        setRenderHint(QPainter::Antialiasing);
        setMouseTracking(true);
        viewport()->setMouseTracking(true);
    }

    QAbstractAxis* x_axis = nullptr;
    QAbstractAxis* y_axis = nullptr;

protected:
    void drawForeground(QPainter* painter, const QRectF&) override {
        const Content& content = *owner_->content_;
        const QPalette& colours = owner_->palette();
        const QRectF plot = chart()->plotArea();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setFont(owner_->font());
        if (content.isEmpty()) {
            painter->setPen(mutedText(colours));
            painter->drawText(plot.adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap, content.empty_text);
            painter->restore();
            return;
        }
        for (const Content::Dots& dots : content.dots) {
            painter->setPen(QPen(colours.color(QPalette::Base), 1));
            painter->setBrush(dots.colour);
            for (const QPointF& point : dots.points) {
                const QPointF at = position(point);
                if (plot.adjusted(-1, -1, 1, 1).contains(at)) painter->drawEllipse(at, 3.5, 3.5);
            }
        }
        int line = 0;
        const QFontMetricsF metrics(owner_->font());
        for (const ChartMark& mark : content.marks) {
            const QPointF foot = position({mark.x, content.y.low});
            if (foot.x() < plot.left() - 1 || foot.x() > plot.right() + 1) continue;
            const QColor colour = seriesColour(mark.colour, colours);
            painter->setPen(QPen(colour, 1.5, Qt::DashLine));
            painter->drawLine(QPointF(foot.x(), plot.top()), QPointF(foot.x(), plot.bottom()));
            if (std::isfinite(mark.y)) {
                painter->setPen(QPen(colours.color(QPalette::Base), 1.5));
                painter->setBrush(colour);
                painter->drawEllipse(position({mark.x, mark.y}), 5, 5);
            }
            const double width = metrics.horizontalAdvance(mark.name) + 8;
            const bool fits_right = foot.x() + width < plot.right();
            const QRectF box(fits_right ? foot.x() + 3 : foot.x() - 3 - width, plot.top() + 2 + line * (metrics.height() + 2), width,
                             metrics.height());
            QColor ground = colours.color(QPalette::Base);
            ground.setAlpha(210);
            painter->fillRect(box, ground);
            painter->setPen(colour);
            painter->drawText(box, Qt::AlignCenter, mark.name);
            ++line;  // names of neighbouring marks stand one below the other
        }
        if (content.cursor >= 0) drawCursor(*painter, plot);
        painter->restore();
    }

private:
    [[nodiscard]] QPointF position(QPointF point) const { return chart()->mapToPosition(point); }

    void drawCursor(QPainter& painter, const QRectF& plot) const {
        const Content& content = *owner_->content_;
        bool has_line = false;
        for (const ChartSeries& series : content.series) {
            const auto i = static_cast<std::size_t>(content.cursor);
            if (i >= series.y.size()) continue;
            const double x = series.x.empty() ? static_cast<double>(content.cursor) : series.x[i];
            const QPointF at = position({x, std::clamp(series.y[i], content.y.low, content.y.high)});
            if (at.x() < plot.left() - 1 || at.x() > plot.right() + 1) continue;
            if (!has_line) {
                painter.setPen(QPen(selectionColour(owner_->palette()), 1));
                painter.drawLine(QPointF(at.x(), plot.top()), QPointF(at.x(), plot.bottom()));
                has_line = true;
            }
            if (series.name.isEmpty() || !std::isfinite(series.y[i])) continue;
            painter.setPen(QPen(owner_->palette().color(QPalette::Base), 1));
            painter.setBrush(seriesColour(series.colour, owner_->palette()));
            painter.drawEllipse(at, 4, 4);
        }
    }

    Chart* owner_;
};

Chart::Chart(QWidget* parent) : QWidget(parent), content_(std::make_unique<Content>()) {
    content_->empty_text = tr("Nothing to show yet");
    auto* chart = new QChart;
    chart->setAnimationOptions(QChart::NoAnimation);
    chart->setBackgroundRoundness(0);
    chart->setDropShadowEnabled(false);
    chart->layout()->setContentsMargins(0, 0, 0, 0);
    chart->legend()->hide();  // ours wraps instead of cutting names off, and takes less room
    view_ = new View(this, chart);
    view_->viewport()->installEventFilter(this);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Chart"));
    setToolTip(
        tr("Wheel or + and −: zoom. Drag: move. 0 or double click: show all.\nLeft and Right: next point. Click or Return: choose it."));
    const auto addEntry = [this](const QString& text, const QKeySequence& keys, auto slot) {
        auto* action = new QAction(text, this);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, slot);
        addAction(action);
    };
    addEntry(tr("Copy data"), QKeySequence::Copy, &Chart::copyData);
    addEntry(tr("Copy picture"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), &Chart::copyPicture);
    addEntry(tr("Show all"), QKeySequence(Qt::Key_0), &Chart::showAll);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    setAxes({}, {});
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
    rebuild();
}

const std::vector<ChartSeries>& Chart::series() const noexcept { return content_->series; }

void Chart::setAxes(const ChartAxis& x, const ChartAxis& y) {
    const bool is_new = view_->x_axis == nullptr;
    if (!is_new && x == content_->x_axis && y == content_->y_axis) return;
    const bool has_new_x = is_new || x.is_logarithmic != content_->x_axis.is_logarithmic;
    const bool has_new_y = is_new || y.is_logarithmic != content_->y_axis.is_logarithmic;
    content_->x_axis = x;
    content_->y_axis = y;
    QChart* chart = view_->chart();
    if (has_new_x || has_new_y) chart->removeAllSeries();
    const auto makeAxis = [](const ChartAxis& axis) -> QAbstractAxis* {
        if (axis.is_logarithmic) {
            auto* log_axis = new QLogValueAxis;
            log_axis->setBase(10.0);
            log_axis->setMinorTickCount(8);
            log_axis->setLabelFormat(QStringLiteral("%g"));
            return log_axis;
        }
        auto* value_axis = new QValueAxis;
        value_axis->setTickType(QValueAxis::TicksDynamic);
        value_axis->setLabelFormat(QStringLiteral("%g"));
        return value_axis;
    };
    const auto replaceAxis = [chart, &makeAxis](QAbstractAxis*& axis, const ChartAxis& wanted, Qt::Alignment side) {
        if (axis != nullptr) {
            chart->removeAxis(axis);
            delete axis;
        }
        axis = makeAxis(wanted);
        chart->addAxis(axis, side);
    };
    if (has_new_x) replaceAxis(view_->x_axis, x, Qt::AlignBottom);
    if (has_new_y) replaceAxis(view_->y_axis, y, Qt::AlignLeft);
    view_->x_axis->setTitleText(x.title);
    view_->y_axis->setTitleText(y.title);
    fitAxes();
    restyle();
    rebuild();
}

void Chart::setMarks(std::vector<ChartMark> marks) {
    content_->marks = std::move(marks);
    view_->viewport()->update();
}

void Chart::setLegendVisible(bool is_visible) {
    content_->has_legend = is_visible;
    rebuild();
}

void Chart::setPointName(const QString& name, std::vector<Index> numbers) {
    content_->point_name = name;
    content_->numbers = std::move(numbers);
    update();
}

void Chart::setEmptyText(const QString& text) {
    content_->empty_text = text;
    view_->viewport()->update();
}

void Chart::setPointsDraggable(bool are_draggable) { content_->are_points_draggable = are_draggable; }

void Chart::fitAxes() {
    const Extent before = content_->all_x;
    const bool showed_all = content_->shown_x == before;
    content_->all_x = xExtent(content_->series, content_->x_axis);
    if (showed_all || !(content_->all_x == before)) content_->shown_x = content_->all_x;
    content_->y = yExtent(content_->series, content_->y_axis);
}

void Chart::setXRange(double low, double high) {
    const Extent& all = content_->all_x;
    const Extent next{std::max(low, all.low), std::min(high, all.high)};
    if (!(next.high > next.low) || next == content_->shown_x) return;
    content_->shown_x = next;
    rebuild();
}

void Chart::moveX(double low, double high) {
    const Extent before = content_->shown_x;
    setXRange(low, high);
    if (!(content_->shown_x == before)) emit xRangeChanged(content_->shown_x.low, content_->shown_x.high);
}

void Chart::showAll() { moveX(content_->all_x.low, content_->all_x.high); }
double Chart::xLow() const noexcept { return content_->shown_x.low; }
double Chart::xHigh() const noexcept { return content_->shown_x.high; }
Index Chart::drawnPoints() const noexcept { return content_->drawn_points; }
QRectF Chart::plotRect() const { return view_->chart()->plotArea().translated(view_->pos()); }
QPointF Chart::toPixel(double x, double y) const { return view_->chart()->mapToPosition({x, y}) + view_->pos(); }
QPointF Chart::toData(QPointF position) const { return view_->chart()->mapToValue(position); }

void Chart::zoomX(double at, double factor) {
    const bool is_log = content_->x_axis.is_logarithmic;
    const auto along = [is_log](double v) { return is_log ? std::log(v) : v; };
    const auto back = [is_log](double v) { return is_log ? std::exp(v) : v; };
    const double low = along(content_->shown_x.low);
    const double high = along(content_->shown_x.high);
    const double centre = std::clamp(along(at), low, high);
    const double all = along(content_->all_x.high) - along(content_->all_x.low);
    const double span = std::clamp((high - low) / factor, all / 1e5, all);
    double left = centre - (centre - low) / (high - low) * span;
    left = std::clamp(left, along(content_->all_x.low), along(content_->all_x.high) - span);
    moveX(back(left), back(left + span));
}

void Chart::rebuild() {
    QChart* chart = view_->chart();
    chart->removeAllSeries();
    placeView();
    // The plot's own size is only known after a layout that has not happened yet: this is it but for the axis labels.
    const QSize plot(std::max(64, view_->width() - 5 * fontMetrics().averageCharWidth()),
                     std::max(32, view_->height() - 3 * fontMetrics().height()));
    if (auto* axis = qobject_cast<QValueAxis*>(view_->x_axis)) {
        const int most = std::max(2, plot.width() / (fontMetrics().averageCharWidth() * 12));
        axis->setTickInterval(roundStep(content_->shown_x.high - content_->shown_x.low, most, content_->x_axis.is_whole));
    }
    if (auto* axis = qobject_cast<QValueAxis*>(view_->y_axis)) {
        const int most = std::clamp(plot.height() / (fontMetrics().height() * 2), 2, 8);
        axis->setTickInterval(roundStep(content_->y.high - content_->y.low, most, content_->y_axis.is_whole));
    }
    view_->x_axis->setRange(content_->shown_x.low, content_->shown_x.high);
    view_->y_axis->setRange(content_->y.low, content_->y.high);

    const auto n_pixels = static_cast<Index>(plot.width() * devicePixelRatioF());
    content_->drawn_points = 0;
    content_->dots.clear();
    bool is_any_dense = false;
    for (const ChartSeries& series : content_->series) {
        const Outline outline =
            outlineOf(series, content_->shown_x, content_->y, content_->x_axis.is_logarithmic, content_->y_axis.is_logarithmic, n_pixels);
        content_->drawn_points += static_cast<Index>(outline.upper.size() + outline.lower.size());
        const QColor colour = seriesColour(series.colour, palette());
        QColor fill = colour;
        fill.setAlpha(series.kind == ChartSeries::Kind::Band ? 70 : 150);
        const auto points = [](const std::vector<QPointF>& from) { return QList<QPointF>(from.begin(), from.end()); };
        QAbstractSeries* drawn = nullptr;
        // Wide or dashed pens cost much time where there are several points on every pixel, and show nothing there.
        const bool is_dense = static_cast<int>(outline.upper.size()) > plot.width();
        is_any_dense = is_any_dense || is_dense;
        if (series.kind == ChartSeries::Kind::Line) {
            auto* curve = new QLineSeries;
            QPen thin(colour, 1);
            thin.setCosmetic(true);
            curve->setPen(is_dense ? thin : QPen(colour, 1.8, series.is_dashed ? Qt::DashLine : Qt::SolidLine));
            curve->replace(points(outline.upper));
            drawn = curve;
        } else if (series.kind == ChartSeries::Kind::Points) {
            // The library makes an item of every dot, which is slow for thousands: View draws them. The empty series ties them to the axes.
            content_->dots.push_back({colour, outline.upper});
            drawn = new QLineSeries;
        } else {
            auto* area = new QAreaSeries;
            auto* upper = new QLineSeries(area);
            auto* lower = new QLineSeries(area);
            upper->replace(points(outline.upper));
            lower->replace(points(outline.lower));
            area->setUpperSeries(upper);
            area->setLowerSeries(lower);
            area->setPen(QPen(colour, 1));
            area->setBrush(fill);
            drawn = area;
        }
        drawn->setName(series.name);
        chart->addSeries(drawn);
        drawn->attachAxis(view_->x_axis);
        drawn->attachAxis(view_->y_axis);
    }
    view_->setRenderHint(QPainter::Antialiasing, !is_any_dense);
    view_->viewport()->update();
    update();
}

void Chart::restyle() {
    QChart* chart = view_->chart();
    const QColor base = palette().color(QPalette::Base);
    chart->setBackgroundBrush(base);
    chart->setBackgroundPen(Qt::NoPen);
    chart->setPlotAreaBackgroundVisible(false);
    chart->setMargins(QMargins(4, 2, 10, 4));
    view_->setBackgroundBrush(base);
    for (QAbstractAxis* axis : {view_->x_axis, view_->y_axis}) {
        axis->setLabelsFont(font());
        axis->setTitleFont(font());
        axis->setLabelsColor(mutedText(palette()));
        axis->setTitleBrush(palette().color(QPalette::Text));
        axis->setLinePenColor(mutedText(palette()));
        axis->setGridLineColor(gridColour(palette()));
        QColor minor = gridColour(palette());
        minor.setAlpha(90);
        axis->setMinorGridLineColor(minor);
    }
}

void Chart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        restyle();
        rebuild();
    }
    QWidget::changeEvent(event);
}

QSize Chart::sizeHint() const { return {44 * fontMetrics().averageCharWidth(), 15 * fontMetrics().height()}; }
QSize Chart::minimumSizeHint() const { return {24 * fontMetrics().averageCharWidth(), 9 * fontMetrics().height()}; }

void Chart::resizeEvent(QResizeEvent*) { rebuild(); }

std::vector<Chart::LegendEntry> Chart::legend() const {
    std::vector<LegendEntry> entries;
    if (!content_->has_legend) return entries;
    const QFontMetrics metrics = fontMetrics();
    const int left = 8;
    int x = left;
    int y = metrics.height() + 6;
    for (std::size_t i = 0; i < content_->series.size(); ++i) {
        const QString& name = content_->series[i].name;
        if (name.isEmpty()) continue;
        const int wide = kSwatch + 5 + metrics.horizontalAdvance(name);
        if (x > left && x + wide > width() - left) {
            x = left;
            y += metrics.height() + 1;
        }
        entries.push_back({i, QRect(x, y, std::min(wide, width() - 2 * left), metrics.height())});
        x += wide + 14;
    }
    return entries;
}

void Chart::placeView() {
    const std::vector<LegendEntry> entries = legend();
    const int header = entries.empty() ? fontMetrics().height() + 6 : entries.back().place.bottom() + 3;
    view_->setGeometry(1, header, width() - 2, std::max(1, height() - header - 1));
}

void Chart::paintLegend(QPainter& painter) const {
    for (const LegendEntry& entry : legend()) {
        const ChartSeries& series = content_->series[entry.series];
        const QColor colour = seriesColour(series.colour, palette());
        const QRect swatch(entry.place.left(), entry.place.top(), kSwatch, entry.place.height());
        painter.setRenderHint(QPainter::Antialiasing);
        if (series.kind == ChartSeries::Kind::Line) {
            painter.setPen(QPen(colour, 2, series.is_dashed ? Qt::DashLine : Qt::SolidLine));
            painter.drawLine(QPointF(swatch.left(), swatch.center().y() + 0.5), QPointF(swatch.right(), swatch.center().y() + 0.5));
        } else if (series.kind == ChartSeries::Kind::Points) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            painter.drawEllipse(QPointF(swatch.center()), 3.5, 3.5);
        } else {
            QColor fill = colour;
            fill.setAlpha(series.kind == ChartSeries::Kind::Band ? 70 : 150);
            painter.setPen(colour);
            painter.setBrush(fill);
            painter.drawRect(QRect(swatch.left() + 3, swatch.center().y() - 4, kSwatch - 6, 9));
        }
        painter.setPen(palette().color(QPalette::Text));
        const QRect text = entry.place.adjusted(kSwatch + 5, 0, 0, 0);
        painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(series.name, Qt::ElideRight, text.width() + 2));
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setBrush(Qt::NoBrush);
}

void Chart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    const QString read_out = readOut();
    const int read_width = read_out.isEmpty() ? 0 : fontMetrics().horizontalAdvance(read_out) + 16;
    const QRect line(8, 2, width() - 16, fontMetrics().height() + 2);
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
    paintLegend(painter);
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
        if (series.kind == ChartSeries::Kind::Band && i < series.low.size()) {
            text += tr(" · %1 %2 … %3").arg(series.name, numberText(series.low[i]), numberText(series.y[i]));
        } else {
            text += tr(" · %1 %2").arg(series.name, numberText(series.y[i]));
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
    view_->viewport()->update();
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
    content_->pressed_x = content_->shown_x;
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
    if (content_->shown_x == content_->all_x || content_->x_axis.is_logarithmic) return;
    const double span = content_->pressed_x.high - content_->pressed_x.low;
    const double shift = -moved.x() / std::max(1.0, view_->chart()->plotArea().width()) * span;
    const double low = std::clamp(content_->pressed_x.low + shift, content_->all_x.low, content_->all_x.high - span);
    moveX(low, low + span);
}

void Chart::release(QPointF position) {
    const bool is_click = !content_->has_moved && !content_->is_editing;
    content_->pressed.reset();
    if (!is_click || !view_->chart()->plotArea().contains(position)) return;
    const Index index = indexAt(position);
    if (index >= 0) emit chosen(index);
}

bool Chart::eventFilter(QObject* watched, QEvent* event) {
    if (watched != view_->viewport() || content_->isEmpty()) return QWidget::eventFilter(watched, event);
    switch (event->type()) {
        case QEvent::MouseButtonPress: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (mouse->button() != Qt::LeftButton) return false;
            press(mouse->position(), content_->are_points_draggable || mouse->modifiers().testFlag(Qt::ShiftModifier));
            return true;
        }
        case QEvent::MouseMove: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (content_->pressed) {
                drag(mouse->position());
            } else {
                moveCursor(view_->chart()->plotArea().contains(mouse->position()) ? indexAt(mouse->position()) : -1);
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
    const double centre = 0.5 * (content_->shown_x.low + content_->shown_x.high);
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

void Chart::copyData() const {
    QString text;
    for (const ChartSeries& series : content_->series) {
        const bool is_band = series.kind == ChartSeries::Kind::Band;
        text +=
            QStringLiteral("\"%1\",\"%2\"%3\n").arg(content_->x_axis.title, series.name, is_band ? QStringLiteral(",\"low\"") : QString());
        const std::vector<double> x = positionsOf(series);
        for (std::size_t i = 0; i < series.y.size(); ++i) {
            text += QStringLiteral("%1,%2").arg(x[i], 0, 'g', 9).arg(series.y[i], 0, 'g', 9);
            if (is_band) text += QStringLiteral(",%1").arg(series.low[i], 0, 'g', 9);
            text += QLatin1Char('\n');
        }
    }
    QApplication::clipboard()->setText(text);
}

}  // namespace salient
