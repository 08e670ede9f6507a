#pragma once

#include <QLocale>
#include <QString>
#include <vector>

namespace salient {

/// How numbers are written everywhere in the window: with the decimal sign of its language (the default locale), no separator between
/// thousands. What other programs read (CSV, recipes, command lines) is written with QLocale::c() instead.
[[nodiscard]] QLocale numberLocale();
/// A number for people: so many significant digits, a real minus sign; "not a number" for NaN.
[[nodiscard]] QString numberText(double value, int digits = 4);
/// The same with so many digits after the decimal sign.
[[nodiscard]] QString fixedText(double value, int decimals);
/// A float with every digit it takes to get the same float back.
[[nodiscard]] QString exactText(float value);
/// Round numbers (1, 2 or 5 times a power of ten apart) inside [low, high], at most `most` of them; whole numbers only if asked.
[[nodiscard]] std::vector<double> roundTicks(double low, double high, int most, bool whole = false);
/// The distance between those ticks.
[[nodiscard]] double roundStep(double span, int most, bool whole = false);

}  // namespace salient
