#pragma once

#include <string>

#include "core/recipe/work_count.h"

namespace salient {

/// Multiply-adds a second of this program's own matrix product, on the threads that it may use.
struct ProductRates {
    double float32 = 0.0;
    double bfloat16 = 0.0;
};
/// Measured once per process, by the first who asks: products of 512 and, where they are fast, 1024 channels, a tenth of a second in all on
/// an ordinary machine. Any thread. What else the machine does meanwhile counts.
[[nodiscard]] const ProductRates& productRates();

/// From when to when a job is expected to take. Not a promise: small models and busy machines take longer.
struct TimeForecast {
    double low_seconds = 0.0;
    double high_seconds = 0.0;
};
/// Seven tenths to twice of work / rate: a factor that is measured on one processor is another on the next, and small layers do not reach
/// the rate of large products. Rates must be positive.
[[nodiscard]] TimeForecast forecastTime(const JobWork& work, const ProductRates& rates) noexcept;

/// A forecast in numbers that people say, in the unit of its end: 0 to 10 seconds, 10 to 20 minutes. Never narrower than the forecast.
struct RoundedTime {
    enum class Unit { Seconds, Minutes, Hours, Days };
    Unit unit = Unit::Seconds;
    int low = 0;   ///< 0: less than one
    int high = 0;  ///< at most kMostDays days, which stand for any longer time
    static constexpr int kMostDays = 1000;
    [[nodiscard]] bool isOpen() const noexcept { return unit == Unit::Days && high == kMostDays; }
    bool operator==(const RoundedTime&) const = default;
};
[[nodiscard]] RoundedTime rounded(const TimeForecast& forecast) noexcept;
/// "a few seconds", "up to 30 s", "about 10 to 20 min", "more than 500 days".
[[nodiscard]] std::string inWords(const RoundedTime& time);
[[nodiscard]] std::string inWords(const TimeForecast& forecast);

}  // namespace salient
