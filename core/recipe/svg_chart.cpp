#include "core/recipe/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace salient {

namespace {

constexpr int kSeriesColours = 8;
constexpr double kCharacterWidth = 6.6;  // of the 11 px label font, on average
constexpr double kWidth = 860.0;

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

/// A tick's label: short.
std::string tickText(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string seriesClass(std::size_t index) { return "series" + std::to_string(index % kSeriesColours); }

std::string textAt(double x, double y, std::string_view anchor, std::string_view content, std::string_view css = "label") {
    return "<text class=\"" + std::string(css) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string(anchor) +
           "\">" + escapeXml(content) + "</text>";
}

std::string lineFrom(double x1, double y1, double x2, double y2, std::string_view css) {
    return "<line class=\"" + std::string(css) + "\" x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" +
           number(y2) + "\"/>";
}

std::string begin(double width, double height, std::string_view description) {
    return "<svg viewBox=\"0 0 " + number(width) + " " + number(height) + "\" role=\"img\" aria-label=\"" + escapeXml(description) + "\">" +
           "<title>" + escapeXml(description) + "</title>";
}

/// Maps values to positions, and knows where its ticks are.
class Axis {
public:
    Axis(double lowest, double highest, double from, double to, bool is_logarithmic)
        : lowest_(lowest), highest_(highest), from_(from), to_(to), is_logarithmic_(is_logarithmic) {
        if (is_logarithmic_) {
            lowest_ = std::pow(10.0, std::floor(std::log10(lowest_) + 1e-9));
            highest_ = std::pow(10.0, std::ceil(std::log10(highest_) - 1e-9));
            if (highest_ <= lowest_) highest_ = lowest_ * 10.0;
            for (double tick = lowest_; tick <= highest_ * 1.0001; tick *= 10.0) ticks_.push_back(tick);
            return;
        }
        const double span = highest_ > lowest_ ? highest_ - lowest_ : std::max(1.0, std::abs(highest_));
        double step = std::pow(10.0, std::floor(std::log10(span / 4.0)));
        for (const double factor : {2.0, 2.5, 2.0}) {
            if (span / step > 8.0) step *= factor;
        }
        lowest_ = std::floor(lowest_ / step) * step;
        highest_ = std::ceil(std::max(highest_, lowest_ + step) / step) * step;
        for (int i = 0; lowest_ + i * step <= highest_ + step / 2; ++i) ticks_.push_back(lowest_ + i * step);
    }

    [[nodiscard]] double position(double value) const {
        double fraction = 0.0;
        if (is_logarithmic_) {
            fraction = value > lowest_ ? std::log(value / lowest_) / std::log(highest_ / lowest_) : 0.0;
        } else {
            fraction = (value - lowest_) / (highest_ - lowest_);
        }
        return from_ + std::clamp(fraction, 0.0, 1.0) * (to_ - from_);
    }
    [[nodiscard]] const std::vector<double>& ticks() const { return ticks_; }

private:
    double lowest_;
    double highest_;
    double from_;
    double to_;
    bool is_logarithmic_;
    std::vector<double> ticks_;
};

double labelWidth(std::size_t characters) { return 12.0 + kCharacterWidth * static_cast<double>(std::min<std::size_t>(characters, 48)); }

std::string legend(const std::vector<std::string>& series, double left) {
    std::string svg;
    double x = left;
    for (std::size_t i = 0; i < series.size(); ++i) {
        svg += "<circle class=\"" + seriesClass(i) + "\" cx=\"" + number(x + 5) + "\" cy=\"12\" r=\"4.5\"/>";
        svg += textAt(x + 14, 16, "start", series[i]);
        x += 26.0 + kCharacterWidth * static_cast<double>(series[i].size());
    }
    return svg;
}

}  // namespace

std::string escapeXml(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
        }
    }
    return escaped;
}

std::string svgDotPlot(const std::vector<std::string>& series, const std::vector<DotRow>& rows, std::string_view x_title,
                       std::string_view description) {
    constexpr double kRow = 17.0;
    constexpr double kTop = 28.0;
    double lowest = std::numeric_limits<double>::infinity();
    double highest = 0.0;
    std::size_t longest = 0;
    for (const DotRow& row : rows) {
        longest = std::max(longest, row.label.size());
        for (const double value : row.values) {
            if (!std::isfinite(value) || value <= 0.0) continue;
            lowest = std::min(lowest, value);
            highest = std::max(highest, value);
        }
    }
    if (highest <= 0.0) lowest = highest = 1.0;
    const double left = labelWidth(longest);
    const double bottom = kTop + kRow * static_cast<double>(rows.size());
    const Axis axis(lowest, highest, left, kWidth - 24.0, true);
    std::string svg = begin(kWidth, bottom + 44.0, description) + legend(series, left);
    for (const double tick : axis.ticks()) {
        svg += lineFrom(axis.position(tick), kTop, axis.position(tick), bottom, "grid");
        svg += textAt(axis.position(tick), bottom + 16.0, "middle", tickText(tick));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
        svg += textAt(left - 8.0, y + 4.0, "end", rows[i].label);
        svg += lineFrom(left, y, kWidth - 24.0, y, "row");
        for (std::size_t s = 0; s < rows[i].values.size(); ++s) {
            const double value = rows[i].values[s];
            if (!std::isfinite(value)) continue;
            svg += "<circle class=\"" + seriesClass(s) + "\" cx=\"" + number(axis.position(value)) + "\" cy=\"" + number(y) +
                   "\" r=\"4.5\"><title>" +
                   escapeXml(rows[i].label + ", " + (s < series.size() ? series[s] : "") + ": " + tickText(value)) + "</title></circle>";
        }
    }
    svg += textAt((left + kWidth - 24.0) / 2.0, bottom + 36.0, "middle", x_title, "title");
    return svg + "</svg>";
}

