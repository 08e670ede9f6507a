#include "widgets/chart_canvas.h"

#include <QAreaSeries>
#include <QChart>
#include <QGraphicsLayout>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QPainter>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

// As "%g"; written with its digits because Qt Charts leaves labels of any other form empty when it is to write them in a locale.
const QString kLabelFormat = QStringLiteral("%.6g");
constexpr double kDot = 3.5;  // radii
constexpr double kCursorDot = 4.0;
constexpr double kMarkDot = 5.0;

QAbstractAxis* makeAxis(bool is_logarithmic) {
    if (is_logarithmic) {
        auto* axis = new QLogValueAxis;
        axis->setBase(10.0);
        axis->setMinorTickCount(8);
        axis->setLabelFormat(kLabelFormat);
        return axis;
    }
    auto* axis = new QValueAxis;
    axis->setTickType(QValueAxis::TicksDynamic);
    axis->setLabelFormat(kLabelFormat);
    return axis;
}

QList<QPointF> asList(const std::vector<QPointF>& points) { return {points.begin(), points.end()}; }

}  // namespace

bool ChartPicture::isEmpty() const {
    return std::all_of(series.begin(), series.end(), [](const ChartSeries& one) { return one.y.empty(); });
}

QColor fillColour(const ChartSeries& series, const QPalette& palette) {
    QColor colour = seriesColour(series.colour, palette);
    colour.setAlpha(series.kind == ChartSeries::Kind::Band ? 70 : 150);
    return colour;
}

ChartCanvas::ChartCanvas(const ChartPicture& picture, QWidget* parent) : QChartView(new QChart, parent), picture_(picture) {
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->setLocalizeNumbers(true);
    chart()->setLocale(numberLocale());
    chart()->setBackgroundRoundness(0);
    chart()->setDropShadowEnabled(false);
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    chart()->legend()->hide();  // that of Chart wraps instead of cutting names off, and takes less room
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setRenderHint(QPainter::Antialiasing);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
}

QRectF ChartCanvas::plotRect() const { return chart()->plotArea(); }
QPointF ChartCanvas::toPixel(QPointF values) const { return chart()->mapToPosition(values); }
QPointF ChartCanvas::toValues(QPointF pixel) const { return chart()->mapToValue(pixel); }

void ChartCanvas::setUpAxes() {
    const auto replace = [this](QAbstractAxis*& axis, const ChartAxis& wanted, Qt::Alignment side) {
        const bool is_logarithmic = qobject_cast<QLogValueAxis*>(axis) != nullptr;
        if (axis != nullptr && is_logarithmic == wanted.is_logarithmic) return;
        chart()->removeAllSeries();  // they are tied to the axis that goes
        if (axis != nullptr) {
            chart()->removeAxis(axis);
            delete axis;
        }
        axis = makeAxis(wanted.is_logarithmic);
        chart()->addAxis(axis, side);
    };
    replace(x_axis_, picture_.x_axis, Qt::AlignBottom);
    replace(y_axis_, picture_.y_axis, Qt::AlignLeft);
    x_axis_->setTitleText(picture_.x_axis.title);
    y_axis_->setTitleText(picture_.y_axis.title);
}

void ChartCanvas::restyle() {
    const QPalette& colours = parentWidget()->palette();
    const QFont& font = parentWidget()->font();
    const QColor base = colours.color(QPalette::Base);
    chart()->setBackgroundBrush(base);
    chart()->setBackgroundPen(Qt::NoPen);
    chart()->setPlotAreaBackgroundVisible(false);
    chart()->setMargins(QMargins(4, 2, 10, 4));
    setBackgroundBrush(base);
    for (QAbstractAxis* axis : {x_axis_, y_axis_}) {
        axis->setLabelsFont(font);
        axis->setTitleFont(font);
        axis->setLabelsColor(mutedText(colours));
        axis->setTitleBrush(colours.color(QPalette::Text));
        axis->setLinePenColor(mutedText(colours));
        axis->setGridLineColor(gridColour(colours));
        QColor minor = gridColour(colours);
        minor.setAlpha(90);
        axis->setMinorGridLineColor(minor);
    }
}

void ChartCanvas::drawSeries() {
    chart()->removeAllSeries();
    const QFontMetrics metrics(parentWidget()->font());
    // The plot's own size is only known after a layout that has not happened yet: this is it but for the axis labels.
    const QSize plot(std::max(64, width() - 5 * metrics.averageCharWidth()), std::max(32, height() - 3 * metrics.height()));
    if (auto* axis = qobject_cast<QValueAxis*>(x_axis_)) {
        const int most = std::max(2, plot.width() / (metrics.averageCharWidth() * 12));
        axis->setTickInterval(roundStep(picture_.x.high - picture_.x.low, most, picture_.x_axis.is_whole));
    }
    if (auto* axis = qobject_cast<QValueAxis*>(y_axis_)) {
        const int most = std::clamp(plot.height() / (metrics.height() * 2), 2, 8);
        axis->setTickInterval(roundStep(picture_.y.high - picture_.y.low, most, picture_.y_axis.is_whole));
    }
    x_axis_->setRange(picture_.x.low, picture_.x.high);
    y_axis_->setRange(picture_.y.low, picture_.y.high);

    drawn_points_ = 0;
    dots_.clear();
    bool is_any_dense = false;
    for (const ChartSeries& series : picture_.series) is_any_dense = drawOne(series, plot) || is_any_dense;
    setRenderHint(QPainter::Antialiasing, !is_any_dense);
    viewport()->update();
}

