#pragma once

#include <QString>
#include <cstdint>

namespace salient {

// How numbers look everywhere in the window: short, with a unit, the same number of digits for the same quantity.

/// "512 B", "7.5 MB", "2.41 GB" (powers of 1000, as disks count).
[[nodiscard]] QString bytesText(std::int64_t bytes);
/// "3.7 M", "1.10 B", "960".
[[nodiscard]] QString countText(std::int64_t count);
/// "0.512 %": three significant digits.
[[nodiscard]] QString percentText(double fraction);
/// "0.4 s", "12 s", "3 min 05 s", "1 h 12 min".
[[nodiscard]] QString durationText(double seconds);

}  // namespace salient
