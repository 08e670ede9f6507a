#pragma once

#include "core/tensor/matrix.h"

namespace salient {

class QuadraticForm;

/// How far a quantized weight is from the original, measured without activations: with H = XᵀX·2/n every output error is a
/// quadratic form of D = W − Ŵ.
struct LayerError {
    double relative_output_error = 0.0;  ///< tr(D H Dᵀ) / tr(W H Wᵀ); 0 when the layer's output is 0
    double output_error = 0.0;           ///< tr(D H Dᵀ)
    double weight_mse = 0.0;
    double weight_sqnr_db = 0.0;  ///< 10 log10(Σ w² / Σ d²)
    double max_abs_error = 0.0;
};

/// weight, quantized [out, in]; hessian [in, in]. One product with H; sums in double.
[[nodiscard]] LayerError layerError(MatrixView weight, MatrixView quantized, MatrixView hessian);
/// tr(D H Dᵀ) alone.
[[nodiscard]] double outputError(MatrixView difference, MatrixView hessian);
/// The same with a form made before, for many differences against one H. Row tiles run in parallel.
[[nodiscard]] double outputError(MatrixView difference, const QuadraticForm& form);

}  // namespace salient
