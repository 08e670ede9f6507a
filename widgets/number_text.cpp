#include "widgets/number_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "widgets/value_text.h"

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(numberText)
};

/// Value with three significant digits, no exponent.
QString threeDigits(double value) {
    const double magnitude = std::abs(value);
    const int decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2;
    return fixedText(value, decimals);
}

QString scaled(double value, double step, std::initializer_list<QString> units) {
    const QString* unit = units.begin();
    while (unit + 1 != units.end() && std::abs(value) >= step * 0.9995) {
        value /= step;
        ++unit;
    }
    return unit->arg(threeDigits(value));
}

}  // namespace

QString bytesText(std::int64_t bytes) {
    if (bytes < 1000) return QStringLiteral("%1 B").arg(bytes);
    return scaled(static_cast<double>(bytes) / 1000.0, 1000.0,
                  {QStringLiteral("%1 kB"), QStringLiteral("%1 MB"), QStringLiteral("%1 GB"), QStringLiteral("%1 TB")});
}

QString countText(std::int64_t count) {
    if (count < 100000) return QString::number(count);
    return scaled(static_cast<double>(count) / 1000.0, 1000.0,
                  {Words::tr("%1 k", "thousand"), Words::tr("%1 M", "million"), Words::tr("%1 B", "billion, 10^9"),
                   Words::tr("%1 T", "trillion, 10^12")});
}

QString percentText(double fraction) {
    if (!std::isfinite(fraction)) return QStringLiteral("–");
    const double percent = fraction * 100.0;
    if (percent != 0.0 && std::abs(percent) < 1e-4)
        return QStringLiteral("%1 %").arg(numberLocale().toString(percent, 'e', 1).replace(QLatin1Char('-'), QChar(0x2212)));
    if (percent != 0.0 && std::abs(percent) < 0.01) return QStringLiteral("%1 %").arg(fixedText(percent, 5));
    const int decimals = std::abs(percent) >= 100 ? 0 : std::abs(percent) >= 10 ? 1 : std::abs(percent) >= 1 ? 2 : 3;
    return QStringLiteral("%1 %").arg(fixedText(percent, decimals));
}

QString durationText(double seconds) {
    if (!(seconds >= 0.0) || !std::isfinite(seconds)) return QStringLiteral("–");
    if (seconds > 0.0 && seconds < 0.0995) return Words::tr("%1 ms").arg(std::max<qint64>(1, std::llround(1000.0 * seconds)));
    if (seconds < 9.95) return Words::tr("%1 s").arg(fixedText(seconds, 1));
    const auto whole = static_cast<qint64>(std::llround(seconds));
    if (whole < 60) return Words::tr("%1 s").arg(whole);
    if (whole < 3600) return Words::tr("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
    return Words::tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60, 2, 10, QLatin1Char('0'));
}

}  // namespace salient
