#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace salient {

/// How far a job has come. `stage` is a string literal ("calibrating"); `detail` names the subject at hand
/// ("model.layers.3.mlp.down_proj"); total 0 means that the total is not known.
struct Progress {
    std::string_view stage;
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::string detail = {};
};

/// Carries progress out of a long function and the wish to stop into it. Last parameter of every function that may
/// take longer than a blink; a default-built one is silent and never stops. One context per job.
/// The sink runs on the coordinating thread and may block there (that is how a front end pauses a job).
class JobContext {
public:
    using Sink = std::function<void(const Progress&)>;

    explicit JobContext(std::stop_token stop = {}, Sink sink = {}) : stop_(std::move(stop)), sink_(std::move(sink)) {}

    /// Any thread: ask between chunks of an inner loop.
    [[nodiscard]] bool stopRequested() const noexcept { return stop_.stop_requested(); }

    /// For a part of this job that reports elsewhere: `JobContext part(job.stopToken(), sink)`.
    [[nodiscard]] std::stop_token stopToken() const noexcept { return stop_; }

    /// Coordinating thread only: reports, then throws Cancelled if the user asked to stop.
    void checkpoint(const Progress& now) {
        last_ = now;
        if (sink_) sink_(now);
        if (stopRequested()) throw Cancelled{};
    }

    /// What was being done when something failed: the last report. Coordinating thread only.
    [[nodiscard]] const Progress& last() const noexcept { return last_; }

private:
    std::stop_token stop_;
    Sink sink_;
    Progress last_;
};

}  // namespace salient
