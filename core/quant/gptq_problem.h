#pragma once

#include <vector>

#include "core/quant/gptq.h"

namespace salient {

/// Which columns are dead and in which order all are processed, from the Hessian's diagonal [in].
/// Throws Error{InvalidOption} when the options hold an order that is none.
[[nodiscard]] GptqColumns gptqColumns(const Eigen::VectorXf& diagonal, const GptqOptions& options);

/// weight [out, in] in processing order, dead columns zero.
[[nodiscard]] Matrix gptqWeight(MatrixView weight, const GptqColumns& columns);

/// hessian [in, in] in processing order, dead diagonals 1, not damped.
[[nodiscard]] Matrix gptqHessian(MatrixView hessian, const GptqColumns& columns);

/// Throws Error{ShapeMismatch}, Error{InvalidOption}, Error{NonFinite}.
void checkGptqWeight(MatrixView weight, const GridSpec& grid, const GptqOptions& options);
void checkGptqHessian(MatrixView hessian, const GptqOptions& options);

/// The fractions of the mean diagonal that are tried one after another: the option, then ten times the one before, up to 1.
/// After a damping of 0 the next try is 1e-5.
[[nodiscard]] std::vector<double> dampingSchedule(const GptqOptions& options);

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

/// Grids known before the first column is rounded: of the whole rows, or static groups by original column. weight is the original
/// one. Published takes the row's grid before dead columns are zeroed; all else after. What was done otherwise is counted in the tensor.
void takeGridsAhead(MatrixView weight, const GptqColumns& columns, const GptqOptions& options, QuantizedTensor& tensor);

}  // namespace salient
