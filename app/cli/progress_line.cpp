#include "app/cli/progress_line.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "app/cli/text_format.h"
#include "core/error.h"

namespace salient::cli {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds kBarInterval{0.1};
constexpr Seconds kLineInterval{10.0};
constexpr int kBarCells = 24;
constexpr std::size_t kDetailWidth = 40;

std::string bar(double fraction) {
    const int filled = std::clamp(static_cast<int>(fraction * kBarCells), 0, kBarCells);
    std::string text = "[";
    for (int i = 0; i < kBarCells; ++i) text += i < filled ? '#' : '.';
    return text + "]";
}

std::string shortened(const std::string& detail) {
    if (detail.size() <= kDetailWidth) return detail;
    return "..." + detail.substr(detail.size() - kDetailWidth + 3);
}

}  // namespace

std::string clockTime(double seconds) {
    const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
    char text[40];
    if (whole >= 3600) {
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", static_cast<long long>(whole / 3600),
                      static_cast<long long>(whole / 60 % 60), static_cast<long long>(whole % 60));
    } else {
        std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(whole / 60), static_cast<long long>(whole % 60));
    }
    return text;
}

void ProgressLine::show(const Progress& now, Clock::time_point time) {
    if (style_ == Style::None) return;
    const bool is_new_stage = now.stage != stage_;
    if (is_new_stage) {
        stage_ = now.stage;
        stage_start_ = time;
        stage_first_ = now.done;
    }
    const Seconds interval = style_ == Style::Bar ? kBarInterval : kLineInterval;
    if (!is_new_stage && time - last_shown_ < interval) return;
    last_shown_ = time;

    std::string line = stage_;
    if (now.total > 0) {
        const double fraction = static_cast<double>(now.done) / static_cast<double>(now.total);
        if (style_ == Style::Bar) line.append(" ").append(bar(fraction));
        char text[64];
        std::snprintf(text, sizeof text, " %3.0f %%", 100.0 * fraction);
        line += text;
        const double elapsed = Seconds(time - stage_start_).count();
        const std::int64_t done_here = now.done - stage_first_;
        if (done_here > 0 && elapsed > 0.5) {
            const double rate = static_cast<double>(done_here) / elapsed;
            line += ", " + compactNumber(rate) + "/s, " + clockTime(static_cast<double>(now.total - now.done) / rate) + " left";
        }
    } else if (now.done > 0) {
        line.append(" ").append(compactNumber(static_cast<double>(now.done)));
    }
    if (!now.detail.empty()) line += "  " + shortened(onOneLine(now.detail));
    if (style_ == Style::Bar) {
        err_ << "\r\x1b[K" << line << std::flush;
        bar_drawn_ = true;
    } else {
        err_ << line << '\n';
    }
}

void ProgressLine::clear() {
    if (bar_drawn_) err_ << "\r\x1b[K" << std::flush;
    bar_drawn_ = false;
}

}  // namespace salient::cli
