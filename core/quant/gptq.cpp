#include "core/quant/gptq.h"

#include <algorithm>
#include <numeric>

#include "core/kernels/cholesky.h"
#include "core/kernels/gemm.h"
#include "core/kernels/parallel.h"
#include "core/quant/check.h"
#include "core/quant/gptq_problem.h"

namespace salient {
namespace {

// Rows that walk through the columns together: their D stays in the L2 cache, and a product with R has enough rows to be fast.
constexpr Index kTileRows = 64;

// Columns [first, last) that are rounded one after another before their errors are handed on as one product (the lazy batch).
// Columns up to `reach` belong to groups that start in this block: their grids need the updated columns.
struct Block {
    Index first = 0;
    Index last = 0;
    Index reach = 0;
    Matrix inverse;  // of R[first:reach, first:reach]; empty where no group starts
};

class TileSolver {
public:
    TileSolver(const GptqProblem& problem, const Matrix& factor, const GptqGroups& groups, const std::vector<bool>& is_kept,
               const std::vector<Block>& blocks)
        : problem_(problem), factor_(factor), groups_(groups), is_kept_(is_kept), blocks_(blocks) {}

    // Rounds rows [first, last) into result and returns their loss per column.
    std::vector<double> solve(Index first, Index last, GptqResult& result, Matrix& rounded) const {
        const Index n_rows = last - first;
        const Index n_cols = factor_.cols();
        Matrix pending = Matrix::Zero(n_rows, n_cols);  // Σ_{i done} d_i R_ij
        Matrix difference(n_rows, n_cols);              // d = w − ŵ
        std::vector<double> loss(static_cast<std::size_t>(n_cols));
        for (const Block& block : blocks_) {
            if (groups_.areTakenOnTheWay()) takeGrids(block, first, pending, result.tensor);
            for (Index j = block.first; j < block.last; ++j) roundColumn(block, j, first, pending, difference, result, rounded, loss);
            const Index n_block = block.last - block.first;
            gemmTile(difference.middleCols(block.first, n_block), false,
                     factor_.block(block.first, block.last, n_block, n_cols - block.last), false,
                     pending.middleCols(block.last, n_cols - block.last), 1.0F, 1.0F);
        }
        return loss;
    }

private:
    // Grids of the groups that start in the block, from the columns as the done ones have updated them: w + S·R⁻¹.
    void takeGrids(const Block& block, Index first_row, const Matrix& pending, QuantizedTensor& tensor) const {
        if (block.inverse.size() == 0) return;
        const Index n_reach = block.reach - block.first;
        Matrix updated(pending.rows(), n_reach);
        gemmTile(pending.middleCols(block.first, n_reach), false, block.inverse, false, updated);
        updated += problem_.weight.block(first_row, block.first, pending.rows(), n_reach);
        const Index size = groups_.size();
        for (Index begin = (block.first + size - 1) / size * size; begin < block.last; begin += size) {
            const Index n = std::min(size, factor_.cols() - begin);
            for (Index row = 0; row < pending.rows(); ++row) {
                const GridPoint grid = gridOf(updated.row(row).data() + (begin - block.first), n, tensor.spec);
                requireFiniteScale(grid, tensor.spec, "quantizeGptq", first_row + row, begin / size);
                tensor.scale(first_row + row, begin / size) = grid.scale;
                tensor.zero(first_row + row, begin / size) = grid.zero;
            }
        }
    }

    void roundColumn(const Block& block, Index j, Index first_row, const Matrix& pending, Matrix& difference, GptqResult& result,
                     Matrix& rounded, std::vector<double>& loss) const {
        const int max_code = (1 << result.tensor.spec.bits) - 1;
        const Index column = problem_.order[static_cast<std::size_t>(j)];
        const Index group = groups_.ofPosition(j);
        const bool is_kept = is_kept_[static_cast<std::size_t>(column)];
        // Multiplying by the inverse, as takeGrids() does: the largest weight of a symmetric group often is its first column and
        // then sits exactly on a tie, so both must come out with the same bits.
        const float inverse = 1.0F / factor_(j, j);
        double sum = 0.0;
        for (Index row = 0; row < difference.rows(); ++row) {
            float s = pending(row, j);
            for (Index i = block.first; i < j; ++i) s += difference(row, i) * factor_(i, j);
            const Index out = first_row + row;
            const float w = problem_.weight(out, j);
            const float c = w + s * inverse;
            const GridPoint grid{result.tensor.scale(out, group), result.tensor.zero(out, group)};
            const std::uint8_t code = roundToGrid(c, grid, max_code);
            result.tensor.codes(out, column) = code;
            const float value = is_kept ? c : grid.scale * (static_cast<float>(code) - grid.zero);
            rounded(out, j) = value;
            difference(row, j) = w - value;
            const double e = static_cast<double>(factor_(j, j)) * static_cast<double>(c - value);
            sum += 0.5 * e * e;
        }
        loss[static_cast<std::size_t>(j)] = sum;
    }

