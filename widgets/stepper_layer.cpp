#include "widgets/stepper_layer.h"

#include <algorithm>
#include <utility>

#include "core/kernels/gemm.h"
#include "core/kernels/parallel.h"
#include "core/quant/check.h"
#include "core/quant/gptq_problem.h"

namespace salient {

namespace {

constexpr Index kBlock = 256;                     // columns per product of the running loss
constexpr Index kRows = 16;                       // per piece of a parallel pass
constexpr Index kLargeElements = Index{1} << 20;  // more take the pictures beyond a frame
constexpr double kQuickTotal = 5e7;               // multiply-adds

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// The middle of each of so many equal parts, or all rows.
std::vector<Index> spreadRows(Index n_rows, Index most) {
    const Index count = std::min(n_rows, std::max<Index>(most, 1));
    std::vector<Index> rows;
    rows.reserve(at(count));
    for (Index k = 0; k < count; ++k) rows.push_back((2 * k + 1) * n_rows / (2 * count));
    return rows;
}

/// w − ŵ of plain rounding on the result's grids. ordered: those rows of the weight, in processing order.
Matrix nearestError(const Matrix& ordered, const std::vector<Index>& rows, const GptqResult& result) {
    const QuantizedTensor& tensor = result.tensor;
    const CodeRange range = tensor.spec.codeRange();
    Matrix error(ordered.rows(), ordered.cols());
    parallelFor(ordered.rows(), kRows, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            const Index row = rows[at(i)];
            for (Index p = 0; p < ordered.cols(); ++p) {
                const Index group = tensor.group_index[at(result.order[at(p)])];
                const GridPoint grid{tensor.scale(row, group), tensor.zero(row, group)};
                error(i, p) = ordered(i, p) - grid.scale * (static_cast<float>(roundToGrid(ordered(i, p), grid, range)) - grid.zero);
            }
        }
    });
    return error;
}

/// What the solver factorized on the diagonal, in processing order: dead channels count as 1, and the damping is on top.
Eigen::VectorXd dampedDiagonal(const MatrixView& hessian, const GptqResult& result) {
    Eigen::VectorXd diagonal(hessian.rows());
    for (Index p = 0; p < diagonal.size(); ++p) {
        const Index channel = result.order[at(p)];
        const auto own = static_cast<double>(hessian(channel, channel));
        diagonal[p] = own == 0.0 ? 1.0 : own;
    }
    if (!result.damping_tries.empty() && diagonal.size() > 0) diagonal.array() += result.damping_tries.back() * diagonal.mean();
    return diagonal;
}

/// Columns [first, last) of H in processing order, above its diagonal alone: [last, last − first].
Matrix aboveDiagonal(const MatrixView& hessian, const std::vector<Index>& order, Index first, Index last) {
    Matrix columns(last, last - first);
    parallelFor(last, kRows, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const auto row = hessian.row(order[at(i)]);
            for (Index c = 0; c < columns.cols(); ++c) columns(i, c) = i < first + c ? row[order[at(first + c)]] : 0.0F;
        }
    });
    return columns;
}

}  // namespace

RoundingLoss roundingLoss(MatrixView weight, MatrixView hessian, const GptqResult& result, Index most_rows, JobContext& job) {
    const Index n_columns = weight.cols();
    requireHessianShape(hessian, n_columns, "roundingLoss");
    const std::vector<Index> rows = spreadRows(weight.rows(), most_rows);
    Matrix sample(static_cast<Index>(rows.size()), n_columns);
    for (std::size_t k = 0; k < rows.size(); ++k) sample.row(static_cast<Index>(k)) = weight.row(rows[k]);
    const Matrix error = nearestError(gptqWeight(sample, {result.order, result.dead_columns}), rows, result);
    const Eigen::VectorXd diagonal = dampedDiagonal(hessian, result);
    const double share = rows.empty() ? 0.0 : static_cast<double>(weight.rows()) / static_cast<double>(rows.size());
    RoundingLoss loss{{0.0}, static_cast<Index>(rows.size())};
    for (Index first = 0; first < n_columns; first += kBlock) {
        job.checkpoint({"comparing", first, n_columns});
        const Index last = std::min(n_columns, first + kBlock);
        Matrix product(error.rows(), last - first);
        gemm(error.leftCols(last), false, aboveDiagonal(hessian, result.order, first, last), false, product);
        const Eigen::MatrixXd own = error.middleCols(first, last - first).cast<double>();
        const Eigen::RowVectorXd squares = own.colwise().squaredNorm();
        const Eigen::RowVectorXd crosses = own.cwiseProduct(product.cast<double>()).colwise().sum();
        for (Index c = 0; c < last - first; ++c)
            loss.running.push_back(loss.running.back() + share * (0.5 * diagonal[first + c] * squares[c] + crosses[c]));
    }
    return loss;
}

bool StepperLayer::isLarge() const noexcept { return original->size() > kLargeElements; }

bool StepperLayer::hasQuickTotals() const noexcept {
    const auto in = static_cast<double>(original->cols());
    return static_cast<double>(original->rows()) * in * in <= kQuickTotal;
}

std::shared_ptr<const StepperLayer> stepperLayer(const QString& name, GptqStepper& stepper, Index block_size, RoundingLoss nearest) {
    auto layer = std::make_shared<StepperLayer>();
    const GptqResult& result = stepper.result();
    layer->name = name;
    layer->block_size = std::max<Index>(1, block_size);
    layer->order = result.order;
    layer->position_of.resize(layer->order.size());
    for (std::size_t p = 0; p < layer->order.size(); ++p) {
        layer->position_of[at(layer->order[p])] = static_cast<Index>(p);
        layer->group_of.push_back(result.tensor.group_index[at(layer->order[p])]);
    }
    const Matrix effective = result.effectiveWeight();
    layer->rounded.resize(effective.rows(), effective.cols());
    parallelFor(effective.rows(), kRows, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            for (Index p = 0; p < effective.cols(); ++p) layer->rounded(row, p) = effective(row, layer->order[at(p)]);
        }
    });
    stepper.goTo(0);
    layer->original = std::make_shared<const Matrix>(stepper.state(false).updated);
    layer->losses = stepper.runningLoss();
    layer->losses.insert(layer->losses.begin(), 0.0);
    layer->nearest_total = stepper.nearestLoss();
    layer->nearest = std::move(nearest);
    layer->weight_limit = layer->original->cwiseAbs().maxCoeff();
    layer->error_limit = (*layer->original - layer->rounded).cwiseAbs().maxCoeff();
    return layer;
}

}  // namespace salient
