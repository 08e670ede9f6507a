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

#include "widgets/chart_frame.h"
#include "widgets/theme.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

// As "%g"; written with its digits because Qt Charts leaves labels of any other form empty when it is to write them in a locale.
const QString kLabelFormat = QStringLiteral("%.6g");
constexpr int kSmallestPlot = 32;
constexpr int kMostLabelsUpwards = 8;
constexpr int kLabelCharacters = 12;  // as much room as a label beside others gets
constexpr int kMinorLines = 8;        // between two decades
constexpr double kNudge = 1e-9;
constexpr double kDot = 3.5;  // radii
constexpr double kLoneDot = 2.5;
constexpr double kCursorDot = 4.0;
constexpr double kMarkDot = 5.0;

QAbstractAxis* makeAxis(bool is_logarithmic) {
    QAbstractAxis* made = nullptr;
    if (is_logarithmic) {
        auto* axis = new QLogValueAxis;
        axis->setLabelFormat(kLabelFormat);
        made = axis;
    } else {
        auto* axis = new QValueAxis;
        axis->setTickType(QValueAxis::TicksDynamic);
        axis->setLabelFormat(kLabelFormat);
        made = axis;
    }
    made->setTruncateLabels(false);  // dots in place of a number help nobody: there are as many labels as there is room for
    return made;
}

void setDecades(QAbstractAxis& axis, const Extent& range, int per_label) {
    auto& logarithmic = static_cast<QLogValueAxis&>(axis);
    logarithmic.setBase(std::pow(10.0, per_label));
    logarithmic.setMinorTickCount(per_label == 1 ? kMinorLines : 0);
    // Qt Charts rounds logarithms up to find the first decade: without the nudge 0.001 at the end of an axis gets no label.
    logarithmic.setRange(range.low * (1.0 - kNudge), range.high * (1.0 + kNudge));
}

std::vector<double> decadesIn(const Extent& range) {
    std::vector<double> decades;
    if (!(range.low > 0.0)) return decades;
    for (double k = std::ceil(std::log10(range.low) - kNudge); k <= std::log10(range.high) + kNudge; k += 1.0)
        decades.push_back(std::pow(10.0, k));
    return decades;
}

/// Pixels of the longest of these labels, as kLabelFormat writes them.
int widest(const QFontMetrics& metrics, const std::vector<double>& values) {
    int pixels = 0;
    for (const double value : values) pixels = std::max(pixels, metrics.horizontalAdvance(numberLocale().toString(value, 'g', 6)));
    return pixels;
}

QList<QPointF> asList(const std::vector<QPointF>& points) { return {points.begin(), points.end()}; }

}  // namespace

bool ChartPicture::isEmpty() const {
    return std::none_of(series.begin(), series.end(), [](const ChartSeries& one) {
        return std::any_of(one.y.begin(), one.y.end(), [](double value) { return std::isfinite(value); });
    });
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
    connect(chart(), &QChart::plotAreaChanged, parent, [parent] { parent->update(); });
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
}

void ChartCanvas::restyle() {
    const QPalette& colours = parentWidget()->palette();
    const QFont& font = parentWidget()->font();
    const QColor base = colours.color(QPalette::Base);
    chart()->setBackgroundBrush(base);
    chart()->setBackgroundPen(Qt::NoPen);
    chart()->setPlotAreaBackgroundVisible(false);
    chart()->setMargins(kCanvasMargins);
    setBackgroundBrush(base);
    for (QAbstractAxis* axis : {x_axis_, y_axis_}) {
        axis->setLabelsFont(font);
        axis->setLabelsColor(mutedText(colours));
        axis->setLinePenColor(mutedText(colours));
        axis->setGridLineColor(gridColour(colours));
        QColor minor = gridColour(colours);
        minor.setAlpha(90);
        axis->setMinorGridLineColor(minor);
    }
}

void ChartCanvas::drawSeries() {
    chart()->removeAllSeries();
    const QSize plot = scaleAxes();
    drawn_points_ = 0;
    dots_.clear();
    bool is_any_dense = false;
    for (const ChartSeries& series : picture_.series) is_any_dense = drawOne(series, plot) || is_any_dense;
    if (chart()->series().isEmpty()) add(new QLineSeries);  // ties values to the axes: dots are placed by it
    setRenderHint(QPainter::Antialiasing, !is_any_dense);
    viewport()->update();
}

