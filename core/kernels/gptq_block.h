#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/code_range.h"
#include "core/tensor/matrix.h"

namespace salient {

/// A writable view of codes, like MatrixSpan.
using CodeSpan = Eigen::Ref<CodeMatrix>;

/// A tile of rows of a weight × a block of its columns, ready for the inner loop of GPTQ. Everything is held transposed, [columns, rows]:
/// rows are independent and lie side by side in the lanes of a vector. Any number of rows; multiples of 16 waste nothing.
struct GptqBlock {
    MatrixView factor;                             ///< [n, n] R[block, block] of H = R·Rᵀ; its upper triangle is read
    MatrixView weight;                             ///< [n, rows] original weights
    MatrixView correction;                         ///< [n, rows] Σ d_i R_ij over the columns i before the block
    MatrixView scale;                              ///< [n_grids, rows]
    MatrixView zero;                               ///< [n_grids, rows], whole numbers
    std::span<const std::int32_t> grid_of_column;  ///< [n] row of scale and zero that a column is rounded with
    std::span<const std::uint8_t> keep;            ///< empty, or [n]: 1 leaves a column unrounded: ŵ = c, with the nearest code
    CodeRange code_range = 15;
};

/// For each column j of the block in turn: c = w_j + (correction_j + Σ_{i<j in block} d_i R_ij) / R_jj, rounded to
/// ŵ = scale · (code − zero) with code = clamp(round(c / scale) + zero, least, greatest), half to even, and d_j = w_j − ŵ_j.
/// difference [n, rows] receives d; codes [n, rows] the codes; column_loss [n] is increased by ½ Σ_rows (R_jj (c − ŵ))².
/// On the calling thread, sums in float32; cost n²/2 multiply-adds per row. A row's result does not depend on its place in the tile.
/// Shapes are taken on trust; scales and R_jj are not zero, codes within 0 … 255.
/// Frantar et al., GPTQ, arXiv:2210.17323, Algorithm 1, inner loop, in the form that needs R instead of the inverse.
void gptqRoundBlock(const GptqBlock& block, MatrixSpan difference, CodeSpan codes, std::span<double> column_loss);

/// The definition that gptqRoundBlock() is tested against: one row after the other, in the same precision, since another one would decide
/// otherwise where a value lies between two codes.
void gptqRoundBlockPlain(const GptqBlock& block, MatrixSpan difference, CodeSpan codes, std::span<double> column_loss);

/// W + S·R⁻¹: columns that are still to come as the paper's algorithm holds them once the corrections S of the columns done are
/// worked in. This is what a group's grid is taken from. factor [n, n] R of those columns, weight, correction, updated [n, rows].
/// (Only the first of these columns is W + S / R_jj: the later ones also move with the ones before them.)
/// On the calling thread; n²/2 multiply-adds per row. `updated` overlaps none of the others.
void gptqUpdatedColumns(MatrixView factor, MatrixView weight, MatrixView correction, MatrixSpan updated);
/// The definition: W + the solution of solveUpperTilePlain(), rounded once more.
void gptqUpdatedColumnsPlain(MatrixView factor, MatrixView weight, MatrixView correction, MatrixSpan updated);

/// Smallest and largest value of each row of a transposed tile [columns, rows]; lowest, highest [rows], left as they are where there are
/// no columns. Values are finite.
void rangeOverColumns(MatrixView tile, std::span<float> lowest, std::span<float> highest);
/// The definition, one value after the other.
void rangeOverColumnsPlain(MatrixView tile, std::span<float> lowest, std::span<float> highest);

}  // namespace salient
