#include "core/quant/gptq.h"

#include <algorithm>

#include "core/kernels/gemm.h"
#include "core/kernels/gptq_block.h"
#include "core/kernels/layout.h"
#include "core/kernels/parallel.h"
#include "core/quant/check.h"
#include "core/quant/gptq_blocks.h"
#include "core/quant/gptq_problem.h"

namespace salient {
namespace {

// What all tiles of rows read.
struct Plan {
    const GptqProblem& problem;
    const Matrix& factor;
    Matrix transposed_factor;  // Rᵀ: its rows are what the columns to come take from the columns done
    const GptqGroups& groups;
    const std::vector<ColumnBlock>& blocks;
    std::vector<std::int32_t> group_of_position;
    std::vector<std::uint8_t> keep;  // by position; empty: none
    std::vector<Index> kept_positions;
};

// Some rows on their way through the columns, transposed as the kernels want them: rows lie in the lanes of a vector.
class Tile {
public:
    Tile(const Plan& plan, Index first_row, Index last_row, const QuantizedTensor& tensor)
        : plan_(plan),
          spec_(tensor.spec),
          first_row_(first_row),
          weight_(plan.problem.weight.cols(), last_row - first_row),
          correction_(weight_.rows(), weight_.cols()),
          difference_(weight_.rows(), weight_.cols()),
          codes_(weight_.rows(), weight_.cols()),
          scale_(tensor.scale.middleRows(first_row, last_row - first_row).transpose()),
          zero_(tensor.zero.middleRows(first_row, last_row - first_row).transpose()),
          loss_(static_cast<std::size_t>(weight_.rows())) {
        transposeTile(plan.problem.weight.middleRows(first_row, last_row - first_row), weight_);
    }

    void solve(const JobContext& job) {
        for (const ColumnBlock& block : plan_.blocks) {
            if (job.stopRequested()) return;  // the next checkpoint throws
            if (block.first == block.panel_first) collect(block.first, std::max(block.panel_last, block.reach));
            if (block.reach > block.first) takeGrids(block);
            round(block);
            handOn(block.first, block.last, block.panel_last);
        }
    }

    // Writes the rows back, columns in their original order.
    void store(GptqResult& result) const {
        const Index n_rows = weight_.cols();
        constexpr Index kRun = 64;  // columns whose codes stay in the L1 cache while all rows pick theirs
        for (Index run = 0; run < weight_.rows(); run += kRun) {
            const Index end = std::min(run + kRun, weight_.rows());
            for (Index row = 0; row < n_rows; ++row) {
                for (Index p = run; p < end; ++p)
                    result.tensor.codes(first_row_ + row, plan_.problem.order[static_cast<std::size_t>(p)]) = codes_(p, row);
            }
        }
        result.tensor.scale.middleRows(first_row_, n_rows) = scale_.transpose();
        result.tensor.zero.middleRows(first_row_, n_rows) = zero_.transpose();
        for (std::size_t k = 0; k < plan_.kept_positions.size(); ++k) storeKept(plan_.kept_positions[k], static_cast<Index>(k), result);
    }

    [[nodiscard]] const std::vector<double>& loss() const { return loss_; }

private:
    // Grids of the groups that start in the block, from their columns as the columns done have updated them.
    void takeGrids(const ColumnBlock& block) {
        const Index n = block.reach - block.first;
        Matrix updated(n, weight_.cols());
        gptqUpdatedColumns(plan_.factor.block(block.first, block.first, n, n), weight_.middleRows(block.first, n),
                           correction_.middleRows(block.first, n), updated);
        const Index size = plan_.groups.size();
        for (Index begin = (block.first + size - 1) / size * size; begin < block.last; begin += size)
            takeGrid(updated.middleRows(begin - block.first, std::min(size, weight_.rows() - begin)), begin / size);
    }

