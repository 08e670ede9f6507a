#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/job.h"
#include "core/model/forward.h"

namespace salient {

/// The first place where a model's own numbers are none: in its weights, or in what it computes from finite ones. No method and no setting
/// of one helps there. Nor does float32 in place of bfloat16: both end at 3.4e38.
struct NumberTrouble {
    bool is_in_weights = false;
    std::string subject;        ///< the tensor, or the layer that reads the input
    Index row = -1;             ///< in weights: of the first, as the file stores it
    Index channel = -1;         ///< of the first: column of the weight, or input channel
    Index token = -1;           ///< in inputs: batch position (window · seq_len + position) of the first
    std::int64_t n_values = 0;  ///< NaN and infinities there, …
    std::int64_t n_total = 0;   ///< … of so many
    Index n_windows = 0;        ///< in inputs: windows that have some
};

/// Runs the windows block by block and counts in the linear layers' weights and inputs; ends with the first block that has some. Nothing
/// where all are finite. Costs at most a forward pass. Throws what reading throws, Error{NonFinite} naming the tensor for one outside the
/// linear layers. Checkpoints per chunk.
[[nodiscard]] std::optional<NumberTrouble> findNumberTrouble(const Model& model, const TokenWindows& windows, const ForwardOptions& options,
                                                             JobContext& job);

}  // namespace salient
