#pragma once

#include "core/calib/samples.h"
#include "core/model/model.h"

namespace salient {

/// What calibration and block-wise quantization will hold in memory, in bytes, before any of it is done. Mapped weights are not
/// counted: the system can drop their pages.
struct MemoryForecast {
    std::int64_t block_weights = 0;  ///< one block in float32, and once more while it is changed
    std::int64_t hessians = 0;       ///< one block's, float32, with a working copy of the largest
    std::int64_t hidden_states = 0;  ///< all windows between two blocks
    std::int64_t workspace = 0;      ///< activations of one chunk inside a block
    [[nodiscard]] std::int64_t total() const noexcept { return block_weights + hessians + hidden_states + workspace; }
};
[[nodiscard]] MemoryForecast forecastMemory(const Model& model, const SampleSpec& samples);

}  // namespace salient
