#include <Eigen/Cholesky>
#include <algorithm>

#include "core/quant/check.h"
#include "core/quant/gptq.h"
#include "core/quant/gptq_problem.h"

namespace salient {
namespace {

using MatrixD = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// U with UᵀU = (H + damping)⁻¹: Cholesky, inverse, Cholesky. Empty when H is not positive definite.
MatrixD inverseFactor(const MatrixD& hessian) {
    const Eigen::LLT<MatrixD> factor(hessian);
    if (factor.info() != Eigen::Success) return {};
    const MatrixD inverse = factor.solve(MatrixD::Identity(hessian.rows(), hessian.cols()));
    const Eigen::LLT<MatrixD> inverse_factor(inverse);
    if (inverse_factor.info() != Eigen::Success) return {};
    return inverse_factor.matrixU();
}

void takeGroupGrid(const MatrixD& w, Index first, Index count, Index group, QuantizedTensor& tensor) {
    for (Index row = 0; row < w.rows(); ++row) {
        const Eigen::RowVectorXf columns = w.row(row).segment(first, count).cast<float>();
        const GridPoint grid = gridOf(columns.data(), count, tensor.spec);
        requireFiniteScale(grid, tensor.spec, "quantizeGptq", row, group);
        tensor.scale(row, group) = grid.scale;
        tensor.zero(row, group) = grid.zero;
        tensor.counts.add(grid.notes);
    }
}

}  // namespace

GptqResult quantizeGptqPlain(MatrixView weight, MatrixView hessian, const GridSpec& grid, const GptqOptions& options) {
    checkGptqWeight(weight, grid, options);
    requireHessianShape(hessian, weight.cols(), "quantizeGptq");
    checkGptqHessian(hessian, options);
    const GptqColumns columns = gptqColumns(hessian.diagonal(), options);
    const Index n_rows = weight.rows();
    const Index n_cols = weight.cols();
    GptqResult result;
    result.order = columns.order;
    result.dead_columns = columns.dead;

    MatrixD u;
    const MatrixD h = gptqHessian(hessian, columns).cast<double>();
    const double mean_diagonal = n_cols > 0 ? h.diagonal().mean() : 0.0;
    for (const double fraction : dampingSchedule(options)) {
        result.damping_tries.push_back(fraction);
        u = inverseFactor(h + fraction * mean_diagonal * MatrixD::Identity(n_cols, n_cols));
        if (u.size() > 0 || n_cols == 0) break;
    }
    if (u.size() == 0 && n_cols > 0) refuseHessian(result.damping_tries);

    const GptqGroups groups(grid, options, n_cols, columns.order);
    result.tensor = {
        grid, CodeMatrix(n_rows, n_cols), Matrix(n_rows, groups.count()), Matrix(n_rows, groups.count()), groups.byColumn(columns.order),
        {}};
    if (!groups.areTakenOnTheWay()) takeGridsAhead(weight, columns, options, result.tensor);

    MatrixD w = gptqWeight(weight, columns).cast<double>();  // updated by every column done
    MatrixD at_block_start = w;                              // updated by every block done: what Published looks at
    const bool fresh = options.group_parameters == GptqOptions::GroupParameters::Fresh;
    result.kept_columns = options.keep_columns;
    result.kept_values.resize(n_rows, static_cast<Index>(options.keep_columns.size()));
    for (Index q = 0; q < n_cols; ++q) {
        if (q % options.block_size == 0) at_block_start = w;
        if (groups.areTakenOnTheWay() && q % groups.size() == 0)
            takeGroupGrid(fresh ? w : at_block_start, q, std::min(groups.size(), n_cols - q), q / groups.size(), result.tensor);
        const Index column = columns.order[static_cast<std::size_t>(q)];
        const Index group = groups.ofPosition(q);
        const auto kept = std::find(options.keep_columns.begin(), options.keep_columns.end(), column);
        Eigen::VectorXd error(n_rows);
        for (Index row = 0; row < n_rows; ++row) {
            const GridPoint point{result.tensor.scale(row, group), result.tensor.zero(row, group)};
            const std::uint8_t code = roundToGrid(static_cast<float>(w(row, q)), point, grid.codeRange());
            result.tensor.codes(row, column) = code;
            const float rounded = point.scale * (static_cast<float>(code) - point.zero);
            error[row] = kept == options.keep_columns.end() ? (w(row, q) - static_cast<double>(rounded)) / u(q, q) : 0.0;
        }
        if (kept != options.keep_columns.end()) result.kept_values.col(kept - options.keep_columns.begin()) = w.col(q).cast<float>();
        result.column_loss.push_back(static_cast<float>(0.5 * error.squaredNorm()));
        w.rightCols(n_cols - q).noalias() -= error * u.row(q).segment(q, n_cols - q);
    }
    return result;
}

}  // namespace salient
