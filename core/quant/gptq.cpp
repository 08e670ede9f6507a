#include "core/quant/gptq.h"

#include <algorithm>
#include <string>

#include "core/error.h"
#include "core/kernels/convert.h"
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
    MatrixView weight;  // [out, in], processing order, dead columns zero
    const std::vector<Index>& order;
    const Matrix& factor;  // R on and above the diagonal; Rᵀ below: its rows are what the columns to come take from the columns done
    const GptqGroups& groups;
    const std::vector<ColumnPanel>& panels;
    std::vector<std::int32_t> group_of_position;
    std::vector<std::uint8_t> keep;  // by position; empty: none
    std::vector<Index> kept_positions;
};

Index widestPanel(const std::vector<ColumnPanel>& panels) {
    Index width = 0;
    for (const ColumnPanel& panel : panels) width = std::max(width, panel.end - panel.first);
    return width;
}

// Some rows on their way through the columns, transposed as the kernels want them: rows lie in the lanes of a vector. Of the columns, one
// panel is at work; what is remembered of those before it is their D.
class Tile {
public:
    Tile(const Plan& plan, Index first_row, Index last_row, GptqResult& result)
        : plan_(plan),
          result_(result),
          spec_(result.tensor.spec),
          first_row_(first_row),
          n_rows_(last_row - first_row),
          weight_(widestPanel(plan.panels), n_rows_),
          correction_(weight_.rows(), n_rows_),
          codes_(weight_.rows(), n_rows_),
          difference_(plan.weight.cols(), n_rows_),
          scale_(result.tensor.scale.middleRows(first_row, n_rows_).transpose()),
          zero_(result.tensor.zero.middleRows(first_row, n_rows_).transpose()),
          loss_(static_cast<std::size_t>(difference_.rows())) {}

    // Rounds all columns and writes the rows' codes and grids, columns in their original order.
    void solve(const JobContext& job) {
        for (const ColumnPanel& panel : plan_.panels) {
            if (job.stopRequested()) return;  // the next checkpoint throws
            transposeTile(plan_.weight.block(first_row_, panel.first, n_rows_, panel.end - panel.first),
                          weight_.topRows(panel.end - panel.first));
            collect(panel);
            for (const ColumnBlock& block : panel.blocks) {
                if (block.reach > block.first) takeGrids(panel, block);
                round(panel, block);
                handOn(panel, block);
            }
            storeCodes(panel);
        }
        result_.tensor.scale.middleRows(first_row_, n_rows_) = scale_.transpose();
        result_.tensor.zero.middleRows(first_row_, n_rows_) = zero_.transpose();
    }

    [[nodiscard]] const std::vector<double>& loss() const { return loss_; }
    /// Of the grids taken on the way.
    [[nodiscard]] const GridCounts& counts() const { return counts_; }

private:
    // The lazy batch: what all columns before the panel add to its corrections.
    void collect(const ColumnPanel& panel) {
        constexpr Index kDone = 1024;  // columns whose D stays in the L2 cache during a product
        auto correction = correction_.topRows(panel.end - panel.first);
        if (panel.first == 0) correction.setZero();
        for (Index done = 0; done < panel.first; done += kDone) {
            const Index n = std::min(kDone, panel.first - done);
            gemmTile(plan_.factor.block(panel.first, done, panel.end - panel.first, n), false, difference_.middleRows(done, n), false,
                     correction, 1.0F, done == 0 ? 0.0F : 1.0F);
        }
    }

    // Grids of the groups that start in the block, from their columns as the columns done have updated them.
    void takeGrids(const ColumnPanel& panel, const ColumnBlock& block) {
        const Index at = block.first - panel.first;
        const Index n = block.reach - block.first;
        Matrix updated(n, n_rows_);
        gptqUpdatedColumns(plan_.factor.block(block.first, block.first, n, n), weight_.middleRows(at, n), correction_.middleRows(at, n),
                           updated);
        const Index size = plan_.groups.size();
        for (Index begin = (block.first + size - 1) / size * size; begin < block.last; begin += size)
            takeGrid(updated.middleRows(begin - block.first, std::min(size, difference_.rows() - begin)), begin / size);
    }

    void takeGrid(const MatrixView& columns, Index group) {
        std::vector<float> lowest(static_cast<std::size_t>(n_rows_));
        std::vector<float> highest(static_cast<std::size_t>(n_rows_));
        rangeOverColumns(columns, lowest, highest);
        const Matrix by_row = spec_.mse_search ? Matrix(columns.transpose()) : Matrix();
        for (Index row = 0; row < n_rows_; ++row) {
            const auto r = static_cast<std::size_t>(row);
            const GridPoint grid =
                spec_.mse_search ? gridOf(by_row.row(row).data(), by_row.cols(), spec_) : gridFromRange(lowest[r], highest[r], spec_);
            requireFiniteScale(grid, spec_, "quantizeGptq", first_row_ + row, group);
            scale_(group, row) = grid.scale;
            zero_(group, row) = grid.zero;
            counts_.add(grid.notes);
        }
    }

