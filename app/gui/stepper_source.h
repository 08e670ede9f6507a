#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/calib/calibrate.h"
#include "core/quant/method.h"
#include "widgets/stepper_panel.h"

namespace salient {

/// A layer to solve for the stepper, and what is tried out on it.
struct StepperTask {
    LinearInfo layer;
    std::shared_ptr<const Calibration> calibration;
    MethodSpec method;                     ///< as the recipe has it for this layer
    WhatIf what_if;                        ///< its losses are the answer
    std::vector<Index> order;              ///< the processing order with the columns moved; empty: the method's own
    std::optional<double> untouched_loss;  ///< with nothing tried out, where it is known
};

/// Solves the layer, or as many of its first rows as can be stepped through, and prepares what the stepper shows of it. Rows are
/// independent: what is shown of them is exact. Where something is tried out and the untouched loss is not known, it is solved twice.
/// Errors of GptqStepper; those of recalibrate() where the Hessian was not kept.
[[nodiscard]] StepperInput solveStepper(const StepperTask& task, JobContext& job);

}  // namespace salient
