#include "widgets/tune_clip.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/kernels/quadratic_form.h"
#include "core/quant/layer_error.h"
#include "core/quant/scaling.h"

namespace salient {

namespace {

constexpr Index kPieceRows = 512;

/// clipsOf(scaled weight): the limits of its rows and groups.
double lossWith(const TuneModel& model, std::span<const float> scales, const std::function<Matrix(const Matrix&)>& clipsOf,
                JobContext& job) {
    if (model.energy <= 0.0) return 0.0;
    const QuadraticForm form(*model.hessian);
    const std::vector<MatrixView> pieces = weightPieces(model, kPieceRows);
    double error = 0.0;
    for (std::size_t k = 0; k < pieces.size(); ++k) {
        job.checkpoint({"searching clips", static_cast<std::int64_t>(k), static_cast<std::int64_t>(pieces.size())});
        const Matrix scaled = scaledColumns(pieces[k], scales);
        const Matrix clipped = applyClip(scaled, clipsOf(scaled), model.awq_grid.group_size);
        const Matrix rounded = quantizeNearest(clipped, model.awq_grid).dequantize();
        error += outputError(pieces[k] - unscaledColumns(rounded, scales), form);
    }
    return error / model.energy;
}

}  // namespace

std::vector<double> clipHistogram(const TuneModel& model, std::span<const float> scales, Index most_rows) {
    std::vector<double> counts(kClipSteps, 0.0);
    const Index n_rows = model.rowCount();
    const Index n_columns = model.channelCount();
    if (n_rows == 0 || n_columns == 0) return counts;
    const Index width = model.awq_grid.groupSizeFor(n_columns);
    const Index count = std::min(n_rows, std::max<Index>(most_rows, 1));
    const auto scale = Eigen::Map<const Eigen::RowVectorXf>(scales.data(), n_columns);
    for (Index k = 0; k < count; ++k) {
        Index row = (2 * k + 1) * n_rows / (2 * count);  // the middle of each of so many equal parts
        auto weight = model.weights.begin();
        for (; row >= (*weight)->rows(); ++weight) row -= (*weight)->rows();
        const Eigen::RowVectorXf magnitudes = (*weight)->row(row).cwiseProduct(scale).cwiseAbs();
        for (Index first = 0; first < n_columns; first += width) {
            const auto group = magnitudes.segment(first, std::min(width, n_columns - first));
            const float largest = group.maxCoeff();
            if (!(largest > 0.0F)) continue;
            for (Index j = 0; j < group.size(); ++j) {
                const auto share = static_cast<double>(group[j] / largest);
                const int step = std::clamp(static_cast<int>(std::ceil(share * kClipSteps)) - 1, 0, kClipSteps - 1);
                counts[static_cast<std::size_t>(step)] += 1.0;
            }
        }
    }
    return counts;
}

double clippedLoss(const TuneModel& model, std::span<const float> scales, double share, JobContext& job) {
    return lossWith(
        model, scales, [&](const Matrix& scaled) { return fixedClip(scaled, model.awq_grid, share); }, job);
}

double searchedClipLoss(const TuneModel& model, std::span<const float> scales, JobContext& job) {
    const Matrix hessian = scaledHessian(*model.hessian, scales);
    return lossWith(
        model, scales, [&](const Matrix& scaled) { return awqClip(scaled, hessian, model.awq_grid, model.awq, job); }, job);
}

}  // namespace salient
