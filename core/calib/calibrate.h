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
    Index passed_tokens = 0;   ///< that went through the block
    Index reached_tokens = 0;  ///< … of which this input saw so many: all of them, but for an expert's
    /// Too few tokens reached an expert (expertTokensNeeded()), and channels and hessian stand in for its own: those of all tokens for its
    /// input; for its hidden values the channels of all experts and a multiple of the identity.
    bool is_stand_in = false;
    /// XᵀX · 2 / n_tokens, n_tokens those of X, [in, in], both triangles filled; size 0 where it was not gathered.
    /// The published GPTQ divides by sequences instead: only the scale of printed losses differs.
    Matrix hessian;
    /// The same of the tokens that AWQ's clip search judges by, where those are fewer (the published code takes about 512); size 0: all.
    Matrix clip_hessian;
};

/// How many tokens an expert's layers need for statistics of their own: as many as there are inputs, at most 128. With fewer, most of the
/// space that its inputs live in was never seen, and what rounding does there would be left to chance.
[[nodiscard]] Index expertTokensNeeded(Index in_features) noexcept;

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

/// Carries hidden states through one block and returns the statistics of its groups (index: group; empty where the block has no such
/// group). An expert's are those of the tokens that were sent to it, or, where they are too few, what stands in for them
/// (InputStatistics::is_stand_in). With only_group ≥ 0 just that group and those of its stage are gathered, and the hidden states are left
/// where they were.
[[nodiscard]] std::vector<InputStatistics> gatherBlock(const Model& model, const BlockWeights& weights, int block, HiddenStates& hidden,
                                                       const CalibrationOptions& options, JobContext& job, int only_group = -1);

/// Statistics with Hessian of one group, made again from the samples by running the model up to that block.
[[nodiscard]] InputStatistics recalibrate(const Calibration& calibration, int block, int group, JobContext& job);

}  // namespace salient
