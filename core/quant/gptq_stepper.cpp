#include "core/quant/gptq_stepper.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/kernels/cholesky.h"
#include "core/kernels/gemm.h"
#include "core/quant/gptq_problem.h"

namespace salient {
namespace {

Matrix inProcessingOrder(const Matrix& matrix, const std::vector<Index>& order) {
    Matrix result(matrix.rows(), matrix.cols());
    for (std::size_t p = 0; p < order.size(); ++p) result.col(static_cast<Index>(p)) = matrix.col(order[p]);
    return result;
}

// D·R: with H = R·Rᵀ its squared norm is tr(D H Dᵀ), and its columns are the paper's errors (w_q − ŵ_q) / U_qq.
Matrix errorsOf(const Matrix& difference, const Matrix& factor) {
    Matrix errors(difference.rows(), difference.cols());
    gemm(difference, false, factor, false, errors);
    return errors;
}

double halfSquare(const Matrix& errors) { return 0.5 * errors.cast<double>().squaredNorm(); }

}  // namespace

GptqStepper::GptqStepper(const Matrix& weight, Matrix hessian, const GridSpec& grid, const GptqOptions& options, JobContext& job)
    : block_size_(options.block_size) {
    GptqFactor factor = factorizeGptq(hessian, options);
    hessian.resize(0, 0);
    result_ = quantizeGptq(weight, factor, grid, options, job);
    weight_ = gptqWeight(weight, factor.columns);
    factor.r.triangularView<Eigen::StrictlyLower>().setZero();
    factor_ = std::move(factor.r);
    u_ = invertUpper(factor_);
    rounded_ = inProcessingOrder(result_.effectiveWeight(), result_.order);
    error_ = errorsOf(weight_ - rounded_, factor_);
    nearest_loss_ = halfSquare(errorsOf(weight_ - nearestRounded(weight_), factor_));
    updated_ = start_ = weight_;
    const Index n_blocks = (columnCount() + block_size_ - 1) / block_size_;
    kept_every_ = std::max<Index>(1, static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(n_blocks)))));
}

Index GptqStepper::columnCount() const noexcept { return weight_.cols(); }

// W at the start of a block: always the same chain of products from the start, wherever it is picked up.
void GptqStepper::goToBlock(Index block) {
    Index at = 0;
    start_ = weight_;
    if (const auto next = kept_.upper_bound(block); next != kept_.begin()) {
        at = std::prev(next)->first;
        start_ = std::prev(next)->second;
    }
    for (; at < block; ++at) {
        const Index first = at * block_size_;
        const Index last = std::min(columnCount(), first + block_size_);
        gemm(error_.middleCols(first, last - first), false, u_.block(first, last, last - first, columnCount() - last), false,
             start_.rightCols(columnCount() - last), -1.0F, 1.0F);
        start_.middleCols(first, last - first) = rounded_.middleCols(first, last - first);
        if ((at + 1) % kept_every_ == 0) kept_.insert_or_assign(at + 1, start_);
    }
    start_block_ = block;
}

void GptqStepper::goTo(Index position) {
    if (position < 0 || position > columnCount()) {
        throw Error(ErrorCode::InvalidOption,
                    "GptqStepper: position: expected 0 … " + std::to_string(columnCount()) + ", found " + std::to_string(position));
    }
    const Index block = position / block_size_;
    if (block != start_block_) goToBlock(block);
    // One product from the block's start, whatever the way there: as fast backwards as forwards, and the same bits.
    const Index first = block * block_size_;
    const Index n_done = position - first;
    const Index n_rest = columnCount() - position;
    updated_ = start_;
    if (n_done > 0 && n_rest > 0) {
        gemm(error_.middleCols(first, n_done), false, u_.block(first, position, n_done, n_rest), false, updated_.rightCols(n_rest), -1.0F,
             1.0F);
    }
    updated_.middleCols(first, n_done) = rounded_.middleCols(first, n_done);
    position_ = position;
}

Matrix GptqStepper::nearestRounded(const Matrix& columns) const {
    const QuantizedTensor& tensor = result_.tensor;
    Matrix rounded(columns.rows(), columns.cols());
    for (Index p = 0; p < columns.cols(); ++p) {
        const Index group = tensor.group_index[static_cast<std::size_t>(result_.order[static_cast<std::size_t>(p)])];
        for (Index row = 0; row < columns.rows(); ++row) {
            const GridPoint grid{tensor.scale(row, group), tensor.zero(row, group)};
            rounded(row, p) = grid.scale * (static_cast<float>(roundToGrid(columns(row, p), grid, tensor.spec.codeRange())) - grid.zero);
        }
    }
    return rounded;
}

GptqStepper::State GptqStepper::state(bool with_nearest_loss) const {
    State state;
    state.position = position_;
    state.updated = updated_;
    state.pending = Matrix::Zero(weight_.rows(), columnCount());
    state.inverse_row.assign(static_cast<std::size_t>(columnCount()), 0.0F);
    state.loss = halfSquare(error_.leftCols(position_));
    if (!done()) {
        const Eigen::VectorXf error = error_.col(position_);
        const Index n_rest = columnCount() - position_;
        state.error.assign(error.data(), error.data() + error.size());
        Eigen::Map<Eigen::RowVectorXf>(state.inverse_row.data(), columnCount()) = u_.row(position_);
        state.pending.rightCols(n_rest).noalias() = error * u_.row(position_).tail(n_rest);
    }
    if (with_nearest_loss) {
        Matrix rounded = nearestRounded(updated_);
        rounded.leftCols(position_) = rounded_.leftCols(position_);
        state.nearest_loss = halfSquare(errorsOf(weight_ - rounded, factor_));
    }
    return state;
}

std::vector<double> GptqStepper::runningLoss() const {
    std::vector<double> running;
    double loss = 0.0;
    for (Index p = 0; p < columnCount(); ++p) {
        loss += 0.5 * error_.col(p).cast<double>().squaredNorm();
        running.push_back(loss);
    }
    return running;
}

}  // namespace salient
