#include "widgets/chart_content.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/eval/thinned_series.h"

namespace salient {

namespace {

/// Half the smallest distance between neighbours; half a unit for a single point.
double halfStep(const std::vector<double>& x) {
    double step = std::numeric_limits<double>::infinity();
    for (std::size_t i = 1; i < x.size(); ++i) {
        if (x[i] > x[i - 1]) step = std::min(step, x[i] - x[i - 1]);
    }
    return std::isfinite(step) ? 0.5 * step : 0.5;
}

void include(Extent& extent, const std::vector<double>& values, bool positive_only) {
    for (const double value : values) {
        if (!std::isfinite(value) || (positive_only && value <= 0.0)) continue;
        extent.low = std::min(extent.low, value);
        extent.high = std::max(extent.high, value);
    }
}

constexpr Extent kNothing{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};

// More decades than this only show rounding dust.
constexpr double kMostDecades = 9.0;

}  // namespace

std::vector<double> positionsOf(const ChartSeries& series) {
    if (!series.x.empty()) return series.x;
    std::vector<double> x(series.y.size());
    std::iota(x.begin(), x.end(), 0.0);
    return x;
}

Extent xExtent(const std::vector<ChartSeries>& series, const ChartAxis& axis) {
    Extent extent = kNothing;
    for (const ChartSeries& one : series) {
        std::vector<double> x = positionsOf(one);
        if (x.empty()) continue;
        if (one.kind == ChartSeries::Kind::Bars && !axis.is_logarithmic) {
            const double half = halfStep(x);
            x.front() -= half;
            x.back() += half;
        }
        include(extent, x, axis.is_logarithmic);
    }
    if (!(extent.low <= extent.high)) extent = axis.is_logarithmic ? Extent{0.1, 1.0} : Extent{0.0, 1.0};
    if (axis.low) extent.low = *axis.low;
    if (axis.high) extent.high = *axis.high;
    if (!(extent.high > extent.low)) {
        extent = axis.is_logarithmic ? Extent{extent.low / 2.0, extent.low * 2.0} : Extent{extent.low - 0.5, extent.low + 0.5};
    }
    return extent;
}

Extent yExtent(const std::vector<ChartSeries>& series, const ChartAxis& axis) {
    Extent extent = kNothing;
    for (const ChartSeries& one : series) {
        include(extent, one.y, axis.is_logarithmic);
        include(extent, one.low, axis.is_logarithmic);
        if (one.kind == ChartSeries::Kind::Bars && !axis.is_logarithmic) include(extent, {0.0}, false);
    }
    if (!(extent.low <= extent.high)) extent = axis.is_logarithmic ? Extent{0.1, 1.0} : Extent{0.0, 1.0};
    if (axis.is_logarithmic) {
        extent.high = std::pow(10.0, std::ceil(std::log10(extent.high) - 1e-9));
        extent.low = std::max(std::pow(10.0, std::floor(std::log10(extent.low) + 1e-9)), extent.high * std::pow(10.0, -kMostDecades));
        if (extent.low >= extent.high) extent.low = extent.high / 10.0;
    } else {
        const double span = extent.high - extent.low;
        const double pad = span > 0.0 ? 0.05 * span : std::max(0.5 * std::abs(extent.high), 0.5);
        if (extent.low != 0.0) extent.low -= pad;
        if (extent.high != 0.0) extent.high += pad;
    }
    if (axis.low) extent.low = *axis.low;
    if (axis.high) extent.high = *axis.high;
    return extent;
}

Outline outlineOf(const ChartSeries& series, const Extent& x_range, const Extent& y_range, bool x_logarithmic, bool y_logarithmic,
                  Index n_pixels) {
    using Kind = ChartSeries::Kind;
    Outline outline;
    const std::vector<double> x = positionsOf(series);
    if (x.size() != series.y.size() || (series.kind == Kind::Band && series.low.size() != series.y.size())) return outline;
    const auto drawable = [&](double value) {
        return y_logarithmic && !(value > 0.0) ? y_range.low : std::max(value, y_logarithmic ? y_range.low * 1e-3 : value);
    };
    const bool has_floor = series.kind == Kind::Bars || series.kind == Kind::Band;
    const double floor = y_logarithmic ? y_range.low : std::clamp(0.0, y_range.low, y_range.high);

    std::vector<double> heights = series.y;
    if (y_logarithmic && !has_floor) {
        // A curve on a logarithmic axis has gaps where it is not positive.
        for (double& value : heights) {
            if (!(value > 0.0)) value = std::numeric_limits<double>::quiet_NaN();
        }
    }
    const std::vector<Index> kept = thinToPixels(x, heights, x_range.low, x_range.high, n_pixels, x_logarithmic);
    const bool is_stepped = series.kind == Kind::Bars && static_cast<Index>(kept.size()) <= n_pixels;
    const double half = is_stepped ? halfStep(x) : 0.0;
    for (const Index k : kept) {
        const auto i = static_cast<std::size_t>(k);
        const double y = drawable(heights[i]);
        if (is_stepped) {
            outline.upper.insert(outline.upper.end(), {{x[i] - half, floor}, {x[i] - half, y}, {x[i] + half, y}, {x[i] + half, floor}});
        } else {
            outline.upper.emplace_back(x[i], y);
        }
    }
    if (!has_floor || outline.upper.empty()) return outline;
    if (series.kind == Kind::Bars) {
        outline.lower = {{outline.upper.front().x(), floor}, {outline.upper.back().x(), floor}};
        return outline;
    }
    for (const Index k : thinToPixels(x, series.low, x_range.low, x_range.high, n_pixels, x_logarithmic)) {
        const auto i = static_cast<std::size_t>(k);
        outline.lower.emplace_back(x[i], drawable(series.low[i]));
    }
    return outline;
}

}  // namespace salient