    void takeGrid(const MatrixView& columns, Index group) {
        const Index n_rows = columns.cols();
        std::vector<float> lowest(static_cast<std::size_t>(n_rows));
        std::vector<float> highest(static_cast<std::size_t>(n_rows));
        rangeOverColumns(columns, lowest, highest);
        const Matrix by_row = spec_.mse_search ? Matrix(columns.transpose()) : Matrix();
        for (Index row = 0; row < n_rows; ++row) {
            const auto r = static_cast<std::size_t>(row);
            const GridPoint grid =
                spec_.mse_search ? gridOf(by_row.row(row).data(), by_row.cols(), spec_) : gridFromRange(lowest[r], highest[r], spec_);
            requireFiniteScale(grid, spec_, "quantizeGptq", first_row_ + row, group);
            scale_(group, row) = grid.scale;
            zero_(group, row) = grid.zero;
        }
    }

    void round(const ColumnBlock& block) {
        const auto first = static_cast<std::size_t>(block.first);
        const Index n = block.last - block.first;
        const auto count = static_cast<std::size_t>(n);
        const GptqBlock kernel{plan_.factor.block(block.first, block.first, n, n),
                               weight_.middleRows(block.first, n),
                               correction_.middleRows(block.first, n),
                               scale_,
                               zero_,
                               std::span(plan_.group_of_position).subspan(first, count),
                               plan_.keep.empty() ? std::span<const std::uint8_t>() : std::span(plan_.keep).subspan(first, count),
                               (1 << spec_.bits) - 1};
        gptqRoundBlock(kernel, difference_.middleRows(block.first, n), codes_.middleRows(block.first, n),
                       std::span(loss_).subspan(first, count));
    }

    // The lazy batch: what all columns before `first` add to the corrections of [first, end).
    void collect(Index first, Index end) {
        constexpr Index kDone = 1024;  // columns whose D stays in the L2 cache during a product
        auto correction = correction_.middleRows(first, end - first);
        if (first == 0) correction.setZero();
        for (Index done = 0; done < first; done += kDone) {
            const Index n = std::min(kDone, first - done);
            gemmTile(plan_.transposed_factor.block(first, done, end - first, n), false, difference_.middleRows(done, n), false, correction,
                     1.0F, done == 0 ? 0.0F : 1.0F);
        }
    }

    // Adds the errors of columns [first, last) to the corrections of [last, end).
    void handOn(Index first, Index last, Index end) {
        if (last >= end) return;
        gemmTile(plan_.transposed_factor.block(last, first, end - last, last - first), false, difference_.middleRows(first, last - first),
                 false, correction_.middleRows(last, end - last), 1.0F, 1.0F);
    }

    void storeKept(Index position, Index k, GptqResult& result) const {
        const Index column = plan_.problem.order[static_cast<std::size_t>(position)];
        const Index group = plan_.group_of_position[static_cast<std::size_t>(position)];
        for (Index row = 0; row < weight_.cols(); ++row) {
            const float value = weight_(position, row) - difference_(position, row);
            result.kept_values(first_row_ + row, k) = value;
            result.tensor.codes(first_row_ + row, column) =
                roundToGrid(value, {scale_(group, row), zero_(group, row)}, (1 << spec_.bits) - 1);
        }
    }

