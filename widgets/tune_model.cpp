#include "widgets/tune_model.h"

#include <algorithm>

#include "core/quant/layer_error.h"

namespace salient {

namespace {

std::vector<MatrixView> viewsOf(const TuneModel& model) {
    std::vector<MatrixView> views;
    views.reserve(model.weights.size());
    for (const auto& weight : model.weights) views.emplace_back(*weight);
    return views;
}

constexpr Index kFewestPieceRows = 512;  // fewer leave cores idle

/// Squared output error of some layers that read the model's input.
double errorOf(const TuneModel& model, std::span<const MatrixView> weights, TuneMethod method, std::span<const float> scales) {
    return method == TuneMethod::AwqRatio ? awqLoss(weights, *model.hessian, scales, model.awq_grid)
                                          : w8a8Error(weights, *model.hessian, model.max_abs, scales, model.smooth_grid, model.activation);
}

double energyOf(const TuneModel& model) {
    double energy = 0.0;
    for (const auto& weight : model.weights) energy += outputError(*weight, *model.hessian);
    return energy;
}

}  // namespace

Index TuneModel::rowCount() const noexcept {
    Index rows = 0;
    for (const auto& weight : weights) rows += weight->rows();
    return rows;
}

double TuneModel::cost() const noexcept {
    const auto in = static_cast<double>(channelCount());
    return static_cast<double>(rowCount()) * in * in;
}

TuneModel completed(TuneModel model) {
    model.weight_max = columnMaxAbs(viewsOf(model));
    model.energy = energyOf(model);
    return model;
}

TuneModel sampledRows(const TuneModel& model, Index n_rows) {
    TuneModel sample = model;
    const Index all = model.rowCount();
    if (n_rows >= all) return sample;
    auto rows = std::make_shared<Matrix>(n_rows, model.channelCount());
    for (Index k = 0; k < n_rows; ++k) {
        Index row = (2 * k + 1) * all / (2 * n_rows);  // the middle of each of n_rows equal parts
        for (const auto& weight : model.weights) {
            if (row < weight->rows()) {
                rows->row(k) = weight->row(row);
                break;
            }
            row -= weight->rows();
        }
    }
    sample.weights = {std::move(rows)};
    sample.energy = energyOf(sample);
    return sample;
}

std::vector<float> tuneScales(const TuneModel& model, const TuneChoice& choice) {
    std::vector<float> scales;
    if (choice.method == TuneMethod::AwqRatio) {
        scales = awqScales(model.mean_abs, choice.value);
    } else {
        // Only the column maxima of the weights matter, so one row that holds them stands for all.
        const Matrix maxima = Eigen::Map<const Matrix>(model.weight_max.data(), 1, static_cast<Index>(model.weight_max.size()));
        const std::vector<MatrixView> row{MatrixView(maxima)};
        scales = smoothScales(model.max_abs, row, choice.value);
    }
    for (const auto& [channel, factor] : choice.channel_factors) {
        if (channel >= 0 && channel < static_cast<Index>(scales.size())) {
            float& scale = scales[static_cast<std::size_t>(channel)];
            scale = static_cast<float>(static_cast<double>(scale) * factor);
        }
    }
    return scales;
}

double tuneLoss(const TuneModel& model, TuneMethod method, std::span<const float> scales) {
    if (model.energy <= 0.0) return 0.0;
    return errorOf(model, viewsOf(model), method, scales) / model.energy;
}

double tuneLoss(const TuneModel& model, TuneMethod method, std::span<const float> scales, JobContext& job) {
    if (model.energy <= 0.0) return 0.0;
    const bool is_awq = method == TuneMethod::AwqRatio;
    const bool has_whole_grid = is_awq ? model.awq_grid.per_tensor : model.smooth_grid.per_tensor;  // one scale for all rows of a weight
    const Index n_parts = is_awq ? 8 : 4;  // what W8A8 computes once per piece costs more
    const Index n_rows = has_whole_grid ? model.rowCount() : std::max(kFewestPieceRows, (model.rowCount() + n_parts - 1) / n_parts);
    const std::vector<MatrixView> pieces = weightPieces(model, n_rows);
    double error = 0.0;
    for (std::size_t k = 0; k < pieces.size(); ++k) {
        job.checkpoint({"loss curve", static_cast<std::int64_t>(k), static_cast<std::int64_t>(pieces.size())});
        error += errorOf(model, std::span(pieces).subspan(k, 1), method, scales);
    }
    return error / model.energy;
}

std::vector<MatrixView> weightPieces(const TuneModel& model, Index n_rows) {
    std::vector<MatrixView> pieces;
    for (const auto& weight : model.weights) {
        for (Index first = 0; first < weight->rows(); first += n_rows)
            pieces.emplace_back(weight->middleRows(first, std::min(n_rows, weight->rows() - first)));
    }
    return pieces;
}

std::vector<double> tuneValues(TuneMethod method) {
    std::vector<double> values;
    const int count = method == TuneMethod::AwqRatio ? 20 : 21;
    values.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) values.push_back(i / 20.0);
    return values;
}

}  // namespace salient
