#include "widgets/stepper_pictures.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/kernels/parallel.h"

namespace salient {

namespace {

/// The update is an outer product: its largest element is that of the largest factors.
float reachOf(const GptqStepper::State& state) {
    float error = 0.0F;
    for (const float e : state.error) error = std::max(error, std::fabs(e));
    float row = 0.0F;
    for (std::size_t j = static_cast<std::size_t>(state.position) + 1; j < state.inverse_row.size(); ++j)
        row = std::max(row, std::fabs(state.inverse_row[j]));
    return error * row;
}

std::shared_ptr<const MagnitudePyramid> pyramidOf(std::shared_ptr<const Matrix> values) {
    return std::make_shared<const MagnitudePyramid>(std::move(values));
}

}  // namespace

StepperPictures stepperPictures(std::shared_ptr<const StepperLayer> layer, GptqStepper& stepper, Index position) {
    stepper.goTo(position);
    const auto state = std::make_shared<const GptqStepper::State>(stepper.state(layer->hasQuickTotals()));
    auto error = std::make_shared<Matrix>(layer->rowCount(), layer->columnCount());
    constexpr Index kRows = 16;
    parallelFor(error->rows(), kRows, [&](Index first, Index last) {
        const Index count = last - first;
        error->middleRows(first, count).leftCols(position) =
            layer->original->middleRows(first, count).leftCols(position) - layer->rounded.middleRows(first, count).leftCols(position);
        error->middleRows(first, count).rightCols(error->cols() - position).setZero();
    });
    StepperPictures pictures;
    pictures.layer = std::move(layer);
    pictures.state = state;
    pictures.weights = pyramidOf({state, &state->updated});
    pictures.error = pyramidOf(std::move(error));
    pictures.pending = pyramidOf({state, &state->pending});
    pictures.reach = reachOf(*state);
    return pictures;
}

}  // namespace salient
