#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/exporter/verify/reload_check.h"
#include "core/recipe/recipe.h"
#include "core/recipe/unfinished_job.h"

namespace salient {

/// A run that was written while it was made.
struct StreamedRun {
    std::vector<LayerReport> layers;    ///< of all blocks
    int n_blocks_resumed = 0;           ///< that an earlier start had finished
    std::size_t n_layers_resumed = 0;   ///< their layers, at the front of the list
    WriteCounts counts;                 ///< of what was written
    double seconds = 0.0;               ///< of the walk over the blocks
    double writing = 0.0;               ///< … of that, and behind it, on what is written
    double recording = 0.0;             ///< … of that on what a later start goes on from
    std::optional<ReloadCheck> reload;  ///< has seen all blocks; none where some were made by an earlier start
};

/// Quantizes a model and writes each block as soon as it is made; the target is complete then. With an unfinished job, each block is
/// recorded there, so that a later start can go on after it, and those that are there already are not made again. all_made: called when all
/// blocks are made and the target is not there yet. Throws and checkpoints as quantizeModel() and CheckpointWriter do.
[[nodiscard]] StreamedRun runStreamed(const std::shared_ptr<const Model>& model, const Samples& samples, const RecipeRun& run,
                                      const ExportOptions& written, const ForwardOptions& forward, UnfinishedJob* unfinished,
                                      const std::function<void(const StreamedRun&)>& all_made, JobContext& job);

}  // namespace salient
