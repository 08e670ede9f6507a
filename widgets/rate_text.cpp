#include "widgets/rate_text.h"

#include <QCoreApplication>
#include <QStringList>
#include <cmath>

#include "widgets/number_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(rateText)
};

constexpr double kLongNumber = 1000.0;

QString amount(double per_second) {
    return per_second < kLongNumber ? numberText(per_second, 3) : countText(static_cast<std::int64_t>(std::llround(per_second)));
}

bool countsTokens(const QString& stage) {
    static const QStringList kStages{QStringLiteral("calibrating"), QStringLiteral("perplexity"), QStringLiteral("running the model")};
    return kStages.contains(stage);
}

bool countsLayers(const QString& stage) {
    static const QStringList kStages{QStringLiteral("quantizing"), QStringLiteral("sensitivity"), QStringLiteral("comparing settings")};
    return kStages.contains(stage);
}

}  // namespace

QString rateText(const QString& stage, double per_second) {
    if (!(per_second > 0.0) || !std::isfinite(per_second)) return {};
    // Every token goes through every block, and is counted in each.
    if (countsTokens(stage)) return Words::tr("%1 tokens/s per block").arg(amount(per_second));
    const bool is_slow = per_second < 1.0;
    const QString duration = durationText(1.0 / per_second);
    if (countsLayers(stage)) return is_slow ? Words::tr("%1 per layer").arg(duration) : Words::tr("%1 layers/s").arg(amount(per_second));
    return is_slow ? Words::tr("%1 per step").arg(duration) : Words::tr("%1 steps/s").arg(amount(per_second));
}

}  // namespace salient
