#include <algorithm>
#include <limits>

#include "core/kernels/parallel.h"
#include "core/quant/awq.h"
#include "core/quant/check.h"

namespace salient {
namespace {

// dᵀ·H·d of one group of one row.
double groupLoss(const Eigen::VectorXf& d, const MatrixView& gram) {
    double loss = 0.0;
    for (Index i = 0; i < d.size(); ++i) loss += static_cast<double>(d[i]) * static_cast<double>(gram.row(i).dot(d));
    return loss;
}

}  // namespace

Matrix awqClip(MatrixView scaled_weight, MatrixView hessian, const GridSpec& grid, const AwqOptions& options, JobContext& job) {
    options.validate();
    grid.validate();
    const Index n_cols = scaled_weight.cols();
    requireHessianShape(hessian, n_cols, "awqClip");
    requireFinite(scaled_weight, "awqClip", "weight");
    const Index size = grid.groupSizeFor(n_cols);
    const Index n_groups = grid.groupCount(n_cols);
    const int max_code = (1 << grid.bits) - 1;
    Matrix clip(scaled_weight.rows(), n_groups);
    for (Index group = 0; group < n_groups; ++group) {
        job.checkpoint({"searching clips", group, n_groups});
        const Index first = group * size;
        const Index count = std::min(size, n_cols - first);
        const Matrix gram = hessian.block(first, first, count, count);
        parallelFor(scaled_weight.rows(), 16, [&](Index first_row, Index last_row) {
            Eigen::VectorXf clipped(count);
            Eigen::VectorXf difference(count);
            for (Index row = first_row; row < last_row; ++row) {
                const auto w = scaled_weight.row(row).segment(first, count);
                const float highest = w.cwiseAbs().maxCoeff();
                double least = std::numeric_limits<double>::infinity();
                clip(row, group) = highest;
                for (int level = 0; level < options.n_clip_levels; ++level) {
                    const float limit = highest * static_cast<float>(1.0 - level / 20.0);
                    clipped = w.transpose().cwiseMax(-limit).cwiseMin(limit);
                    const GridPoint point = gridOf(clipped.data(), count, grid);
                    for (Index j = 0; j < count; ++j) {
                        const auto code = static_cast<float>(roundToGrid(clipped[j], point, max_code));
                        difference[j] = point.scale * (code - point.zero) - w[j];
                    }
                    const double loss = groupLoss(difference, gram);
                    if (loss < least) {
                        least = loss;
                        clip(row, group) = limit;
                    }
                }
            }
        });
    }
    return clip;
}

Matrix applyClip(MatrixView weight, MatrixView clip, Index group_size) {
    const Index n_cols = weight.cols();
    const Index size = group_size < 0 ? n_cols : group_size;
    Matrix clipped = weight;
    parallelFor(weight.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            for (Index group = 0; group < clip.cols(); ++group) {
                auto w = clipped.row(row).segment(group * size, std::min(size, n_cols - group * size));
                w = w.cwiseMax(-clip(row, group)).cwiseMin(clip(row, group));
            }
        }
    });
    return clipped;
}

}  // namespace salient
