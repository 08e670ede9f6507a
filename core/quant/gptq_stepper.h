#pragma once

#include <map>
#include <vector>

#include "core/quant/gptq.h"

namespace salient {

/// GPTQ column by column, forwards, backwards or by a jump, in the paper's terms. The codes are those of quantizeGptq(), which
/// runs once on construction; every state follows from them and from U (H⁻¹ = UᵀU), so nothing has to be recorded.
class GptqStepper {
public:
    /// What the paper's algorithm knows before it rounds column `position`. Columns are in processing order.
    struct State {
        Index position = 0;              ///< columns done: 0 … in
        Matrix updated;                  ///< [out, in] W with all updates so far; done columns hold Ŵ
        Matrix pending;                  ///< [out, in] what this column's error will subtract: err · U[q, q:] (0 for columns done)
        std::vector<float> error;        ///< [out] (w_q − ŵ_q) / U_qq of this column; empty at the end
        std::vector<float> inverse_row;  ///< [in] U[q, :]: the row in use
        double loss = 0.0;               ///< ½ Σ error² so far
        double nearest_loss = 0.0;       ///< ½ tr(D H Dᵀ) if the remaining columns were rounded as they stand now, on the final grids
    };

    /// Same errors and cost as quantizeGptq(), plus in³/6 for U.
    GptqStepper(const Matrix& weight, Matrix hessian, const GridSpec& grid, const GptqOptions& options, JobContext& job);

    [[nodiscard]] Index columnCount() const noexcept;
    [[nodiscard]] Index position() const noexcept { return position_; }
    [[nodiscard]] const GptqResult& result() const noexcept { return result_; }
    [[nodiscard]] const Matrix& inverseFactor() const noexcept { return u_; }  ///< U, processing order
    /// Moves so that `position` columns are done; the state depends on the position alone, not on the way there. Costs one product
    /// with the columns done in its block, forwards and backwards alike; into another block one more per block passed, counted from the
    /// nearest kept state (about √blocks of them are kept).
    /// Throws Error{InvalidOption} for a position outside 0 … in.
    void goTo(Index position);
    void step() { goTo(position_ + 1); }
    void back() { goTo(position_ - 1); }
    [[nodiscard]] bool done() const noexcept { return position_ == columnCount(); }
    /// The state at the current position. nearest_loss is the one expensive part (out · in² / 2): leave it 0 if not wanted.
    [[nodiscard]] State state(bool with_nearest_loss = true) const;
    /// Total loss of plain rounding with the same grids, for comparison: ½ tr(D H Dᵀ).
    [[nodiscard]] double nearestLoss() const noexcept { return nearest_loss_; }
    /// Loss after each column, [in], in processing order.
    [[nodiscard]] std::vector<double> runningLoss() const;

private:
    void goToBlock(Index block);
    [[nodiscard]] Matrix nearestRounded(const Matrix& columns) const;

    Matrix weight_;  // processing order, dead columns zeroed
    Matrix factor_;  // R = U⁻¹
    Matrix u_;
    Matrix error_;    // [out, in] (c − ŵ) / U_qq of every column: D·R
    Matrix rounded_;  // [out, in] Ŵ, processing order
    GptqResult result_;
    Index block_size_ = 1;
    Index position_ = 0;
    Matrix updated_;  // W with all updates before position_
    Matrix start_;    // the same before the first column of its block
    Index start_block_ = 0;
    std::map<Index, Matrix> kept_;  // start_ of some blocks
    Index kept_every_ = 1;          // blocks
    double nearest_loss_ = 0.0;
};

}  // namespace salient
