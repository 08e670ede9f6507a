#include "core/recipe/time_forecast.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <span>

#include "core/kernels/gemm.h"

namespace salient {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kLow = 0.7;
constexpr double kHigh = 2.0;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// The best of a few products [n, n] · [n, n] that take `budget_s` seconds together, at least one.
double bestRate(Index n, double budget_s, Compute compute) {
    const Matrix a = Matrix::Constant(n, n, 0.5F);
    const Matrix b = Matrix::Constant(n, n, 0.25F);
    Matrix c(n, n);
    const double multiply_adds = std::pow(static_cast<double>(n), 3.0);
    double best = 0.0;
    const Clock::time_point begin = Clock::now();
    do {
        const Clock::time_point start = Clock::now();
        gemm(a, false, b, false, c, 1.0F, 0.0F, compute);
        best = std::max(best, multiply_adds / std::max(secondsSince(start), 1e-9));
    } while (secondsSince(begin) < budget_s);
    return best;
}

double measuredRate(Compute compute) {
    constexpr double kBudget_s = 0.015;
    constexpr Index kSmall = 512;
    constexpr Index kLarge = 1024;
    static_cast<void>(bestRate(kSmall / 2, 0.0, compute));  // kernels are made when they are first used
    const double rate = bestRate(kSmall, kBudget_s, compute);
    const bool is_fast = std::pow(static_cast<double>(kLarge), 3.0) / rate < kBudget_s;
    return is_fast ? std::max(rate, bestRate(kLarge, kBudget_s, compute)) : rate;
}

/// The largest step that is not above `value`, or the smallest that is not below it.
int stepBelow(double value, std::span<const int> steps) {
    int step = 0;
    for (const int next : steps) {
        if (static_cast<double>(next) <= value) step = next;
    }
    return step;
}
int stepAbove(double value, std::span<const int> steps) {
    for (const int step : steps) {
        if (static_cast<double>(step) >= value) return step;
    }
    return steps.back();
}

constexpr std::array kSixties = {1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 60, 90};  // seconds, minutes
constexpr std::array kHours = {1, 2, 3, 4, 6, 8, 10, 12, 18, 24, 36, 48};
constexpr std::array kDays = {1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 50, 100, 200, 500, RoundedTime::kMostDays};

struct Scale {
    RoundedTime::Unit unit;
    double seconds;
    std::span<const int> steps;
};
constexpr std::array kScales = {Scale{RoundedTime::Unit::Seconds, 1.0, kSixties}, Scale{RoundedTime::Unit::Minutes, 60.0, kSixties},
                                Scale{RoundedTime::Unit::Hours, 3600.0, kHours}, Scale{RoundedTime::Unit::Days, 86400.0, kDays}};

std::string unitText(const RoundedTime& time) {
    switch (time.unit) {
        case RoundedTime::Unit::Seconds:
            return " s";
        case RoundedTime::Unit::Minutes:
            return " min";
        case RoundedTime::Unit::Hours:
            return " h";
        case RoundedTime::Unit::Days:
            break;
    }
    return time.high == 1 ? " day" : " days";
}

}  // namespace

const ProductRates& productRates() {
    static const ProductRates rates{measuredRate(Compute::Float32), measuredRate(Compute::BFloat16)};
    return rates;
}

TimeForecast forecastTime(const JobWork& work, const ProductRates& rates) noexcept {
    const double seconds = work.float32 / rates.float32 + work.bfloat16 / rates.bfloat16;
    return {kLow * seconds, kHigh * seconds};
}

RoundedTime rounded(const TimeForecast& forecast) noexcept {
    const auto holds = [&](const Scale& scale) { return forecast.high_seconds <= scale.steps.back() * scale.seconds; };
    const auto* const found = std::ranges::find_if(kScales, holds);
    const Scale& scale = found == kScales.end() ? kScales.back() : *found;
    return {scale.unit, stepBelow(forecast.low_seconds / scale.seconds, scale.steps),
            stepAbove(forecast.high_seconds / scale.seconds, scale.steps)};
}

std::string inWords(const RoundedTime& time) {
    if (time.isOpen()) return "more than " + std::to_string(time.low) + " days";
    constexpr int kFew = 5;
    if (time.unit == RoundedTime::Unit::Seconds && time.high <= kFew) return "a few seconds";
    const std::string end = std::to_string(time.high) + unitText(time);
    if (time.low == 0) return "up to " + end;
    if (time.low == time.high) return "about " + end;
    return "about " + std::to_string(time.low) + " to " + end;
}

std::string inWords(const TimeForecast& forecast) { return inWords(rounded(forecast)); }

}  // namespace salient
