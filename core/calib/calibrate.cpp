#include "core/calib/calibrate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

#include "core/calib/expert_statistics.h"
#include "core/error.h"
#include "core/kernels/gram.h"
#include "core/kernels/layout.h"

namespace salient {

namespace {

/// A context for a part of a job: progress inside one block becomes progress of the whole walk.
JobContext part(JobContext& job, std::string_view stage, std::int64_t done_before, std::int64_t total) {
    return JobContext({}, [&job, stage, done_before, total](const Progress& now) {
        job.checkpoint({stage, done_before + now.done, total, now.detail});
    });
}

const LinearInfo& firstReader(const Model& model, int block, int group) {
    const bool is_block = block >= 0 && block < model.config.n_blocks;
    for (const LinearInfo& info : is_block ? model.linearsOf(block) : std::span<const LinearInfo>()) {
        if (info.group == group) return info;
    }
    throw Error(ErrorCode::InvalidOption, "calibrate: expected a block and group of the model, found block " + std::to_string(block) +
                                              ", group " + std::to_string(group));
}

/// A sum of magnitudes is finite exactly when all of them are, so a pass over the activations is needed only to say where.
void requireFinite(const Model& model, const InputObservation& seen, const ChannelStatistics& channels, Index seq_len) {
    for (std::size_t c = 0; c < channels.sum_abs.size(); ++c) {
        if (std::isfinite(channels.sum_abs[c])) continue;
        const auto channel = static_cast<Index>(c);
        Index row = 0;
        while (row + 1 < seen.x.rows() && std::isfinite(seen.x(row, channel))) ++row;
        const Index token = seen.tokenOf(row);
        throw Error(ErrorCode::NonFinite, "calibrate: layer '" + firstReader(model, seen.block, seen.group).name +
                                              "': expected finite inputs, found " + std::to_string(seen.x(row, channel)) + " in channel " +
                                              std::to_string(channel) + ", sample " + std::to_string(token / seq_len) + ", token " +
                                              std::to_string(token % seq_len));
    }
}

std::int64_t hessianBytesOfBlock(const Model& model, int block) {
    std::int64_t bytes = 0;
    for (int group = 0; group < static_cast<int>(model.groups.size()); ++group) {
        const Index n = model.groups[static_cast<std::size_t>(group)].in_features;
        if (model.hasGroup(block, group)) bytes += n * n * std::int64_t{sizeof(float)};
    }
    return bytes;
}

/// The last group that the pass reaches of one stage, or of all.
int lastGroup(const Model& model, int block, int stage) {
    int last = -1;
    for (int group = 0; group < static_cast<int>(model.groups.size()); ++group) {
        const InputGroup& candidate = model.groups[static_cast<std::size_t>(group)];
        // The shared expert comes after the others.
        if (!model.hasGroup(block, group) || (stage >= 0 && candidate.stage != stage)) continue;
        if (last < 0 || model.groups[static_cast<std::size_t>(last)].expert != kSharedExpert) last = group;
    }
    return last;
}

/// Sums over chunks become means over the tokens that were seen.
void finish(InputStatistics& statistics, Index passed_tokens) {
    statistics.passed_tokens = passed_tokens;
    statistics.reached_tokens = statistics.channels.n_tokens;
    if (statistics.hessian.size() == 0) return;
    mirrorLower(statistics.hessian);
    if (statistics.reached_tokens == passed_tokens) return;
    statistics.hessian *= static_cast<float>(static_cast<double>(passed_tokens) / static_cast<double>(statistics.reached_tokens));
}

}  // namespace

const InputStatistics& Calibration::of(int block, int group) const {
    return inputs.at(static_cast<std::size_t>(block) * model->groups.size() + static_cast<std::size_t>(group));
}

const InputStatistics& Calibration::of(const LinearInfo& linear) const { return of(linear.block, linear.group); }

std::vector<InputStatistics> gatherBlock(const Model& model, const BlockWeights& weights, int block, HiddenStates& hidden,
                                         const CalibrationOptions& options, JobContext& job, int only_group) {
    std::vector<InputStatistics> gathered(model.groups.size());
    const int only_stage = only_group < 0 ? -1 : model.groups.at(static_cast<std::size_t>(only_group)).stage;
    const auto is_wanted = [&](int group) { return only_stage < 0 || model.groups[static_cast<std::size_t>(group)].stage == only_stage; };
    const Index n_tokens = hidden.values.rows();
    const auto factor = static_cast<float>(2.0 / static_cast<double>(n_tokens));
    const InputObserver observer = [&](const InputObservation& seen) {
        if (!is_wanted(seen.group)) return;
        InputStatistics& statistics = gathered[static_cast<std::size_t>(seen.group)];
        statistics.channels.add(seen.x, seen.first_token, seen.rows);
        requireFinite(model, seen, statistics.channels, hidden.seq_len);
        if (!options.gather_hessians) return;
        if (statistics.hessian.size() == 0) statistics.hessian = Matrix::Zero(seen.x.cols(), seen.x.cols());
        accumulateGram(seen.x, factor, statistics.hessian, options.forward.compute);
    };
    const bool stops = only_group >= 0 || options.leave_hidden;
    forwardBlock(model, weights, block, hidden, options.forward, observer, job, stops ? lastGroup(model, block, only_stage) : -1);
    for (int group = 0; group < static_cast<int>(model.groups.size()); ++group) {
        if (is_wanted(group) && model.hasGroup(block, group)) finish(gathered[static_cast<std::size_t>(group)], n_tokens);
    }
    if (model.config.hasExperts(block)) standInForExperts(model, gathered, options.gather_hessians);
    return gathered;
}

Calibration calibrate(std::shared_ptr<const Model> model, Samples samples, const CalibrationOptions& options, JobContext& job) {
    const auto start = std::chrono::steady_clock::now();
    Calibration calibration;
    calibration.model = std::move(model);
    calibration.samples = std::move(samples);
    calibration.compute = options.forward.compute;
    const Model& m = *calibration.model;

    const auto take = [&](std::vector<InputStatistics> gathered) {
        std::move(gathered.begin(), gathered.end(), std::back_inserter(calibration.inputs));
    };
    int first = 0;
    for (; options.known_block && first < m.config.n_blocks; ++first) {
        std::optional<std::vector<InputStatistics>> known = options.known_block(first);
        if (!known) break;
        take(std::move(*known));
    }
    HiddenStates hidden;
    if (first < m.config.n_blocks) hidden = embed(m, calibration.samples.windows);
    const std::int64_t n_tokens = hidden.values.rows();
    std::int64_t kept_bytes = 0;
    for (int block = 0; first < m.config.n_blocks && block < m.config.n_blocks; ++block) {
        CalibrationOptions now = options;
        const std::int64_t block_bytes = hessianBytesOfBlock(m, block);
        now.gather_hessians = options.gather_hessians && kept_bytes + block_bytes <= options.hessian_budget_bytes;
        if (now.gather_hessians) kept_bytes += block_bytes;
        JobContext inner = part(job, "calibrating", block * n_tokens, m.config.n_blocks * n_tokens);
        if (block < first) {
            forwardBlock(m, loadBlock(m, block), block, hidden, options.forward, {}, inner);
            continue;
        }
        std::vector<InputStatistics> gathered = gatherBlock(m, loadBlock(m, block), block, hidden, now, inner);
        if (options.after_block) options.after_block(block, gathered);
        take(std::move(gathered));
    }
    calibration.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return calibration;
}

InputStatistics recalibrate(const Calibration& calibration, int block, int group, JobContext& job) {
    const Model& model = *calibration.model;
    firstReader(model, block, group);
    CalibrationOptions options;
    options.forward.compute = calibration.compute;
    HiddenStates hidden = embed(model, calibration.samples.windows);
    const std::int64_t n_tokens = hidden.values.rows();
    for (int before = 0; before < block; ++before) {
        JobContext inner = part(job, "calibrating", before * n_tokens, (block + 1) * n_tokens);
        forwardBlock(model, loadBlock(model, before), before, hidden, options.forward, {}, inner);
    }
    JobContext inner = part(job, "calibrating", block * n_tokens, (block + 1) * n_tokens);
    auto gathered = gatherBlock(model, loadBlock(model, block), block, hidden, options, inner, group);
    return std::move(gathered[static_cast<std::size_t>(group)]);
}

}  // namespace salient
