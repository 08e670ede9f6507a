#include "widgets/stepper_series.h"

#include <algorithm>
#include <cmath>

#include "widgets/stepper_panel.h"

namespace salient {

std::vector<ChartSeries> lossSeries(const StepperLayer& layer, Index position, const std::map<Index, double>& nearest_after) {
    using Kind = ChartSeries::Kind;
    std::vector<double> columns(layer.losses.size());
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = static_cast<double>(i);
    std::vector<double> so_far = layer.losses;
    std::fill(so_far.begin() + static_cast<std::ptrdiff_t>(position) + 1, so_far.end(), std::nan(""));
    std::vector<ChartSeries> series{{StepperPanel::tr("GPTQ so far"), Kind::Line, columns, so_far, {}, 0, false},
                                    {{}, Kind::Line, columns, layer.losses, {}, 0, true}};
    if (layer.nearest.running.size() == columns.size()) {
        const QString name = layer.nearest.n_rows < layer.rowCount()
                                 ? StepperPanel::tr("plain rounding, from %1 of %2 rows").arg(layer.nearest.n_rows).arg(layer.rowCount())
                                 : StepperPanel::tr("plain rounding");
        series.push_back({name, Kind::Line, columns, layer.nearest.running, {}, 1, false});
    }
    if (nearest_after.empty()) return series;
    ChartSeries rest{StepperPanel::tr("total if the rest were rounded now"), Kind::Points, {}, {}, {}, 2, false};
    for (const auto& [at, loss] : nearest_after) {
        rest.x.push_back(static_cast<double>(at));
        rest.y.push_back(loss);
    }
    series.push_back(std::move(rest));
    return series;
}

std::vector<ChartSeries> rowOfU(const GptqStepper::State& state) {
    const auto n_columns = static_cast<Index>(state.inverse_row.size());
    if (state.position >= n_columns) return {};
    ChartSeries bars{StepperPanel::tr("U"), ChartSeries::Kind::Bars, {}, {}, {}, 0, false};
    for (Index j = state.position; j < n_columns; ++j) {
        bars.x.push_back(static_cast<double>(j));
        bars.y.push_back(static_cast<double>(state.inverse_row[static_cast<std::size_t>(j)]));
    }
    return {std::move(bars)};
}

std::vector<ChartSeries> inflowSeries(const Matrix& original, const Matrix& rounded, const Matrix& inverse_factor, Index row,
                                      Index position) {
    // The errors e of a row satisfy e · U = w − ŵ, so they follow from what is shown without asking the solver.
    const Eigen::VectorXf difference = (original.row(row).head(position) - rounded.row(row).head(position)).transpose();
    const Eigen::VectorXf errors =
        inverse_factor.topLeftCorner(position, position).transpose().triangularView<Eigen::Lower>().solve(difference);
    ChartSeries bars{StepperPanel::tr("change"), ChartSeries::Kind::Bars, {}, {}, {}, 2, false};
    for (Index i = 0; i < position; ++i) bars.y.push_back(-static_cast<double>(errors[i] * inverse_factor(i, position)));
    return {std::move(bars)};
}

}  // namespace salient
