#pragma once

#include <limits>
#include <span>
#include <vector>

#include "core/job.h"
#include "widgets/tune_model.h"

namespace salient {

/// Steps of a clip between 0 and the largest weight of a group.
inline constexpr int kClipSteps = 100;

/// How many weights W·diag(s) lie where between 0 and the largest magnitude of their group (of model.awq_grid), [kClipSteps]: step i holds
/// i/kClipSteps < |w| / max ≤ (i+1)/kClipSteps, the first one 0 as well. At most most_rows rows, evenly spread over all weights.
[[nodiscard]] std::vector<double> clipHistogram(const TuneModel& model, std::span<const float> scales, Index most_rows);

/// Relative output errors of rounding the scaled weights, by what is done to the ranges of their groups first.
struct ClipLosses {
    double none = std::numeric_limits<double>::quiet_NaN();      ///< nothing
    double clipped = std::numeric_limits<double>::quiet_NaN();   ///< all are cut to the same share
    double searched = std::numeric_limits<double>::quiet_NaN();  ///< each is cut to what AWQ's search finds best for it; NaN: not known
};

/// tr(D H Dᵀ) / tr(W H Wᵀ) with D = W − Q(clamp(W·diag(s), ±share · largest of the group))·diag(s)⁻¹. share 1: no clip.
/// Checkpoints per piece of rows.
[[nodiscard]] double clippedLoss(const TuneModel& model, std::span<const float> scales, double share, JobContext& job);
/// The same with the clips of awqClip(), judged by the model's whole H.
[[nodiscard]] double searchedClipLoss(const TuneModel& model, std::span<const float> scales, JobContext& job);

}  // namespace salient
