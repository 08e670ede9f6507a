#pragma once

#include <QString>
#include <memory>
#include <vector>

#include "core/job.h"
#include "core/quant/gptq_stepper.h"

namespace salient {

/// The loss of plain rounding as it grows column after column, in the stepper's order, with nothing made up for: ½ tr(D H Dᵀ), where D
/// holds the errors of the columns done and 0 for the others.
struct RoundingLoss {
    std::vector<double> running;  ///< [in + 1]: after 0, 1, … columns
    Index n_rows = 0;             ///< output rows it was computed from; where those are not all, it is scaled up to all
};

/// weight [out, in], hessian [in, in] as `result` was solved from them; grids, order and damping are the result's. Of more than most_rows
/// rows so many are taken, evenly spread. Column k adds ½ H_kk |d_k|² + d_k · Σ_{j<k} H_jk d_j: rows · in² / 2 multiply-adds in all.
/// Throws Error{ShapeMismatch}. Checkpoints per block of columns.
[[nodiscard]] RoundingLoss roundingLoss(MatrixView weight, MatrixView hessian, const GptqResult& result, Index most_rows, JobContext& job);

/// What stays the same of a layer while it is stepped through. Columns stand in processing order.
struct StepperLayer {
    QString name;                            ///< shown in titles
    Index block_size = 128;                  ///< GptqOptions::block_size it was solved with
    std::vector<Index> order;                ///< position → input channel
    std::vector<Index> position_of;          ///< input channel → position
    std::vector<Index> group_of;             ///< position → group that its grid belongs to
    std::shared_ptr<const Matrix> original;  ///< [out, in] W
    Matrix rounded;                          ///< [out, in] Ŵ
    std::vector<double> losses;              ///< [in + 1] GPTQ's, after 0, 1, … columns
    double nearest_total = 0.0;              ///< plain rounding's, after the last column
    RoundingLoss nearest;                    ///< and on the way there; empty: not known
    float weight_limit = 0.0F;               ///< largest |W|
    float error_limit = 0.0F;                ///< largest |W − Ŵ|

    [[nodiscard]] Index rowCount() const noexcept { return original->rows(); }
    [[nodiscard]] Index columnCount() const noexcept { return static_cast<Index>(order.size()); }
    /// Whether its pictures take longer than a frame: then they are made away from the window's thread.
    [[nodiscard]] bool isLarge() const noexcept;
    /// Whether the loss "if the rest were rounded now" (out · in² / 2 multiply-adds per step) is a matter of milliseconds.
    [[nodiscard]] bool hasQuickTotals() const noexcept;
};

/// Leaves the stepper at its start. A few passes over the weights: not on the window's thread.
[[nodiscard]] std::shared_ptr<const StepperLayer> stepperLayer(const QString& name, GptqStepper& stepper, Index block_size,
                                                               RoundingLoss nearest);

}  // namespace salient
