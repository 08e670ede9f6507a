#include "widgets/chart_content.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

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

/// Points [begin, end) of a series.
struct Stretch {
    std::size_t begin;
    std::size_t end;
};

/// The stretches of points with a value. They begin and end with one; what is missing within them is no visible gap.
template <typename IsVisibleGap>
std::vector<Stretch> stretchesOf(const std::vector<double>& x, const std::vector<double>& y, IsVisibleGap is_visible_gap) {
    std::vector<Stretch> stretches;
    for (std::size_t i = 0; i < y.size(); ++i) {
        if (!std::isfinite(y[i])) continue;
        const bool goes_on = !stretches.empty() && (stretches.back().end == i || !is_visible_gap(x[stretches.back().end - 1], x[i]));
        if (goes_on) {
            stretches.back().end = i + 1;
        } else {
            stretches.push_back({i, i + 1});
        }
    }
    return stretches;
}

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

std::vector<Outline> outlinesOf(const ChartSeries& series, const Extent& x_range, const Extent& y_range, bool x_logarithmic,
                                bool y_logarithmic, Index n_pixels) {
    using Kind = ChartSeries::Kind;
    std::vector<Outline> outlines;
    const std::vector<double> x = positionsOf(series);
    const bool is_band = series.kind == Kind::Band;
    if (x.size() != series.y.size() || (is_band && series.low.size() != series.y.size())) return outlines;
    const auto drawable = [&](double value) {
        return y_logarithmic && !(value > 0.0) ? y_range.low : std::max(value, y_logarithmic ? y_range.low * 1e-3 : value);
    };
    const bool has_floor = series.kind == Kind::Bars || is_band;
    const double floor = y_logarithmic ? y_range.low : std::clamp(0.0, y_range.low, y_range.high);
    std::vector<double> heights = series.y;
    for (std::size_t i = 0; i < heights.size(); ++i) {
        const bool is_missing = (y_logarithmic && !has_floor && !(heights[i] > 0.0)) || (is_band && !std::isfinite(series.low[i]));
        if (is_missing) heights[i] = std::numeric_limits<double>::quiet_NaN();
    }

    const auto along = [x_logarithmic](double value) { return x_logarithmic ? std::log(value) : value; };
    const double pixel = (along(x_range.high) - along(x_range.low)) / static_cast<double>(std::max<Index>(n_pixels, 1));
    const auto isVisibleGap = [&](double before, double after) {
        return series.kind != Kind::Points && along(after) - along(before) > pixel;
    };
    std::vector<Stretch> stretches = stretchesOf(x, heights, isVisibleGap);
    const double reach = series.kind == Kind::Bars ? halfStep(x) : 0.0;
    std::erase_if(stretches, [&](const Stretch& stretch) {
        return x[stretch.end - 1] + reach < x_range.low || x[stretch.begin] - reach > x_range.high;
    });
    const auto kept = [&](const Stretch& stretch, const std::vector<double>& y) {
        const std::span<const double> part_x = std::span(x).subspan(stretch.begin, stretch.end - stretch.begin);
        const std::span<const double> part_y = std::span(y).subspan(stretch.begin, stretch.end - stretch.begin);
        return thinToPixels(part_x, part_y, x_range.low, x_range.high, n_pixels, x_logarithmic);
    };
    std::vector<std::vector<Index>> points;
    std::size_t n_points = 0;
    for (const Stretch& stretch : stretches) {
        points.push_back(kept(stretch, heights));
        n_points += points.back().size();
    }
    const bool is_stepped = series.kind == Kind::Bars && static_cast<Index>(n_points) <= n_pixels;
    for (std::size_t s = 0; s < stretches.size(); ++s) {
        if (points[s].empty()) continue;
        Outline outline;
        const bool is_step = is_stepped || (series.kind == Kind::Bars && points[s].size() == 1);  // a lone one would have no width
        for (const Index k : points[s]) {
            const std::size_t i = stretches[s].begin + static_cast<std::size_t>(k);
            const double y = drawable(heights[i]);
            if (is_step) {
                outline.upper.insert(outline.upper.end(),
                                     {{x[i] - reach, floor}, {x[i] - reach, y}, {x[i] + reach, y}, {x[i] + reach, floor}});
            } else {
                outline.upper.emplace_back(x[i], y);
            }
        }
        if (series.kind == Kind::Bars) {
            outline.lower = {{outline.upper.front().x(), floor}, {outline.upper.back().x(), floor}};
        } else if (is_band) {
            for (const Index k : kept(stretches[s], series.low)) {
                const std::size_t i = stretches[s].begin + static_cast<std::size_t>(k);
                outline.lower.emplace_back(x[i], drawable(series.low[i]));
            }
        }
        outlines.push_back(std::move(outline));
    }
    return outlines;
}

int decadesPerLabel(const Extent& range, double pixels, double room) {
    const double decades = std::log10(range.high / range.low);
    if (!(decades > 0.0) || !(pixels > 0.0)) return 1;
    const int most = std::max(1, static_cast<int>(0.5 * decades + 1e-9));
    return static_cast<int>(std::clamp(std::ceil(room * decades / pixels), 1.0, static_cast<double>(most)));
}

}  // namespace salient
