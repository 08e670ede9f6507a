#pragma once

#include <QString>
#include <vector>

namespace salient {

/// A number for people: so many significant digits, the user's locale, a real minus sign; "not a number" for NaN.
[[nodiscard]] QString numberText(double value, int digits = 4);
/// A float with every digit it takes to get the same float back.
[[nodiscard]] QString exactText(float value);
/// Round numbers (1, 2 or 5 times a power of ten apart) inside [low, high], at most `most` of them; whole numbers only if asked.
[[nodiscard]] std::vector<double> roundTicks(double low, double high, int most, bool whole = false);
/// The distance between those ticks.
[[nodiscard]] double roundStep(double span, int most, bool whole = false);

}  // namespace salient
