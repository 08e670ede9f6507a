#pragma once

#include <cstdint>

#include "core/calib/calibrate.h"

namespace salient {

/// Windows [first, last) of a calibration's samples.
struct WindowRange {
    Index first = 0;
    Index last = 0;
    [[nodiscard]] Index count() const noexcept { return last - first; }
};

struct ObserveOptions {
    /// The pass ends at that group of the block, whose input is then the last that is seen; −1: it runs to the block's end.
    int last_group = -1;
    /// Windows go through the model together as far as their hidden states fit into that, at least one: the weights of the blocks before
    /// are read once per batch.
    std::int64_t batch_bytes = std::int64_t{256} << 20;
};

/// Runs some windows of the calibration text through the original model once more, up to a block, and shows the inputs of its groups, as
/// calibration saw them. InputObservation::first_token counts from the first window of all samples, not of the range.
/// Cost: that share of a calibration that lies before the block's end. Memory: one block's weights and one batch.
/// Throws Error{InvalidOption} for a block, a group or windows that there are not; Error{Unsupported} where the statistics came from a
/// file, which knows no tokens. Checkpoints per chunk: tokens times blocks, of all that the range takes.
void observeWindows(const Calibration& calibration, int block, const WindowRange& range, const InputObserver& observer, JobContext& job,
                    const ObserveOptions& options = {});

}  // namespace salient
