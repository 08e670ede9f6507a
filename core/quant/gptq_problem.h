#pragma once

#include <vector>

#include "core/quant/gptq.h"

namespace salient {

/// A layer made ready for GPTQ: columns in processing order, dead ones patched.
struct GptqProblem {
    Matrix weight;                    ///< [out, in], processing order, dead columns zero
    Matrix hessian;                   ///< [in, in], processing order, dead diagonals 1, not damped
    std::vector<Index> order;         ///< processing position → original column
    std::vector<Index> dead_columns;  ///< original columns with a zero diagonal, ascending
};

/// R with (H + damping) = R·Rᵀ, and what it took.
struct GptqFactor {
    Matrix r;                           ///< [in, in], upper triangular, processing order
    std::vector<double> damping_tries;  ///< every fraction tried; the last one worked
};

/// Checks shapes and numbers, finds dead columns, decides the order and permutes. Nothing is damped yet.
/// Throws Error{ShapeMismatch}, Error{InvalidOption}, Error{NonFinite}.
[[nodiscard]] GptqProblem makeGptqProblem(MatrixView weight, MatrixView hessian, const GridSpec& grid, const GptqOptions& options);

/// The fractions of the mean diagonal that are tried one after another: the option, then ten times the one before, up to 1.
/// After a damping of 0 the next try is 1e-5.
[[nodiscard]] std::vector<double> dampingSchedule(const GptqOptions& options);

/// Damps the Hessian, each try stronger than the one before, until it has a Cholesky factor. Takes the Hessian, which it damps in place.
/// Throws Error{NotPositiveDefinite} listing the fractions tried.
[[nodiscard]] GptqFactor factorize(Matrix hessian, const GptqOptions& options);

/// Throws Error{NotPositiveDefinite} listing the fractions tried.
[[noreturn]] void refuseHessian(const std::vector<double>& tries);

/// Which group of columns shares a grid, and when the grid is taken.
class GptqGroups {
public:
    GptqGroups(const GridSpec& grid, const GptqOptions& options, Index in_features, const std::vector<Index>& order);

    [[nodiscard]] Index count() const noexcept { return count_; }
    /// True when grids are taken on the way, from partly updated columns: more than the whole row, and not static.
    [[nodiscard]] bool areTakenOnTheWay() const noexcept { return on_the_way_; }
    [[nodiscard]] Index size() const noexcept { return size_; }
    /// Group of the column at a processing position.
    [[nodiscard]] Index ofPosition(Index position) const noexcept { return of_position_[static_cast<std::size_t>(position)]; }
    /// g_idx: group of each original column.
    [[nodiscard]] std::vector<std::int32_t> byColumn(const std::vector<Index>& order) const;

private:
    Index count_ = 1;
    Index size_ = 1;
    bool on_the_way_ = false;
    std::vector<Index> of_position_;
};

/// The solver itself: rounds every column in order, in parallel tiles of rows. weight: the original one, for the grids taken ahead.
[[nodiscard]] GptqResult solveGptq(MatrixView weight, const GptqProblem& problem, const GptqFactor& factor, const GridSpec& grid,
                                   const GptqOptions& options, JobContext& job);

/// Grids known before the first column is rounded: of the whole rows, or static groups by original column. weight is the original
/// one. Published takes the row's grid before dead columns are zeroed; all else after.
void takeGridsAhead(MatrixView weight, const GptqProblem& problem, const GptqOptions& options, QuantizedTensor& tensor);

}  // namespace salient
