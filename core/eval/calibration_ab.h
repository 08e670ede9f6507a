#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/calib/samples.h"
#include "core/quant/quantize_model.h"

namespace salient {

/// A number for each solution judged on each of two texts: [calibrated on][measured on], 0: text A, 1: text B.
using AbTable = std::array<std::array<double, 2>, 2>;

/// How many times as large the error measured on one text is when the other one calibrated; 1 where both errors are 0.
[[nodiscard]] double foreignFactor(const AbTable& error, std::size_t measured) noexcept;

/// One layer, quantized once with each text's statistics.
struct LayerAb {
    std::string layer;
    AbTable error{};  ///< relative output error: tr(D H Dᵀ) / tr(W H Wᵀ), H of the text that measures, as in LayerReport::error
    /// ⟨H_A, H_B⟩_F / (‖H_A‖_F ‖H_B‖_F), 0 to 1; 1 where both are 0. The loudest channels decide it: close to 1 does not yet mean that
    /// both texts give the same weights, which the errors tell.
    double hessian_cosine = 0.0;
    bool is_same_solution = false;          ///< both texts gave the same codes, grids and scales
    std::array<Index, 2> reached_tokens{};  ///< of each text: all that went through the block, but for an expert's
    std::array<bool, 2> has_stand_in{};     ///< InputStatistics::is_stand_in
};

/// What it matters to a method which of two texts calibrates it.
struct CalibrationAb {
    std::vector<LayerAb> layers;  ///< quantized ones, in the order of computation
    AbTable model_error{};        ///< QuantizedModel::relativeOutputError() of both quantized models on both texts
    AbTable mean_error{};         ///< geometric mean over the layers of which no error is 0
    Index n_in_mean = 0;          ///< those layers; without any the mean is 0
    double seconds = 0.0;

    [[nodiscard]] bool isSameSolution() const noexcept;  ///< of every layer
};

/// Throws Error{InvalidOption} for what checkMethod() refuses, and for a method whose solution cannot be judged on another text's
/// statistics: one that is fed what it rounded before (needsOwnWalk()), and int8 inputs with one scale per tensor, since how much of the
/// other text that scale would cut off does not show in its second moments.
void checkCalibrationAb(const Model& model, const MethodSpec& method);

/// Runs both texts through the original model, block by block, quantizes each block once with either text's statistics and measures both
/// solutions on both. The texts may have windows of different number and length. Swapping them transposes every table, bit for bit.
/// Cost: calibrating and quantizing the model twice. Memory: one block with both texts' Hessians and both solutions, and the hidden states
/// of both. Throws what checkCalibrationAb(), gatherBlock() and quantizeBlock() do. Stage: "quantizing", counted in layers, those of each
/// text. Checkpoints often.
[[nodiscard]] CalibrationAb calibrationAb(const Model& model, const Samples& a, const Samples& b, const MethodSpec& method,
                                          const ForwardOptions& forward, JobContext& job);

}  // namespace salient
