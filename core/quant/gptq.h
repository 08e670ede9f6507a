#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/quant/grid.h"

namespace salient {

struct GptqOptions {
    double damping = 0.01;       ///< added to the diagonal, as a fraction of its mean
    int max_damping_tries = 6;   ///< each ten times the one before, up to 1; every try is recorded
    Index block_size = 128;      ///< columns between two lazy batches
    bool act_order = false;      ///< process columns by decreasing Hessian diagonal
    bool static_groups = false;  ///< grids from the weight before any update, by original column
    /// When a group without static_groups takes its grid: Published takes it as the published code does, without the updates
    /// still pending inside the current block, and one grid per row before dead columns are zeroed; Fresh from the fully updated columns.
    /// Fresh groups that start inside a block were measured to be no better: on two small models at 2 to 4 bits the mean output error of a
    /// layer was between 1.3 % less and 2.7 % more.
    enum class GroupParameters { Published, Fresh } group_parameters = GroupParameters::Published;
    std::vector<Index> column_order;  ///< if set, the processing order itself (overrides act_order's sort)
    std::vector<Index> keep_columns;  ///< what-if: these columns stay unrounded
    void validate() const;
};

/// What happened while a layer was solved.
struct GptqResult {
    QuantizedTensor tensor;
    std::vector<Index> order;           ///< processing position → original column
    std::vector<float> column_loss;     ///< ½ Σ_rows (R_jj (c_j − ŵ_j))², in processing order; sums to ½ tr(D H Dᵀ)
    std::vector<double> damping_tries;  ///< every fraction tried; the last one worked
    std::vector<Index> dead_columns;    ///< zero diagonal: set to zero and left out
    std::vector<Index> kept_columns;    ///< columns that stayed unrounded, as asked for
    Matrix kept_values;                 ///< [out, kept] their updated values; their codes in `tensor` are the nearest ones

    /// Ŵ [out, in] in original column order: the dequantized tensor, with the kept columns as they are.
    [[nodiscard]] Matrix effectiveWeight() const;
};

/// How the columns of a layer are gone through.
struct GptqColumns {
    std::vector<Index> order;  ///< processing position → original column
    std::vector<Index> dead;   ///< original columns with a zero diagonal, ascending
};

/// What GPTQ needs of a layer's input, the same for all layers that share it.
struct GptqFactor {
    GptqColumns columns;
    Matrix r;  ///< [in, in], processing order: R on and above the diagonal, where H + damping = R·Rᵀ; Rᵀ below
    std::vector<double> damping_tries;  ///< every fraction tried; the last one worked
};

/// Orders, damps and factorizes a Hessian [in, in], symmetric, of any scale; damping is retried tenfold, each try recorded, before
/// giving up. Cost: in³/6 multiply-adds. Throws Error{ShapeMismatch}, Error{InvalidOption}, Error{NotPositiveDefinite} listing
/// the fractions tried, Error{NonFinite}.
[[nodiscard]] GptqFactor factorizeGptq(MatrixView hessian, const GptqOptions& options);

/// Quantizes one linear layer with GPTQ, compensating each column's error in the columns still to come.
/// weight [out, in]; factor of its input, made with the same options. Rows are independent and solved in parallel tiles.
/// Frantar et al., GPTQ, arXiv:2210.17323, Algorithm 1. Differs: with H = R·Rᵀ (R upper triangular, R = U⁻¹) column j is
/// rounded from c_j = w_j + (Σ_{i<j} d_i R_ij) / R_jj, d = w − ŵ, which gives the paper's codes from one Cholesky and no
/// inverse. Cost: out · in² / 2 multiply-adds. Throws Error{ShapeMismatch}, Error{InvalidOption}, Error{NonFinite}.
/// Checkpoints per batch of rows.
[[nodiscard]] GptqResult quantizeGptq(MatrixView weight, const GptqFactor& factor, const GridSpec& grid, const GptqOptions& options,
                                      JobContext& job);

/// The same for a layer whose input no other layer shares.
[[nodiscard]] GptqResult quantizeGptq(MatrixView weight, MatrixView hessian, const GridSpec& grid, const GptqOptions& options,
                                      JobContext& job);

/// The paper's Algorithm 1 in double precision, line by line: the definition that quantizeGptq() is tested against.
[[nodiscard]] GptqResult quantizeGptqPlain(MatrixView weight, MatrixView hessian, const GridSpec& grid, const GptqOptions& options);

}  // namespace salient
