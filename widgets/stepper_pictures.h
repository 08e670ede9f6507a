#pragma once

#include <memory>

#include "core/eval/pooled_image.h"
#include "widgets/stepper_layer.h"

namespace salient {

/// The stepper's pictures of one position, ready to be drawn.
struct StepperPictures {
    std::shared_ptr<const StepperLayer> layer;  ///< what they are of: an answer about an earlier layer is known by it
    std::shared_ptr<const GptqStepper::State> state;
    std::shared_ptr<const MagnitudePyramid> weights;  ///< of state->updated: Ŵ in the columns done, W with all updates so far in the rest
    std::shared_ptr<const MagnitudePyramid> error;    ///< W − Ŵ in the columns done, 0 in the rest
    std::shared_ptr<const MagnitudePyramid> pending;  ///< of state->pending
    float reach = 0.0F;                               ///< largest |pending| in the columns behind the one in hand
};

/// Moves the layer's stepper there and makes them: about six passes over the weights, and what GptqStepper::goTo() costs. One call at a
/// time for one stepper, on any thread.
[[nodiscard]] StepperPictures stepperPictures(std::shared_ptr<const StepperLayer> layer, GptqStepper& stepper, Index position);

}  // namespace salient
