#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/kernels/int8.h"
#include "core/quant/awq.h"
#include "core/quant/gptq_stepper.h"
#include "core/quant/layer_error.h"

namespace salient {

// What the shipping methods do to a layer small enough to be read number by number: the worked examples of the lessons. Everything comes
// out of the same functions that quantize a model.

/// Results by name, for a text that quotes them. A vector is a matrix of one row.
struct ExampleValues {
    std::map<std::string, double> numbers;
    std::map<std::string, Matrix> matrices;
};

/// H = XᵀX·2/n of inputs [tokens, in]. Throws Error{ShapeMismatch} without tokens.
[[nodiscard]] Matrix exampleHessian(MatrixView input);

/// GPTQ on one weight, every step of it, beside plain rounding on the same grid.
struct GptqExample {
    Matrix weight;   ///< [out, in]
    Matrix hessian;  ///< [in, in], not damped
    Matrix inverse_factor;
    std::vector<GptqStepper::State> states;  ///< before column 0, 1, … in
    Matrix rounded;                          ///< Ŵ of GPTQ
    Matrix nearest;                          ///< Ŵ of rounding alone
    LayerError error;
    LayerError nearest_error;
    double nearest_loss = 0.0;  ///< ½ tr(D H Dᵀ) of `nearest`, H damped as in the states' loss
};
/// Throws what GptqStepper throws. For small layers: keeps in + 1 states of 2 · out · in floats.
[[nodiscard]] GptqExample workGptq(const Matrix& weight, const Matrix& hessian, const GridSpec& grid, double damping);
/// "weight", "hessian", "u", "rounded", "nearest", "error", "nearest_error"; "loss", "nearest_loss", "relative_error",
/// "nearest_relative_error"; and for each step q "step<q>.updated", ".pending", ".error", ".u" and ".loss".
[[nodiscard]] ExampleValues valuesOf(const GptqExample& example);

/// AWQ's scales on one weight and its input, beside rounding without them.
struct AwqExample {
    Matrix input;   ///< [tokens, in]
    Matrix weight;  ///< [out, in]
    std::vector<float> mean_abs;
    std::vector<float> max_abs;
    std::vector<float> scales;
    AwqCurve curve;  ///< empty when the ratio was given
    double ratio = 0.0;
    Matrix nearest;                    ///< Ŵ without scales
    Matrix rounded;                    ///< Ŵ with them, scales undone
    std::vector<double> error_before;  ///< [in] mean |x_j| · mean over rows |w_j − ŵ_j|: what the channel adds to an output, on average
    std::vector<double> error_after;
    LayerError nearest_error;
    LayerError error;
};
/// Searches the ratio unless one is given; no clipping. Throws Error{ShapeMismatch}, Error{InvalidOption}, Error{NonFinite}.
[[nodiscard]] AwqExample workAwq(const Matrix& input, const Matrix& weight, const GridSpec& grid, std::optional<double> ratio = {});
/// "input", "weight", "mean", "max", "scale", "nearest", "rounded", "error_before", "error_after"; "ratio", "salient" (the channel of
/// largest mean), "relative_error", "nearest_relative_error".
[[nodiscard]] ExampleValues valuesOf(const AwqExample& example);

/// One W8A8 layer computed in whole numbers, with or without smoothing.
struct SmoothExample {
    double alpha = -1.0;              ///< −1: not smoothed
    std::vector<float> scales;        ///< [in], all 1 when not smoothed
    Matrix codes;                     ///< [tokens, in] −127 … 127: the input as the layer gets it
    Matrix heard;                     ///< [tokens, in] what those codes stand for, in the original input's units
    std::vector<float> input_max;     ///< [in] largest |x| of each channel after scaling
    std::vector<float> weight_max;    ///< [in] largest |w|, likewise
    std::vector<double> input_error;  ///< [in] Σ |x − heard| / Σ |x|; 0 for a silent channel
    double output_error = 0.0;        ///< ‖Y − Ŷ‖² / ‖Y‖², Ŷ by int8 products
};
/// alpha unset: no smoothing. per_row: one scale per output row of the weight, else one for all.
/// Throws Error{ShapeMismatch}, Error{InvalidOption}, Error{NonFinite}.
[[nodiscard]] SmoothExample workSmooth(const Matrix& input, const Matrix& weight, std::optional<double> alpha, ActivationScale activations,
                                       bool per_row);
/// "scale", "codes", "heard", "input_max", "weight_max", "channel_error"; "alpha", "output_error", "quiet_error" (mean of channel_error
/// over all channels but the loudest).
[[nodiscard]] ExampleValues valuesOf(const SmoothExample& example);

}  // namespace salient
