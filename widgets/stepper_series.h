#pragma once

#include <map>
#include <vector>

#include "widgets/chart.h"
#include "widgets/stepper_layer.h"

namespace salient {

// What the stepper's charts show, from the solver's state.

/// The loss after 0, 1, … columns, solid as far as `position`, beside that of plain rounding; and, at the columns visited, the total if the
/// rest were rounded as it stands.
[[nodiscard]] std::vector<ChartSeries> lossSeries(const StepperLayer& layer, Index position, const std::map<Index, double>& nearest_after);
/// U[q, q:], the row in use; nothing when no column is left.
[[nodiscard]] std::vector<ChartSeries> rowOfU(const GptqStepper::State& state);
/// How much each earlier column's error changed the weight in a row at a position > 0 before it was rounded. Everything in processing
/// order.
[[nodiscard]] std::vector<ChartSeries> inflowSeries(const Matrix& original, const Matrix& rounded, const Matrix& inverse_factor, Index row,
                                                    Index position);

}  // namespace salient
