#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace salient {

// Charts as inline SVG for the report: no script, no outside resource, no colour of their own (classes only: .axis, .grid, .label,
// .series0 … .series7, .reference), so that the page's style sheet decides for light and dark. Every text is escaped.

/// Text fit for HTML and XML: &, <, >, quotes as entities; control characters as spaces.
[[nodiscard]] std::string escapeXml(std::string_view text);

/// One line of a dot plot: a value per series; NaN leaves a gap.
struct DotRow {
    std::string label;
    std::vector<double> values;
};
/// Values of several series, one row per label, on a logarithmic axis (values ≤ 0 sit at its start). Row height is fixed, so the picture
/// grows with the rows.
[[nodiscard]] std::string svgDotPlot(const std::vector<std::string>& series, const std::vector<DotRow>& rows, std::string_view x_title,
                                     std::string_view description);

struct ScatterPoint {
    std::string label;
    double x = 0.0;
    double y = 0.0;
    bool is_reference = false;
};
/// Labelled points; y is logarithmic when it spans more than a factor of 20.
[[nodiscard]] std::string svgScatter(const std::vector<ScatterPoint>& points, std::string_view x_title, std::string_view y_title,
                                     std::string_view description);

/// One bar cut into segments per row, each row summing to 1; a legend above names the segments.
struct ShareRow {
    std::string label;
    std::vector<double> shares;
};
[[nodiscard]] std::string svgShares(const std::vector<std::string>& segments, const std::vector<ShareRow>& rows,
                                    std::string_view description);

}  // namespace salient
