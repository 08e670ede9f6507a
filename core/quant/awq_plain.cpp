#include <algorithm>
#include <limits>
#include <numeric>

#include "core/kernels/quadratic_form.h"
#include "core/quant/awq.h"
#include "core/quant/check.h"
#include "core/quant/nearest_row.h"
#include "core/quant/scaling.h"

namespace salient {

double awqLossPlain(std::span<const MatrixView> weights, MatrixView hessian, std::span<const float> scales, const GridSpec& grid) {
    double loss = 0.0;
    for (const MatrixView& weight : weights) {
        requireHessianShape(hessian, weight.cols(), "awqLoss");
        const QuantizedTensor rounded = quantizeNearestPlain(scaledColumns(weight, scales), grid);
        const Matrix difference = weight - unscaledColumns(rounded.dequantize(), scales);
        std::vector<double> forms(static_cast<std::size_t>(weight.rows()));
        addFormsPlain(difference, hessian, forms);
        loss += std::accumulate(forms.begin(), forms.end(), 0.0);
    }
    return loss;
}

Matrix awqClipPlain(MatrixView scaled_weight, MatrixView hessian, const GridSpec& grid, const AwqOptions& options) {
    options.validate();
    grid.validate();
    requireHessianShape(hessian, scaled_weight.cols(), "awqClip");
    requireFinite(scaled_weight, "awqClip", "weight");
    const Index width = groupWidth(grid, scaled_weight.cols());
    Matrix clip(scaled_weight.rows(), (scaled_weight.cols() + width - 1) / width);
    for (Index row = 0; row < clip.rows(); ++row) {
        for (Index group = 0; group < clip.cols(); ++group) {
            const Index first = group * width;
            const Index count = std::min(width, scaled_weight.cols() - first);
            const Eigen::RowVectorXf w = scaled_weight.row(row).segment(first, count);
            const Eigen::MatrixXd h = hessian.block(first, first, count, count).cast<double>();
            const float highest = w.cwiseAbs().maxCoeff();
            double least = std::numeric_limits<double>::infinity();
            clip(row, group) = highest;
            for (int level = 0; level < options.n_clip_levels; ++level) {
                const float limit = highest * static_cast<float>(1.0 - level / 20.0);
                const Eigen::RowVectorXf clipped = w.cwiseMax(-limit).cwiseMin(limit);
                const GridPoint point = gridOf(clipped.data(), count, grid);
                Eigen::VectorXd d(count);
                for (Index j = 0; j < count; ++j) {
                    const auto code = static_cast<float>(roundToGrid(clipped[j], point, grid.codeRange()));
                    d[j] = static_cast<double>(point.scale * (code - point.zero) - w[j]);
                }
                const double loss = d.dot(h * d);
                if (loss >= least) continue;
                least = loss;
                clip(row, group) = limit;
            }
        }
    }
    return clip;
}

}  // namespace salient
