#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/quant/quantize_model.h"

namespace salient {

/// Observes the inputs of a group and of the others of its stage again (index: group), in a block whose earlier stages are rounded
/// (true-sequential).
using GroupObserver = std::function<std::vector<InputStatistics>(int group, const BlockWeights& so_far)>;

/// The linear layers of one block that `method` rounds and those that its `keep` leaves in 16 bits, as every method leaves routers.
struct BlockLayers {
    std::vector<const LinearInfo*> all;  ///< in the order of computation
    std::vector<bool> is_kept;           ///< parallel to `all`
};
[[nodiscard]] BlockLayers blockLayers(const Model& model, int block, const MethodSpec& method);
/// Those that it rounds, of all blocks.
[[nodiscard]] std::vector<const LinearInfo*> quantizedLayers(const Model& model, const MethodSpec& method);

/// Whether that group's columns take scales under `method`: something can absorb them, and a layer that shares them is rounded.
[[nodiscard]] bool takesScales(const Model& model, int block, int group, const MethodSpec& method);

/// Quantizes one block as described in quantize_model.h. statistics: one per group, of the original block's inputs, with Hessians.
/// observe: set for true-sequential. Reports go to job as "quantizing": layers done, those of the blocks before included, of all of the
/// model's.
[[nodiscard]] QuantizedBlock quantizeBlock(const Model& model, int block, const BlockWeights& original,
                                           std::span<const InputStatistics> statistics, const MethodSpec& method,
                                           const GroupObserver& observe, JobContext& job);

/// Full module name of an absorber in that block.
[[nodiscard]] std::string absorberName(const Absorber& absorber, int block);
/// The group that chooses the scales of a group's columns.
[[nodiscard]] inline int scaleGroup(const Model& model, int group) { return model.groups[static_cast<std::size_t>(group)].scaled_with; }
/// Whether a group reads the attention norm's output; the other groups behind a norm read the MLP norm's.
[[nodiscard]] bool feedsAttention(const InputGroup& group);

/// A JobContext for the parts of a quantization: whatever they report reaches `job` as layers done and the layer at hand.
[[nodiscard]] JobContext layerProgress(JobContext& job, std::int64_t done, std::int64_t total, std::string detail);

}  // namespace salient