QSize ChartCanvas::scaleAxes() {
    const QFontMetrics metrics(parentWidget()->font());
    const Extent& x = picture_.x;
    const Extent& y = picture_.y;
    const int high = std::max(kSmallestPlot, height() - heightAroundPlot(metrics));
    std::vector<double> labels;
    if (auto* axis = qobject_cast<QValueAxis*>(y_axis_)) {
        const int most = std::clamp(high / (metrics.height() * 2), 2, kMostLabelsUpwards);
        const double step = roundStep(y.high - y.low, most, picture_.y_axis.is_whole);
        labels = roundTicks(y.low, y.high, most, picture_.y_axis.is_whole);
        axis->setTickInterval(step);
        axis->setRange(y.low, y.high);
    } else {
        labels = decadesIn(y);
        setDecades(*y_axis_, y, decadesPerLabel(y, high, metrics.height() + kAxisLabelGap));
    }

    const int character = metrics.averageCharWidth();
    const int around = kCanvasMargins.left() + kCanvasMargins.right() + widest(metrics, labels) + kAxisLabelPadding + 2 * character;
    const int wide = std::max(kSmallestPlot, width() - around);
    if (auto* axis = qobject_cast<QValueAxis*>(x_axis_)) {
        const double span = x.high - x.low;
        const auto ticksFor = [&](int most) { return roundTicks(x.low, x.high, most, picture_.x_axis.is_whole); };
        const auto stepFor = [&](int most) { return roundStep(span, most, picture_.x_axis.is_whole); };
        const auto fits = [&](int most) { return (widest(metrics, ticksFor(most)) + character) * span <= stepFor(most) * wide; };
        int most = std::max(2, wide / (kLabelCharacters * character));
        while (most > 1 && !fits(most) && ticksFor(most - 1).size() > 1) --most;
        axis->setTickInterval(stepFor(most));
        axis->setRange(x.low, x.high);
    } else {
        setDecades(*x_axis_, x, decadesPerLabel(x, wide, widest(metrics, decadesIn(x)) + character));
    }
    return {wide, high};
}

/// Returns whether there are several points on every pixel.
bool ChartCanvas::drawOne(const ChartSeries& series, QSize plot) {
    const auto n_pixels = static_cast<Index>(plot.width() * devicePixelRatioF());
    const std::vector<Outline> outlines =
        outlinesOf(series, picture_.x, picture_.y, picture_.x_axis.is_logarithmic, picture_.y_axis.is_logarithmic, n_pixels);
    std::size_t n_upper = 0;
    for (const Outline& outline : outlines) {
        n_upper += outline.upper.size();
        drawn_points_ += static_cast<Index>(outline.upper.size() + outline.lower.size());
    }
    const QColor colour = seriesColour(series.colour, parentWidget()->palette());
    const bool is_dense = static_cast<int>(n_upper) > plot.width();
    // Wide or dashed pens cost much time where there are several points on every pixel, and show nothing there.
    QPen thin(colour, 1);
    thin.setCosmetic(true);
    const QPen pen = is_dense ? thin : QPen(colour, 1.8, series.is_dashed ? Qt::DashLine : Qt::SolidLine);
    for (const Outline& outline : outlines) {
        if (series.kind == ChartSeries::Kind::Points) {
            // The library makes an item of every dot, which is slow for thousands: we paint them.
            dots_.push_back({colour, outline.upper, kDot});
        } else if (series.kind == ChartSeries::Kind::Line && outline.upper.size() == 1) {
            dots_.push_back({colour, outline.upper, kLoneDot});  // a line of one point could not be seen
        } else if (series.kind == ChartSeries::Kind::Line) {
            auto* curve = new QLineSeries;
            curve->setPen(pen);
            curve->replace(asList(outline.upper));
            add(curve);
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
            add(area);
        }
    }
    return is_dense;
}

/// Without its name: Qt's legend, hidden as it is, would lay that out as markup.
void ChartCanvas::add(QAbstractSeries* series) {
    chart()->addSeries(series);
    series->attachAxis(x_axis_);
    series->attachAxis(y_axis_);
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
            if (plot.contains(at)) painter.drawEllipse(at, dots.radius, dots.radius);
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
        const double y = std::isfinite(series.y[i]) ? std::clamp(series.y[i], picture_.y.low, picture_.y.high) : picture_.y.low;
        const QPointF at = toPixel({x, y});
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
