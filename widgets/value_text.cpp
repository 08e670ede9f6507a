#include "widgets/value_text.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace salient {

namespace {

QString withRealMinus(QString text) { return text.replace(QLatin1Char('-'), QChar(0x2212)); }

class Words {
    Q_DECLARE_TR_FUNCTIONS(valueText)
};

QString special(double value) {
    if (std::isnan(value)) return Words::tr("not a number");
    return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
}

}  // namespace

QLocale numberLocale() {
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator | QLocale::RejectGroupSeparator);
    return locale;
}

QString numberText(double value, int digits) {
    if (!std::isfinite(value)) return special(value);
    return withRealMinus(numberLocale().toString(value, 'g', digits));
}

QString fixedText(double value, int decimals) {
    if (!std::isfinite(value)) return special(value);
    return withRealMinus(numberLocale().toString(value, 'f', decimals));
}

QString exactText(float value) {
    if (!std::isfinite(value)) return special(static_cast<double>(value));
    return withRealMinus(numberLocale().toString(static_cast<double>(value), 'g', 9));
}

double roundStep(double span, int most, bool whole) {
    if (!(span > 0.0) || !std::isfinite(span)) return 1.0;
    const double raw = span / std::max(1, most);
    const double decade = std::pow(10.0, std::floor(std::log10(raw)));
    double step = 10.0 * decade;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * decade >= raw * (1.0 - 1e-9)) {
            step = factor * decade;
            break;
        }
    }
    return whole ? std::max(1.0, step) : step;
}

std::vector<double> roundTicks(double low, double high, int most, bool whole) {
    std::vector<double> ticks;
    if (!(high >= low)) return ticks;
    const double step = roundStep(high - low, most, whole);
    for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1.0) {
        ticks.push_back(k == 0.0 ? 0.0 : k * step);
        if (ticks.size() > 1000) break;
    }
    return ticks;
}

}  // namespace salient