    const Plan& plan_;
    const GridSpec& spec_;
    Index first_row_;
    Matrix weight_;      // [in, rows] W, processing order
    Matrix correction_;  // [in, rows] Σ_{i done} d_i R_ij
    Matrix difference_;  // [in, rows] D = W − Ŵ of the columns done
    CodeMatrix codes_;   // [in, rows]
    Matrix scale_;       // [groups, rows]
    Matrix zero_;        // [groups, rows]
    std::vector<double> loss_;
};

// Rows of one tile: few enough that its columns stay in the L2 cache, enough that a product with R runs at full speed.
Index tileRows(Index n_rows) { return n_rows >= 512 ? 128 : 32; }

Plan makePlan(const GptqProblem& problem, const Matrix& factor, const GptqGroups& groups, const std::vector<ColumnBlock>& blocks,
              const GptqOptions& options) {
    Plan plan{problem, factor, packRows(factor, true), groups, blocks, {}, {}, {}};
    std::vector<Index> position_of(problem.order.size());
    for (std::size_t p = 0; p < problem.order.size(); ++p) {
        position_of[static_cast<std::size_t>(problem.order[p])] = static_cast<Index>(p);
        plan.group_of_position.push_back(static_cast<std::int32_t>(groups.ofPosition(static_cast<Index>(p))));
    }
    if (!options.keep_columns.empty()) plan.keep.assign(problem.order.size(), 0);
    for (const Index column : options.keep_columns) {
        plan.kept_positions.push_back(position_of[static_cast<std::size_t>(column)]);
        plan.keep[static_cast<std::size_t>(plan.kept_positions.back())] = 1;
    }
    return plan;
}

std::vector<float> summed(const std::vector<std::vector<double>>& tile_losses, Index n_columns) {
    std::vector<double> sums(static_cast<std::size_t>(n_columns));
    for (const std::vector<double>& losses : tile_losses) {
        for (std::size_t p = 0; p < losses.size(); ++p) sums[p] += losses[p];
    }
    return {sums.begin(), sums.end()};
}

}  // namespace

GptqResult quantizeGptq(MatrixView weight, MatrixView hessian, const GridSpec& grid, const GptqOptions& options, JobContext& job) {
    GptqProblem problem = makeGptqProblem(weight, hessian, grid, options);
    job.checkpoint({"factorizing", 0, 0});
    const GptqFactor factor = factorize(std::move(problem.hessian), options);
    return solveGptq(weight, problem, factor, grid, options, job);
}

GptqResult solveGptq(MatrixView weight, const GptqProblem& problem, const GptqFactor& factor, const GridSpec& grid,
                     const GptqOptions& options, JobContext& job) {
    const Index n_rows = weight.rows();
    const Index n_columns = weight.cols();
    const GptqGroups groups(grid, options, n_columns, problem.order);
    GptqResult result;
    result.order = problem.order;
    result.dead_columns = problem.dead_columns;
    result.damping_tries = factor.damping_tries;
    result.kept_columns = options.keep_columns;
    result.kept_values.resize(n_rows, static_cast<Index>(options.keep_columns.size()));
    result.tensor = {grid, CodeMatrix(n_rows, n_columns), Matrix::Zero(n_rows, groups.count()), Matrix::Zero(n_rows, groups.count()),
                     groups.byColumn(problem.order)};
    if (!groups.areTakenOnTheWay()) takeGridsAhead(weight, problem, options, result.tensor);

    const std::vector<ColumnBlock> blocks = columnBlocks(groups, options, n_columns);
    const Plan plan = makePlan(problem, factor.r, groups, blocks, options);
    const Index tile_rows = tileRows(n_rows);
    const Index n_tiles = (n_rows + tile_rows - 1) / tile_rows;
    constexpr Index kTilesAtOnce = 16;  // between two checkpoints
    std::vector<std::vector<double>> tile_losses(static_cast<std::size_t>(n_tiles));
    for (Index tile = 0; tile < n_tiles; tile += kTilesAtOnce) {
        job.checkpoint({"solving", tile * tile_rows, n_rows});
        parallelFor(std::min(kTilesAtOnce, n_tiles - tile), 1, [&](Index i, Index) {
            const Index first = (tile + i) * tile_rows;
            Tile rows(plan, first, std::min(n_rows, first + tile_rows), result.tensor);
            rows.solve(job);
            rows.store(result);
            tile_losses[static_cast<std::size_t>(tile + i)] = rows.loss();
        });
    }
    job.checkpoint({"solving", n_rows, n_rows});
    result.column_loss = summed(tile_losses, n_columns);
    return result;
}

Matrix GptqResult::effectiveWeight() const {
    Matrix weight = tensor.dequantize();
    for (std::size_t k = 0; k < kept_columns.size(); ++k) weight.col(kept_columns[k]) = kept_values.col(static_cast<Index>(k));
    return weight;
}

}  // namespace salient
