#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/calib/channel_statistics.h"
#include "core/calib/samples.h"
#include "core/job.h"
#include "core/model/forward.h"

namespace salient {

/// What calibration knows of the input that one group of linear layers shares.
struct InputStatistics {
    ChannelStatistics channels;
    /// XᵀX · 2 / n_tokens, [in, in], both triangles filled; size 0 where it was not gathered.
    /// The published GPTQ divides by sequences instead: only the scale of printed losses differs.
    Matrix hessian;
    /// The same of the tokens that AWQ's clip search judges by, where those are fewer (the published code takes about 512); size 0: all.
    Matrix clip_hessian;
};

struct CalibrationOptions {
    ForwardOptions forward;
    bool gather_hessians = true;
    /// gatherBlock() ends once the last group was observed and leaves the hidden states where they were, for a block that is passed again.
    bool leave_hidden = false;
    /// Hessians of later blocks are not kept once all kept ones exceed this; gatherBlock() makes them again on demand.
    std::int64_t hessian_budget_bytes = std::int64_t{2} << 30;
    /// calibrate(): what an interrupted calibration gathered of a block; nothing: it is gathered now. Asked for in order of blocks, up to
    /// the first that nothing is known of.
    std::function<std::optional<std::vector<InputStatistics>>(int block)> known_block = {};
    /// calibrate(): called with what was gathered of each block.
    std::function<void(int block, std::span<const InputStatistics>)> after_block = {};
};

/// Statistics of every group of every block over one set of samples. Index: block · groups + group.
struct Calibration {
    std::shared_ptr<const Model> model;
    Samples samples;
    Compute compute = Compute::Float32;
    std::vector<InputStatistics> inputs;
    double seconds = 0.0;

    [[nodiscard]] const InputStatistics& of(const LinearInfo& linear) const;
    [[nodiscard]] const InputStatistics& of(int block, int group) const;
};

/// Runs the samples through the original model, block by block, and gathers statistics and Hessians. One block's weights are
/// alive at a time. Throws Error{NonFinite} naming layer, channel, sample and token of the first NaN or infinity.
[[nodiscard]] Calibration calibrate(std::shared_ptr<const Model> model, Samples samples, const CalibrationOptions& options,
                                    JobContext& job);

/// Carries hidden states through one block and returns the statistics of its groups (index: group). With only_group ≥ 0 just that
/// group is gathered and the hidden states are left where they were.
[[nodiscard]] std::vector<InputStatistics> gatherBlock(const Model& model, const BlockWeights& weights, int block, HiddenStates& hidden,
                                                       const CalibrationOptions& options, JobContext& job, int only_group = -1);

/// Statistics with Hessian of one group, made again from the samples by running the model up to that block.
[[nodiscard]] InputStatistics recalibrate(const Calibration& calibration, int block, int group, JobContext& job);

}  // namespace salient
