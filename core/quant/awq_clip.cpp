#include <algorithm>
#include <iterator>
#include <limits>

#include "core/kernels/gemm.h"
#include "core/kernels/parallel.h"
#include "core/kernels/round.h"
#include "core/quant/awq.h"
#include "core/quant/check.h"
#include "core/quant/nearest_row.h"

namespace salient {
namespace {

constexpr Index kTileRows = 64;

// Largest |w| of each row and group, [rows, groups].
Matrix largestPerGroup(const MatrixView& weight, Index width) {
    Matrix largest(weight.rows(), (weight.cols() + width - 1) / width);
    for (Index group = 0; group < largest.cols(); ++group) {
        const Index first = group * width;
        largest.col(group) = weight.middleCols(first, std::min(width, weight.cols() - first)).cwiseAbs().rowwise().maxCoeff();
    }
    return largest;
}

// One tile of rows through all clip levels.
class ClipTile {
    // The columns of one group.
    template <typename M>
    auto columnsOf(M& matrix, Index group) const {
        const Index first = group * width_;
        return matrix.middleCols(first, std::min(width_, matrix.cols() - first));
    }

public:
    ClipTile(const MatrixView& weight, const std::vector<Matrix>& grams, const GridSpec& grid)
        : weight_(weight),
          grams_(grams),
          grid_(grid),
          width_(groupWidth(grid, weight.cols())),
          highest_(largestPerGroup(weight, width_)),
          error_(weight.rows(), weight.cols()) {}

    // Writes the best limit of each row and group: the first of the levels 1, 0.95, … with the least loss.
    void search(int n_levels, MatrixSpan best) {
        best = highest_;
        Eigen::MatrixXd least = Eigen::MatrixXd::Constant(best.rows(), best.cols(), std::numeric_limits<double>::infinity());
        for (int level = 0; level < n_levels; ++level) {
            const Matrix limit = highest_ * static_cast<float>(1.0 - level / 20.0);
            for (Index row = 0; row < weight_.rows(); ++row) setRoundingError(row, limit);
            for (Index group = 0; group < best.cols(); ++group) {
                const Eigen::VectorXd loss = groupLoss(group);
                for (Index row = 0; row < best.rows(); ++row) {
                    if (loss[row] >= least(row, group)) continue;
                    least(row, group) = loss[row];
                    best(row, group) = limit(row, group);
                }
            }
        }
    }

private:
    // error = Q(clamp(w, −limit, limit)) − w of one row.
    void setRoundingError(Index row, const Matrix& limit) {
        const std::span<float> values(error_.row(row).data(), static_cast<std::size_t>(error_.cols()));
        for (Index group = 0; group < limit.cols(); ++group) {
            auto clipped = columnsOf(error_, group).row(row);
            clipped = columnsOf(weight_, group).row(row).cwiseMax(-limit(row, group)).cwiseMin(limit(row, group));
        }
        const RowGrids grids = gridsOfRow(values, grid_);
        roundTripRow(values, width_, grids.scale, grids.zero, grid_.codeRange(), values);
        error_.row(row) -= weight_.row(row);
    }

    // dᵀ·H·d of each row's part of the group.
    Eigen::VectorXd groupLoss(Index group) const {
        const auto error = columnsOf(error_, group);
        Matrix product(error.rows(), error.cols());
        gemmTile(error, false, grams_[static_cast<std::size_t>(group)], false, product);
        return product.cwiseProduct(error).cast<double>().rowwise().sum();
    }

    MatrixView weight_;
    const std::vector<Matrix>& grams_;
    const GridSpec& grid_;
    Index width_;
    Matrix highest_;  // [rows, groups] max |w|
    Matrix error_;    // [rows, in]
};

}  // namespace

Matrix awqClip(MatrixView scaled_weight, MatrixView hessian, const GridSpec& grid, const AwqOptions& options, JobContext& job) {
    options.validate();
    grid.validate();
    const Index n_rows = scaled_weight.rows();
    const Index n_columns = scaled_weight.cols();
    requireHessianShape(hessian, n_columns, "awqClip");
    requireFinite(scaled_weight, "awqClip", "weight");
    const Index width = groupWidth(grid, n_columns);
    std::vector<Matrix> grams;
    for (Index first = 0; first < n_columns; first += width) {
        const Index count = std::min(width, n_columns - first);
        grams.emplace_back(hessian.block(first, first, count, count));
    }
    Matrix clip(n_rows, static_cast<Index>(grams.size()));
    constexpr Index kRowsAtOnce = 16 * kTileRows;  // between two checkpoints
    for (Index start = 0; start < n_rows; start += kRowsAtOnce) {
        job.checkpoint({"searching clips", start, n_rows});
        parallelFor(std::min(kRowsAtOnce, n_rows - start), kTileRows, [&](Index first, Index last) {
            const Index row = start + first;
            ClipTile tile(scaled_weight.middleRows(row, last - first), grams, grid);
            tile.search(options.n_clip_levels, clip.middleRows(row, last - first));
        });
    }
    return clip;
}

Matrix fixedClip(MatrixView scaled_weight, const GridSpec& grid, double share) {
    grid.validate();
    requireFinite(scaled_weight, "fixedClip", "weight");
    return static_cast<float>(share) * largestPerGroup(scaled_weight, groupWidth(grid, scaled_weight.cols()));
}

bool clipsLayer(std::string_view name, const AwqOptions& options) noexcept {
    if (!options.search_clip || options.clip_layers == AwqOptions::ClipLayers::All) return options.search_clip;
    const std::string_view own = name.substr(name.rfind('.') + 1);  // the whole name where it has no point: npos + 1 is 0
    constexpr std::string_view kQueriesAndKeys[] = {"q_", "k_", "query", "key", "Wqkv"};
    return std::none_of(std::begin(kQueriesAndKeys), std::end(kQueriesAndKeys),
                        [&](std::string_view part) { return own.find(part) != std::string_view::npos; });
}

Matrix applyClip(MatrixView weight, MatrixView clip, Index group_size) {
    const Index n_columns = weight.cols();
    const Index width = group_size < 0 ? n_columns : group_size;
    Matrix clipped(weight.rows(), n_columns);
    parallelFor(weight.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            for (Index group = 0; group < clip.cols(); ++group) {
                const Index begin = group * width;
                const Index count = std::min(width, n_columns - begin);
                const float limit = clip(row, group);
                clipped.row(row).segment(begin, count) = weight.row(row).segment(begin, count).cwiseMax(-limit).cwiseMin(limit);
            }
        }
    });
    return clipped;
}

}  // namespace salient
