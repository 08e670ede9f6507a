#include "core/calib/observe_windows.h"

#include <algorithm>
#include <string>

#include "core/calib/input_source.h"
#include "core/error.h"

namespace salient {

namespace {

void requirePlace(const Calibration& calibration, int block, const WindowRange& range, int last_group) {
    const Model& model = *calibration.model;
    if (calibration.source) {
        throw Error(ErrorCode::Unsupported, "observeWindows: statistics: expected those of a text, found " +
                                                calibration.source->description() + ", which does not tell one token from another");
    }
    const bool is_block = block >= 0 && block < model.config.n_blocks;
    const bool is_group =
        last_group < 0 || (is_block && last_group < static_cast<int>(model.groups.size()) && model.hasGroup(block, last_group));
    if (!is_block || !is_group) {
        throw Error(ErrorCode::InvalidOption, "observeWindows: expected a block and group of the model, found block " +
                                                  std::to_string(block) + ", group " + std::to_string(last_group));
    }
    const Index n_windows = calibration.samples.windows.count();
    if (range.first < 0 || range.last < range.first || range.last > n_windows) {
        throw Error(ErrorCode::InvalidOption, "observeWindows: windows: expected some of " + std::to_string(n_windows) + ", found " +
                                                  std::to_string(range.first) + " to " + std::to_string(range.last));
    }
}

TokenWindows cut(const TokenWindows& windows, const WindowRange& range) {
    TokenWindows part;
    part.seq_len = windows.seq_len;
    part.ids.assign(windows.ids.begin() + range.first * windows.seq_len, windows.ids.begin() + range.last * windows.seq_len);
    return part;
}

}  // namespace

void observeWindows(const Calibration& calibration, int block, const WindowRange& range, const InputObserver& observer, JobContext& job,
                    const ObserveOptions& options) {
    requirePlace(calibration, block, range, options.last_group);
    const Model& model = *calibration.model;
    const TokenWindows& windows = calibration.samples.windows;
    ForwardOptions forward;
    forward.compute = calibration.compute;
    const std::int64_t window_bytes = windows.seq_len * model.config.hidden_size * std::int64_t{sizeof(float)};
    const Index batch = std::max<Index>(1, options.batch_bytes / std::max<std::int64_t>(1, window_bytes));
    const std::int64_t total = range.count() * windows.seq_len * (block + 1);
    std::int64_t done = 0;
    for (Index first = range.first; first < range.last; first += batch) {
        HiddenStates hidden = embed(model, cut(windows, {first, std::min(first + batch, range.last)}));
        const std::int64_t n_tokens = hidden.values.rows();
        InputObserver shifted = [&](const InputObservation& seen) {
            InputObservation of_all = seen;
            of_all.first_token += first * windows.seq_len;
            observer(of_all);
        };
        for (int now = 0; now <= block; ++now) {
            const bool is_last = now == block;
            JobContext inner({}, [&job, done, total](const Progress& progress) {
                job.checkpoint({progress.stage, done + progress.done, total, progress.detail});
            });
            forwardBlock(model, loadBlock(model, now), now, hidden, forward, is_last ? shifted : InputObserver(), inner,
                         is_last ? options.last_group : -1);
            done += n_tokens;
        }
    }
}

}  // namespace salient
