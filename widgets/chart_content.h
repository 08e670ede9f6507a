#pragma once

#include <QPointF>
#include <utility>
#include <vector>

#include "widgets/chart.h"

namespace salient {

// The arithmetic behind a Chart: what to draw from a series, and how far the axes reach. No drawing library here.

/// Lowest and highest value.
struct Extent {
    double low = 0.0;
    double high = 1.0;
    bool operator==(const Extent&) const = default;
};

/// x of every point: its own, or 0, 1, 2, …
[[nodiscard]] std::vector<double> positionsOf(const ChartSeries& series);
/// All x of all series, half a bar wider where there are bars.
[[nodiscard]] Extent xExtent(const std::vector<ChartSeries>& series, const ChartAxis& axis);
/// All finite (and on a logarithmic axis positive) y, rounded outwards to decades or widened a little; zero is included for bars.
[[nodiscard]] Extent yExtent(const std::vector<ChartSeries>& series, const ChartAxis& axis);

/// A stretch without gaps: one curve, or for bars and bands its upper and lower edge.
struct Outline {
    std::vector<QPointF> upper;  ///< never empty
    std::vector<QPointF> lower;  ///< empty for lines and points
};
/// What to draw on n_pixels, from left to right. Where a series has no value (not finite; for a curve on a logarithmic axis not positive)
/// one stretch ends and another begins: nothing is drawn across. A gap narrower than a pixel could not be seen and is left out.
/// Points are one stretch, whatever is between them.
[[nodiscard]] std::vector<Outline> outlinesOf(const ChartSeries& series, const Extent& x, const Extent& y, bool x_logarithmic,
                                              bool y_logarithmic, Index n_pixels);

/// For a logarithmic axis: a label every how many decades, so that each has `room` of the `pixels`; never so many that fewer than two
/// decades within the range are labelled.
[[nodiscard]] int decadesPerLabel(const Extent& range, double pixels, double room);

}  // namespace salient
