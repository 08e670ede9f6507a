#include "core/quant/layer_error.h"

#include <numeric>
#include <span>
#include <vector>

#include "core/kernels/parallel.h"
#include "core/quant/check.h"
#include "core/quant/error_measure.h"

namespace salient {

double outputError(MatrixView difference, MatrixView hessian) {
    requireHessianShape(hessian, difference.cols(), "outputError");
    return outputError(difference, QuadraticForm(hessian));
}

double outputError(MatrixView difference, const QuadraticForm& form) {
    std::vector<double> share(static_cast<std::size_t>(difference.rows()));  // of each row: summed in their order by any number of threads
    parallelFor(difference.rows(), QuadraticForm::kRows, [&](Index first, Index last) {
        const auto count = static_cast<std::size_t>(last - first);
        form.addTo(difference.middleRows(first, last - first), std::span(share).subspan(static_cast<std::size_t>(first), count));
    });
    return std::accumulate(share.begin(), share.end(), 0.0);
}

LayerError layerError(MatrixView weight, MatrixView quantized, MatrixView hessian) {
    return LayerErrorMeasure(weight, hessian).of(quantized);
}

}  // namespace salient