/// Returns whether there are several points on every pixel.
bool ChartCanvas::drawOne(const ChartSeries& series, QSize plot) {
    const auto n_pixels = static_cast<Index>(plot.width() * devicePixelRatioF());
    const Outline outline =
        outlineOf(series, picture_.x, picture_.y, picture_.x_axis.is_logarithmic, picture_.y_axis.is_logarithmic, n_pixels);
    drawn_points_ += static_cast<Index>(outline.upper.size() + outline.lower.size());
    const QColor colour = seriesColour(series.colour, parentWidget()->palette());
    const bool is_dense = static_cast<int>(outline.upper.size()) > plot.width();
    QAbstractSeries* drawn = nullptr;
    if (series.kind == ChartSeries::Kind::Line) {
        auto* curve = new QLineSeries;
        // Wide or dashed pens cost much time where there are several points on every pixel, and show nothing there.
        QPen thin(colour, 1);
        thin.setCosmetic(true);
        curve->setPen(is_dense ? thin : QPen(colour, 1.8, series.is_dashed ? Qt::DashLine : Qt::SolidLine));
        curve->replace(asList(outline.upper));
        drawn = curve;
    } else if (series.kind == ChartSeries::Kind::Points) {
        // The library makes an item of every dot, which is slow for thousands: we paint them. The empty series ties them to the axes.
        dots_.push_back({colour, outline.upper});
        drawn = new QLineSeries;
    } else {
        auto* area = new QAreaSeries;
        auto* upper = new QLineSeries(area);
        auto* lower = new QLineSeries(area);
        upper->replace(asList(outline.upper));
        lower->replace(asList(outline.lower));
        area->setUpperSeries(upper);
        area->setLowerSeries(lower);
        area->setPen(QPen(colour, 1));
        area->setBrush(fillColour(series, parentWidget()->palette()));
        drawn = area;
    }
    chart()->addSeries(drawn);  // without its name: Qt's legend, hidden as it is, would lay that out as markup
    drawn->attachAxis(x_axis_);
    drawn->attachAxis(y_axis_);
    return is_dense;
}

void ChartCanvas::drawForeground(QPainter* painter, const QRectF&) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(parentWidget()->font());
    if (picture_.isEmpty()) {
        painter->setPen(mutedText(parentWidget()->palette()));
        painter->drawText(plotRect().adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap, picture_.empty_text);
    } else {
        paintDots(*painter);
        paintMarks(*painter);
        paintCursor(*painter);
    }
    painter->restore();
}

void ChartCanvas::paintDots(QPainter& painter) const {
    const QRectF plot = plotRect().adjusted(-1, -1, 1, 1);
    for (const Dots& dots : dots_) {
        painter.setPen(QPen(parentWidget()->palette().color(QPalette::Base), 1));
        painter.setBrush(dots.colour);
        for (const QPointF& point : dots.points) {
            const QPointF at = toPixel(point);
            if (plot.contains(at)) painter.drawEllipse(at, kDot, kDot);
        }
    }
}

void ChartCanvas::paintMarks(QPainter& painter) const {
    const QPalette& colours = parentWidget()->palette();
    const QRectF plot = plotRect();
    const QFontMetricsF metrics(parentWidget()->font());
    int line = 0;
    for (const ChartMark& mark : picture_.marks) {
        const QPointF foot = toPixel({mark.x, picture_.y.low});
        if (foot.x() < plot.left() - 1 || foot.x() > plot.right() + 1) continue;
        const QColor colour = seriesColour(mark.colour, colours);
        painter.setPen(QPen(colour, 1.5, Qt::DashLine));
        painter.drawLine(QPointF(foot.x(), plot.top()), QPointF(foot.x(), plot.bottom()));
        if (std::isfinite(mark.y)) {
            painter.setPen(QPen(colours.color(QPalette::Base), 1.5));
            painter.setBrush(colour);
            painter.drawEllipse(toPixel({mark.x, mark.y}), kMarkDot, kMarkDot);
        }
        const double width = metrics.horizontalAdvance(mark.name) + 8;
        const bool fits_right = foot.x() + width < plot.right();
        const QRectF box(fits_right ? foot.x() + 3 : foot.x() - 3 - width, plot.top() + 2 + line * (metrics.height() + 2), width,
                         metrics.height());
        QColor ground = colours.color(QPalette::Base);
        ground.setAlpha(210);
        painter.fillRect(box, ground);
        painter.setPen(colour);
        painter.drawText(box, Qt::AlignCenter, mark.name);
        ++line;  // names of neighbouring marks stand one below the other
    }
}

void ChartCanvas::paintCursor(QPainter& painter) const {
    if (picture_.cursor < 0) return;
    const QPalette& colours = parentWidget()->palette();
    const QRectF plot = plotRect();
    const auto i = static_cast<std::size_t>(picture_.cursor);
    bool has_line = false;
    for (const ChartSeries& series : picture_.series) {
        if (i >= series.y.size()) continue;
        const double x = series.x.empty() ? static_cast<double>(picture_.cursor) : series.x[i];
        const QPointF at = toPixel({x, std::clamp(series.y[i], picture_.y.low, picture_.y.high)});
        if (at.x() < plot.left() - 1 || at.x() > plot.right() + 1) continue;
        if (!has_line) {
            painter.setPen(QPen(selectionColour(colours), 1));
            painter.drawLine(QPointF(at.x(), plot.top()), QPointF(at.x(), plot.bottom()));
            has_line = true;
        }
        if (series.name.isEmpty() || !std::isfinite(series.y[i])) continue;
        painter.setPen(QPen(colours.color(QPalette::Base), 1));
        painter.setBrush(seriesColour(series.colour, colours));
        painter.drawEllipse(at, kCursorDot, kCursorDot);
    }
}

}  // namespace salient
