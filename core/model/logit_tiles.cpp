#include "core/model/logit_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/kernels/convert.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/parallel.h"
#include "core/model/block_parts.h"

namespace salient {

namespace {

constexpr Index kTileTokens = 4096;

/// Final norm and, where the embedding has a width of its own, the projection to it.
Matrix headInput(const Model& model, MatrixView hidden, Compute compute) {
    const ModelConfig& config = model.config;
    const Family& family = *config.family;
    Matrix states = hidden;
    if (config.final_norm) {
        states = normalize(states, loadNorm(model, model.moduleName(family.final_norm)), config);
    }
    if (config.embedding_size != config.hidden_size) {
        const std::vector<float> weight = model.floats(model.moduleName(family.project_out) + ".weight");
        states = linear(states, Eigen::Map<const Matrix>(weight.data(), config.embedding_size, config.hidden_size), {}, compute);
    }
    return states;
}

/// log(e^a + e^b).
double logAddExp(double a, double b) {
    const double high = std::max(a, b);
    if (high == -std::numeric_limits<double>::infinity()) return high;
    return high + std::log1p(std::exp(std::min(a, b) - high));
}

}  // namespace

LogitTiles::LogitTiles(const Model& model, MatrixView hidden, const ForwardOptions& options)
    : model_(model),
      head_(model.checkpoint->tensor(model.headTensor())),
      states_(headInput(model, hidden, options.compute)),
      compute_(options.compute) {
    if (model.config.family->head_has_bias) bias_ = model.floats(model.headModule() + ".bias");
}

Index LogitTiles::tileCount() const noexcept { return (model_.config.vocabulary_size + kTileTokens - 1) / kTileTokens; }

Index LogitTiles::firstToken(Index tile) const noexcept { return tile * kTileTokens; }

Matrix LogitTiles::tile(Index index) const {
    const Index first = firstToken(index);
    const Index n_tokens = std::min(kTileTokens, model_.config.vocabulary_size - first);
    const std::span<const float> bias = bias_.empty()
                                            ? std::span<const float>()
                                            : std::span(bias_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(n_tokens));
    Matrix logits = linear(states_, toMatrixRows(head_, first, n_tokens), bias, compute_);
    if (model_.config.logit_soft_cap > 0.0) softCap(logits, static_cast<float>(model_.config.logit_soft_cap));
    return logits;
}

Matrix logits(const Model& model, MatrixView hidden, const ForwardOptions& options) {
    const LogitTiles tiles(model, hidden, options);
    Matrix all(hidden.rows(), model.config.vocabulary_size);
    for (Index i = 0; i < tiles.tileCount(); ++i) {
        const Matrix tile = tiles.tile(i);
        all.middleCols(tiles.firstToken(i), tile.cols()) = tile;
    }
    return all;
}

std::vector<double> negativeLogLikelihood(const Model& model, MatrixView hidden, std::span<const TokenId> targets,
                                          const ForwardOptions& options, JobContext& job) {
    if (static_cast<Index>(targets.size()) != hidden.rows()) {
        throw Error(ErrorCode::ShapeMismatch, "negativeLogLikelihood: targets: expected " + std::to_string(hidden.rows()) + ", found " +
                                                  std::to_string(targets.size()));
    }
    std::vector<double> loss(targets.size(), 0.0);
    const Index chunk = std::max<Index>(1, options.chunk_tokens);
    for (Index first = 0; first < hidden.rows(); first += chunk) {
        const Index n_rows = std::min(chunk, hidden.rows() - first);
        const LogitTiles tiles(model, hidden.middleRows(first, n_rows), options);
        std::vector<double> total(static_cast<std::size_t>(n_rows), -std::numeric_limits<double>::infinity());
        std::vector<double> target_logit(static_cast<std::size_t>(n_rows), 0.0);
        for (Index i = 0; i < tiles.tileCount(); ++i) {
            job.checkpoint({"scoring", first * tiles.tileCount() + i * n_rows, hidden.rows() * tiles.tileCount()});
            const Matrix tile = tiles.tile(i);
            const Index first_token = tiles.firstToken(i);
            constexpr Index kRows = 16;
            parallelFor(n_rows, kRows, [&](Index from, Index to) {
                for (Index row = from; row < to; ++row) {
                    const auto at = static_cast<std::size_t>(row);
                    const Index target = targets[static_cast<std::size_t>(first + row)];
                    if (target < 0) continue;
                    total[at] = logAddExp(total[at], logSumExp({tile.row(row).data(), static_cast<std::size_t>(tile.cols())}));
                    if (target >= first_token && target < first_token + tile.cols()) {
                        target_logit[at] = static_cast<double>(tile(row, target - first_token));
                    }
                }
            });
        }
        for (Index row = 0; row < n_rows; ++row) {
            const auto at = static_cast<std::size_t>(row);
            if (targets[static_cast<std::size_t>(first + row)] >= 0)
                loss[static_cast<std::size_t>(first + row)] = total[at] - target_logit[at];
        }
    }
    const std::int64_t total = hidden.rows() * ((model.config.vocabulary_size + kTileTokens - 1) / kTileTokens);
    job.checkpoint({"scoring", total, total});
    return loss;
}

}  // namespace salient
