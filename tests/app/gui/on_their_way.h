#pragma once

#include <chrono>
#include <future>
#include <memory>

#include "app/gui/job_runner.h"
#include "tests/app/gui/patience.h"

namespace salient::demo {

/// Lets a runner compute all it was given, without a turn of the event loop: its answers are on their way, cannot be cancelled any more,
/// and arrive after what the test does next. False when that takes too long. The runner must not be paused.
inline bool putAnswersOnTheirWay(JobRunner& runner) {
    const auto end = std::make_shared<std::promise<void>>();
    std::future<void> is_reached = end->get_future();
    runner.start(
        QStringLiteral("the end"), nullptr, [end](JobContext&) { end->set_value(); }, [] {});
    return is_reached.wait_for(std::chrono::milliseconds(kPatience_ms)) == std::future_status::ready;
}

}  // namespace salient::demo