std::string svgScatter(const std::vector<ScatterPoint>& points, std::string_view x_title, std::string_view y_title,
                       std::string_view description) {
    constexpr double kHeight = 380.0;
    constexpr double kLeft = 76.0;
    constexpr double kRight = kWidth - 140.0;
    constexpr double kBottom = kHeight - 52.0;
    constexpr double kTop = 16.0;
    if (points.empty()) return begin(kWidth, kHeight, description) + "</svg>";
    const auto [x_low, x_high] = std::minmax_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    const auto [y_low, y_high] = std::minmax_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
    const bool is_logarithmic = y_low->y > 0.0 && y_high->y / y_low->y > 20.0;
    const Axis x_axis(x_low->x, x_high->x, kLeft, kRight, false);
    const Axis y_axis(y_low->y, y_high->y, kBottom, kTop, is_logarithmic);
    std::string svg = begin(kWidth, kHeight, description);
    for (const double tick : x_axis.ticks()) {
        svg += lineFrom(x_axis.position(tick), kTop, x_axis.position(tick), kBottom, "grid");
        svg += textAt(x_axis.position(tick), kBottom + 18.0, "middle", tickText(tick));
    }
    for (const double tick : y_axis.ticks()) {
        svg += lineFrom(kLeft, y_axis.position(tick), kRight, y_axis.position(tick), "grid");
        svg += textAt(kLeft - 8.0, y_axis.position(tick) + 4.0, "end", tickText(tick));
    }
    // Labels of points that lie close together are moved apart downwards.
    std::vector<const ScatterPoint*> order;
    order.reserve(points.size());
    for (const ScatterPoint& point : points) order.push_back(&point);
    std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return y_axis.position(a->y) < y_axis.position(b->y); });
    std::vector<std::pair<double, double>> placed;
    std::size_t series = 0;
    for (const ScatterPoint* point : order) {
        const double x = x_axis.position(point->x);
        const double y = y_axis.position(point->y);
        double label_y = y + 4.0;
        for (const auto& [other_x, other_y] : placed) {
            if (std::abs(other_x - x) < 120.0 && label_y < other_y + 13.0) label_y = other_y + 13.0;
        }
        placed.emplace_back(x, label_y);
        const std::string css = point->is_reference ? "reference" : seriesClass(series++);
        svg += "<circle class=\"" + css + "\" cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"5.5\"><title>" +
               escapeXml(point->label + ": " + tickText(point->x) + ", " + tickText(point->y)) + "</title></circle>";
        svg += textAt(x + 10.0, label_y, "start", point->label);
    }
    svg += textAt((kLeft + kRight) / 2.0, kHeight - 10.0, "middle", x_title, "title");
    svg += "<text class=\"title\" text-anchor=\"middle\" transform=\"translate(16 " + number((kTop + kBottom) / 2.0) + ") rotate(-90)\">" +
           escapeXml(y_title) + "</text>";
    return svg + "</svg>";
}

std::string svgShares(const std::vector<std::string>& segments, const std::vector<ShareRow>& rows, std::string_view description) {
    constexpr double kRow = 30.0;
    constexpr double kTop = 28.0;
    std::size_t longest = 0;
    for (const ShareRow& row : rows) longest = std::max(longest, row.label.size());
    const double left = labelWidth(longest);
    const double width = kWidth - 24.0 - left;
    const double bottom = kTop + kRow * static_cast<double>(rows.size());
    std::string svg = begin(kWidth, bottom + 28.0, description) + legend(segments, 8.0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double y = kTop + kRow * static_cast<double>(i);
        svg += textAt(left - 8.0, y + 17.0, "end", rows[i].label);
        double x = left;
        for (std::size_t s = 0; s < rows[i].shares.size(); ++s) {
            const double length = width * rows[i].shares[s];
            const std::string name = s < segments.size() ? segments[s] : "";
            svg += "<rect class=\"" + seriesClass(s) + " segment\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" +
                   number(length) + "\" height=\"" + number(kRow - 8.0) + "\"><title>" +
                   escapeXml(name + ": " + tickText(100.0 * rows[i].shares[s]) + " %") + "</title></rect>";
            if (length > kCharacterWidth * static_cast<double>(name.size()) + 8.0) {
                svg += textAt(x + length / 2.0, y + 15.0, "middle", name, "inside");
            }
            x += length;
        }
    }
    for (const int percent : {0, 25, 50, 75, 100}) {
        svg += textAt(left + width * percent / 100.0, bottom + 16.0, "middle", std::to_string(percent) + " %");
    }
    return svg + "</svg>";
}

}  // namespace salient
