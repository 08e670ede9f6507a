#pragma once

#include <vector>

#include "core/calib/calibrate.h"
#include "core/quant/quantize_group.h"

namespace salient {

/// What calibration says about one linear layer in single numbers, for overviews of a whole model.
struct LayerMetrics {
    double max_abs = 0.0;        ///< largest |x| that reached the layer
    double mean_abs = 0.0;       ///< mean |x| over all channels and tokens
    double outlier_ratio = 0.0;  ///< largest channel maximum over the median channel maximum; 0 when the median is 0
};

/// One entry per layer of the model, in the order of Model::linears. Layers that share an input share its numbers.
[[nodiscard]] std::vector<LayerMetrics> layerMetrics(const Calibration& calibration);

/// Where the output error of one layer comes from, cell by cell.
struct ErrorMap {
    Matrix weight_error;             ///< D = Ŵ − W, [out, in], in the original model's units
    Matrix output_error;             ///< D ∘ (D H): the share of each weight in tr(D H Dᵀ), [out, in]. Shares may be negative:
                                     ///< an error that makes up for another, as GPTQ arranges
    std::vector<double> by_channel;  ///< column sums of output_error, [in]
    std::vector<double> by_row;      ///< row sums, [out]; never negative
    LayerError total;
};

/// weight, quantized [out, in]; hessian [in, in]. One product with H. Throws Error{ShapeMismatch}.
[[nodiscard]] ErrorMap errorMap(MatrixView weight, MatrixView quantized, MatrixView hessian);

}  // namespace salient
