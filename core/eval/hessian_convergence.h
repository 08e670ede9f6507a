#pragma once

#include <string>
#include <vector>

#include "core/calib/calibrate.h"
#include "core/quant/gptq.h"

namespace salient {

/// What a part of the calibration windows, from the first on, makes of one block. Where windows are drawn at random
/// (SampleSpec::Choice::Random), a part is a smaller calibration set; else it is the beginning of the text.
struct ConvergencePart {
    Index n_windows = 0;
    Index n_tokens = 0;                  ///< that went through the block
    std::vector<double> hessian_change;  ///< by input of HessianConvergence::readers: ‖H_part − H‖_F / ‖H‖_F; 0 for all windows
    double relative_output_error = 0.0;  ///< of the layer, GPTQ's codes solved with the part's Hessian, judged by that of all windows
};

/// Whether the calibration set is large enough: how much of H and of a layer's error still moves when windows are added.
struct HessianConvergence {
    std::string layer;
    std::vector<std::string> readers;    ///< a layer for each input of its block that is measured: the first that reads it
    std::vector<ConvergencePart> parts;  ///< a quarter, a half and all of the windows (fewer parts where there are under four)
};

/// Runs the windows through the model once more up to the layer's block, in order, and keeps the Hessian of every input of the block after
/// a quarter and a half of them; then solves the layer with each. Experts' inputs are left out, but for the layer's own; there H is that of
/// the tokens which the expert saw, with no stand-in. Memory: four Hessians per input. Cost: a calibration up to the block, and three
/// times quantizeGptq(). Throws what observeWindows() and quantizeGptq() do. Checkpoints: "running the model", then GPTQ's.
[[nodiscard]] HessianConvergence hessianConvergence(const Calibration& calibration, const LinearInfo& layer, const GridSpec& grid,
                                                    const GptqOptions& options, JobContext& job);

}  // namespace salient