    void round(const ColumnPanel& panel, const ColumnBlock& block) {
        const auto first = static_cast<std::size_t>(block.first);
        const Index at = block.first - panel.first;
        const Index n = block.last - block.first;
        const auto count = static_cast<std::size_t>(n);
        const GptqBlock kernel{plan_.factor.block(block.first, block.first, n, n),
                               weight_.middleRows(at, n),
                               correction_.middleRows(at, n),
                               scale_,
                               zero_,
                               std::span(plan_.group_of_position).subspan(first, count),
                               plan_.keep.empty() ? std::span<const std::uint8_t>() : std::span(plan_.keep).subspan(first, count),
                               spec_.codeRange()};
        gptqRoundBlock(kernel, difference_.middleRows(block.first, n), codes_.middleRows(at, n), std::span(loss_).subspan(first, count));
    }

    // Adds the errors of the block to the corrections of the panel's columns after it.
    void handOn(const ColumnPanel& panel, const ColumnBlock& block) {
        const Index n_after = panel.end - block.last;
        if (n_after == 0) return;
        const Index n = block.last - block.first;
        gemmTile(plan_.factor.block(block.last, block.first, n_after, n), false, difference_.middleRows(block.first, n), false,
                 correction_.middleRows(block.last - panel.first, n_after), 1.0F, 1.0F);
    }

    void storeCodes(const ColumnPanel& panel) const {
        constexpr Index kRun = 64;  // columns whose codes stay in the L1 cache while all rows pick theirs
        for (Index run = panel.first; run < panel.last; run += kRun) {
            const Index end = std::min(run + kRun, panel.last);
            for (Index row = 0; row < n_rows_; ++row) {
                for (Index p = run; p < end; ++p) {
                    const Index column = plan_.order[static_cast<std::size_t>(p)];
                    result_.tensor.codes(first_row_ + row, column) = codes_(p - panel.first, row);
                }
            }
        }
        for (std::size_t k = 0; k < plan_.kept_positions.size(); ++k) {
            const Index position = plan_.kept_positions[k];
            if (position >= panel.first && position < panel.last) storeKept(panel, position, static_cast<Index>(k));
        }
    }

    void storeKept(const ColumnPanel& panel, Index position, Index k) const {
        const Index column = plan_.order[static_cast<std::size_t>(position)];
        const Index group = plan_.group_of_position[static_cast<std::size_t>(position)];
        for (Index row = 0; row < n_rows_; ++row) {
            const float value = weight_(position - panel.first, row) - difference_(position, row);
            result_.kept_values(first_row_ + row, k) = value;
            result_.tensor.codes(first_row_ + row, column) = roundToGrid(value, {scale_(group, row), zero_(group, row)}, spec_.codeRange());
        }
    }

    const Plan& plan_;
    GptqResult& result_;
    const GridSpec& spec_;
    Index first_row_;
    Index n_rows_;
    Matrix weight_;      // [panel, rows] W, processing order
    Matrix correction_;  // [panel, rows] Σ_{i done} d_i R_ij
    CodeMatrix codes_;   // [panel, rows]
    Matrix difference_;  // [in, rows] D = W − Ŵ of the columns done
    Matrix scale_;       // [groups, rows]
    Matrix zero_;        // [groups, rows]
    std::vector<double> loss_;
    GridCounts counts_;
};

// Rows of one tile: few enough that its columns stay in the L2 cache, enough that a product with R runs at full speed.
Index tileRows(Index n_rows) { return n_rows >= 1024 ? 256 : n_rows >= 512 ? 128 : 32; }

Plan makePlan(MatrixView weight, const GptqFactor& factor, const GptqGroups& groups, const std::vector<ColumnPanel>& panels,
              const GptqOptions& options) {
    const std::vector<Index>& order = factor.columns.order;
    Plan plan{weight, order, factor.r, groups, panels, {}, {}, {}};
    std::vector<Index> position_of(order.size());
    for (std::size_t p = 0; p < order.size(); ++p) {
        position_of[static_cast<std::size_t>(order[p])] = static_cast<Index>(p);
        plan.group_of_position.push_back(static_cast<std::int32_t>(groups.ofPosition(static_cast<Index>(p))));
    }
    if (!options.keep_columns.empty()) plan.keep.assign(order.size(), 0);
    for (const Index column : options.keep_columns) {
        plan.kept_positions.push_back(position_of[static_cast<std::size_t>(column)]);
        plan.keep[static_cast<std::size_t>(plan.kept_positions.back())] = 1;
    }
    return plan;
}

