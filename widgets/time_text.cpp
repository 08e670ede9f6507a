#include "widgets/time_text.h"

#include <QCoreApplication>

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(timeText)
};

QString withUnit(const QString& number, RoundedTime::Unit unit) {
    switch (unit) {
        case RoundedTime::Unit::Seconds:
            return Words::tr("%1 s").arg(number);
        case RoundedTime::Unit::Minutes:
            return Words::tr("%1 min").arg(number);
        case RoundedTime::Unit::Hours:
            return Words::tr("%1 h").arg(number);
        case RoundedTime::Unit::Days:
            break;
    }
    return Words::tr("%1 days").arg(number);  // a forecast in days ends at three or more
}

}  // namespace

QString timeText(const RoundedTime& time) {
    constexpr int kFew = 5;
    if (time.isOpen()) return Words::tr("more than %1").arg(withUnit(QString::number(time.low), time.unit));
    if (time.unit == RoundedTime::Unit::Seconds && time.high <= kFew) return Words::tr("a few seconds");
    if (time.low == 0) return Words::tr("up to %1").arg(withUnit(QString::number(time.high), time.unit));
    const bool is_range = time.low < time.high;
    const QString numbers = is_range ? Words::tr("%1 to %2").arg(time.low).arg(time.high) : QString::number(time.high);
    return Words::tr("about %1").arg(withUnit(numbers, time.unit));
}

QString recipeTimeText(const RoundedTime& calibrating, const RoundedTime& quantizing) {
    return Words::tr("Forecast for this machine: calibrating %1, the recipe's runs %2.").arg(timeText(calibrating), timeText(quantizing));
}

QString awaitedTimeText() { return Words::tr("Forecast for this machine: being computed …"); }

QString evaluationTimeText(const RoundedTime& perplexity, const RoundedTime& layers) {
    return Words::tr("Forecast for this machine: perplexity %1, layer by layer %2.").arg(timeText(perplexity), timeText(layers));
}

}  // namespace salient
