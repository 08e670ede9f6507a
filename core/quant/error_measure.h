#pragma once

#include <span>

#include "core/kernels/quadratic_form.h"
#include "core/quant/layer_error.h"
#include "core/quant/quantize_group.h"

namespace salient {

/// Measures several roundings of one weight [out, in] against one H [in, in]: what they have in common, tr(W H Wᵀ), is computed once,
/// when it is first asked for. Reads both while it lives. Each form costs half a product with H; sums in double.
class LayerErrorMeasure {
public:
    /// Throws Error{ShapeMismatch}.
    LayerErrorMeasure(MatrixView weight, MatrixView hessian);
    /// quantized [out, in]. Throws Error{ShapeMismatch}.
    [[nodiscard]] LayerError of(MatrixView quantized);
    /// tr(W H Wᵀ).
    [[nodiscard]] double outputEnergy();

private:
    MatrixView weight_;
    QuadraticForm form_;
    double output_energy_ = -1.0;  // not asked for yet
};

/// Errors of several roundings of a layer in the original model's units: that of its weights and, for int8 activations, the expected part
/// that comes from rounding the input. Reads the original weight [out, in] and the statistics while it lives.
class ErrorMeasure {
public:
    ErrorMeasure(MatrixView weight, const InputStatistics& input, ActivationScale activations);
    /// rounded [out, in]: of W·diag(scales), rows unfolded; scales [in] or empty.
    [[nodiscard]] LayerError of(MatrixView rounded, std::span<const float> scales);

private:
    LayerErrorMeasure weights_;
    const InputStatistics& input_;
    ActivationScale activations_;
};

}  // namespace salient