bool isAsItIs(const GptqColumns& columns) { return columns.dead.empty() && std::ranges::is_sorted(columns.order); }

std::vector<float> summed(const std::vector<std::vector<double>>& tile_losses, Index n_columns) {
    std::vector<double> sums(static_cast<std::size_t>(n_columns));
    for (const std::vector<double>& losses : tile_losses) {
        for (std::size_t p = 0; p < losses.size(); ++p) sums[p] += losses[p];
    }
    return {sums.begin(), sums.end()};
}

void requireFiniteLoss(const GptqResult& result) {
    const Index position = firstNonFinite(result.column_loss);
    if (position < 0) return;
    const auto at = static_cast<std::size_t>(position);
    std::string tries;
    for (const double fraction : result.damping_tries) tries += (tries.empty() ? "" : ", ") + std::to_string(fraction);
    throw Error(ErrorCode::NonFinite, "quantizeGptq: column " + std::to_string(result.order[at]) + ": expected a finite error, found " +
                                          std::to_string(result.column_loss[at]) + ": its weights are too large, or the damping (" + tries +
                                          ") is too weak");
}

}  // namespace

GptqResult quantizeGptq(MatrixView weight, MatrixView hessian, const GridSpec& grid, const GptqOptions& options, JobContext& job) {
    checkGptqWeight(weight, grid, options);
    requireHessianShape(hessian, weight.cols(), "quantizeGptq");
    job.checkpoint({"factorizing", 0, 0});
    return quantizeGptq(weight, factorizeGptq(hessian, options), grid, options, job);
}

GptqResult quantizeGptq(MatrixView weight, const GptqFactor& factor, const GridSpec& grid, const GptqOptions& options, JobContext& job) {
    checkGptqWeight(weight, grid, options);
    requireHessianShape(factor.r, weight.cols(), "quantizeGptq");
    const Index n_rows = weight.rows();
    const Index n_columns = weight.cols();
    const std::vector<Index>& order = factor.columns.order;
    const GptqGroups groups(grid, options, n_columns, order);
    GptqResult result;
    result.order = order;
    result.dead_columns = factor.columns.dead;
    result.damping_tries = factor.damping_tries;
    result.kept_columns = options.keep_columns;
    result.kept_values.resize(n_rows, static_cast<Index>(options.keep_columns.size()));
    result.tensor = {grid,
                     CodeMatrix(n_rows, n_columns),
                     Matrix::Zero(n_rows, groups.count()),
                     Matrix::Zero(n_rows, groups.count()),
                     groups.byColumn(order),
                     {}};
    if (!groups.areTakenOnTheWay()) takeGridsAhead(weight, factor.columns, options, result.tensor);

    const std::vector<ColumnPanel> panels = columnPanels(groups, options, n_columns);
    const Matrix ordered = isAsItIs(factor.columns) ? Matrix() : gptqWeight(weight, factor.columns);
    const Plan plan = makePlan(ordered.size() > 0 ? MatrixView(ordered) : weight, factor, groups, panels, options);
    const Index tile_rows = tileRows(n_rows);
    const Index n_tiles = (n_rows + tile_rows - 1) / tile_rows;
    constexpr Index kTilesAtOnce = 16;  // between two checkpoints
    std::vector<std::vector<double>> tile_losses(static_cast<std::size_t>(n_tiles));
    std::vector<GridCounts> tile_counts(static_cast<std::size_t>(n_tiles));
    for (Index tile = 0; tile < n_tiles; tile += kTilesAtOnce) {
        job.checkpoint({"solving", tile * tile_rows, n_rows});
        parallelFor(std::min(kTilesAtOnce, n_tiles - tile), 1, [&](Index i, Index) {
            const Index first = (tile + i) * tile_rows;
            Tile rows(plan, first, std::min(n_rows, first + tile_rows), result);
            rows.solve(job);
            tile_losses[static_cast<std::size_t>(tile + i)] = rows.loss();
            tile_counts[static_cast<std::size_t>(tile + i)] = rows.counts();
        });
    }
    job.checkpoint({"solving", n_rows, n_rows});
    result.column_loss = summed(tile_losses, n_columns);
    result.tensor.counts += sumOf(tile_counts);
    requireFiniteLoss(result);
    return result;
}

Matrix GptqResult::effectiveWeight() const {
    Matrix weight = tensor.dequantize();
    for (std::size_t k = 0; k < kept_columns.size(); ++k) weight.col(kept_columns[k]) = kept_values.col(static_cast<Index>(k));
    return weight;
}

}  // namespace salient
