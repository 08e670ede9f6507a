#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "core/job.h"

namespace salient::cli {

/// Shows how far a job has come. A bar is redrawn in place with rate and time left; without a terminal there is a line when a stage
/// begins and then one every ten seconds.
class ProgressLine {
public:
    enum class Style { None, SparseLines, Bar };
    using Clock = std::chrono::steady_clock;

    ProgressLine(std::ostream& err, Style style) : err_(err), style_(style) {}
    void show(const Progress& now) { show(now, Clock::now()); }
    void show(const Progress& now, Clock::time_point time);
    /// Takes the bar off the line, so that something else can be written there.
    void clear();

private:
    std::ostream& err_;
    Style style_;
    std::string stage_;
    Clock::time_point stage_start_;
    std::int64_t stage_first_ = 0;  // what was done when the stage was first seen: a rate counts from there
    Clock::time_point last_shown_;
    bool bar_drawn_ = false;
};

/// "1:05", "2:03:20"
[[nodiscard]] std::string clockTime(double seconds);

}  // namespace salient::cli