    const GptqProblem& problem_;
    const Matrix& factor_;
    const GptqGroups& groups_;
    const std::vector<bool>& is_kept_;
    const std::vector<Block>& blocks_;
};

// Published looks at a group's columns when a block starts; Fresh starts a new block at every group.
std::vector<Block> makeBlocks(const Matrix& factor, const GptqGroups& groups, const GptqOptions& options) {
    const Index n_cols = factor.cols();
    const bool fresh = options.group_parameters == GptqOptions::GroupParameters::Fresh;
    std::vector<Block> blocks;
    for (Index first = 0; first < n_cols;) {
        Block block;
        block.first = first;
        block.last = std::min(n_cols, (first / options.block_size + 1) * options.block_size);
        block.reach = block.last;
        if (groups.areTakenOnTheWay()) {
            const Index size = groups.size();
            if (fresh) block.last = std::min(block.last, (first / size + 1) * size);
            const Index last_start = (block.last - 1) / size * size;
            block.reach = last_start >= first ? std::min(n_cols, last_start + size) : block.last;
        }
        blocks.push_back(block);
        first = block.last;
    }
    if (groups.areTakenOnTheWay()) {
        parallelFor(static_cast<Index>(blocks.size()), 1, [&](Index i, Index) {
            Block& block = blocks[static_cast<std::size_t>(i)];
            if ((block.last - 1) / groups.size() * groups.size() < block.first) return;
            const Index n = block.reach - block.first;
            block.inverse = invertUpper(factor.block(block.first, block.first, n, n));
        });
    }
    return blocks;
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
    const Index n_cols = weight.cols();
    GptqResult result;
    result.order = problem.order;
    result.dead_columns = problem.dead_columns;
    result.damping_tries = factor.damping_tries;

    const GptqGroups groups(grid, options, n_cols, problem.order);
    result.tensor.spec = grid;
    result.tensor.codes.resize(n_rows, n_cols);
    result.tensor.scale.resize(n_rows, groups.count());
    result.tensor.zero.resize(n_rows, groups.count());
    result.tensor.group_index = groups.byColumn(problem.order);
    if (!groups.areTakenOnTheWay()) takeGridsAhead(weight, problem, options, result.tensor);

    std::vector<bool> is_kept(static_cast<std::size_t>(n_cols));
    for (const Index column : options.keep_columns) is_kept[static_cast<std::size_t>(column)] = true;

    const std::vector<Block> blocks = makeBlocks(factor.r, groups, options);
    const TileSolver solver(problem, factor.r, groups, is_kept, blocks);
    Matrix rounded(n_rows, n_cols);
    const Index n_tiles = (n_rows + kTileRows - 1) / kTileRows;
    std::vector<std::vector<double>> tile_loss(static_cast<std::size_t>(n_tiles));
    // A few tiles at a time, so that a wish to stop is heard.
    const Index n_at_once = 16;
    for (Index tile = 0; tile < n_tiles; tile += n_at_once) {
        job.checkpoint({"solving", tile * kTileRows, n_rows});
        parallelFor(std::min(n_at_once, n_tiles - tile), 1, [&](Index i, Index) {
            const Index first = (tile + i) * kTileRows;
            tile_loss[static_cast<std::size_t>(tile + i)] = solver.solve(first, std::min(n_rows, first + kTileRows), result, rounded);
        });
    }
    result.column_loss.resize(static_cast<std::size_t>(n_cols));
    for (std::size_t j = 0; j < result.column_loss.size(); ++j) {
        double sum = 0.0;
        for (const std::vector<double>& loss : tile_loss) sum += loss[j];
        result.column_loss[j] = static_cast<float>(sum);
    }
    result.kept_columns = options.keep_columns;
    result.kept_values.resize(n_rows, static_cast<Index>(options.keep_columns.size()));
    std::vector<Index> position(static_cast<std::size_t>(n_cols));
    for (std::size_t p = 0; p < problem.order.size(); ++p) position[static_cast<std::size_t>(problem.order[p])] = static_cast<Index>(p);
    for (std::size_t k = 0; k < options.keep_columns.size(); ++k)
        result.kept_values.col(static_cast<Index>(k)) = rounded.col(position[static_cast<std::size_t>(options.keep_columns[k])]);
    return result;
}

Matrix GptqResult::effectiveWeight() const {
    Matrix weight = tensor.dequantize();
    for (std::size_t k = 0; k < kept_columns.size(); ++k) weight.col(kept_columns[k]) = kept_values.col(static_cast<Index>(k));
    return weight;
}

}  // namespace salient
