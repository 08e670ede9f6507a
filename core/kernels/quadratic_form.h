#pragma once

#include <functional>
#include <optional>
#include <span>

#include "core/kernels/int8_form.h"
#include "core/kernels/matrix_tiles.h"
#include "core/tensor/matrix.h"

namespace salient {

/// How closely a quadratic form is asked for.
enum class FormPrecision {
    Float32,  ///< products of float32 grade
    Quick,    ///< off the diagonal of H, operands may be rounded to bfloat16 (matrix tiles) or int8 (VNNI): within a few 1e-4 of the form,
              ///< mostly far closer, at a quarter of the cost or less
};

/// d·H·dᵀ of many rows d against one H [in, in], symmetric. Only the lower triangle is multiplied: half the work of a full product.
/// Reads H at construction and while it lives. Where the processor has neither matrix tiles nor VNNI, and for a small H, Quick is
/// Float32.
class QuadraticForm {
public:
    explicit QuadraticForm(MatrixView hessian, FormPrecision precision = FormPrecision::Float32);

    /// Writes the rows [first, first + rows.rows()) of a tile.
    using RowSource = std::function<void(Index first, MatrixSpan rows)>;

    /// row_forms[i] += d_i·H·d_iᵀ for the n_rows rows of a tile, which are asked for a few at a time, in order, and need not be kept.
    /// On the calling thread; any number of threads at once.
    void addTo(Index n_rows, const RowSource& source, std::span<double> row_forms) const;
    /// The same for rows that exist: difference [rows, in].
    void addTo(MatrixView difference, std::span<double> row_forms) const;

    /// Whether operands are rounded.
    [[nodiscard]] bool isRounded() const noexcept { return quick_.has_value() || (usesTiles() && twice_lower_.terms() == 1); }

    /// Rows that go through H at once: enough for a full-speed product, few enough to stay in the cache.
    static constexpr Index kRows = 256;

private:
    [[nodiscard]] bool usesTiles() const noexcept { return twice_lower_.outer() > 0; }
    void addInFloat32(MatrixView difference, std::span<double> row_forms) const;
    void addDiagonal(MatrixView difference, std::span<double> row_forms) const;

    MatrixView hessian_;
    Eigen::RowVectorXf diagonal_;
    std::optional<Int8Form> quick_;
    TileOperand twice_lower_;  // what stands below the diagonal, doubled: it counts for what stands above
};

/// The definition of these forms and of Int8Form's, row after row in double precision: row_forms[i] += d_i·H·d_iᵀ, difference [rows, in].
void addFormsPlain(MatrixView difference, MatrixView hessian, std::span<double> row_forms);

}  // namespace salient
