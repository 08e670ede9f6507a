#include "widgets/tune_text.h"

#include <QCoreApplication>
#include <QStringList>

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(tuneText)
};

constexpr qsizetype kNamed = 6;  // channels

bool isWanted(const ScaleTarget& target, TuneMethod method) noexcept {
    return method == TuneMethod::AwqRatio ? target.takes_awq : target.takes_smooth;
}

}  // namespace

QString foldText(const TuneModel& model, TuneMethod method) {
    if (!model.folds_into) return {};
    const ScaleTarget& target = *model.folds_into;
    if (target.kind == Absorber::Kind::None)
        return Words::tr(
            "Nothing before these layers can take the inverse of scales: tuning them shows what it would do, and no recipe holds it.");
    if (!isWanted(target, method))
        return Words::tr("%1 could take the inverse of the scales in its rows, but the recipe's run folds them into norms alone.")
            .arg(target.name);
    return target.kind == Absorber::Kind::Norm ? Words::tr("The inverse of the scales goes into the gain of the norm %1.").arg(target.name)
                                               : Words::tr("The inverse of the scales goes into the rows of %1.").arg(target.name);
}

bool canFold(const TuneModel& model, TuneMethod method) noexcept {
    if (!model.folds_into) return true;
    return model.folds_into->kind != Absorber::Kind::None && isWanted(*model.folds_into, method);
}

QString leftOutText(const TuneChoice& choice) {
    if (choice.channel_factors.empty()) return {};
    QStringList channels;
    for (const auto& [channel, factor] : choice.channel_factors) channels << QString::number(channel);
    const bool has_more = channels.size() > kNamed;
    QString named = channels.mid(0, kNamed).join(QStringLiteral(", "));
    if (has_more) named += QStringLiteral(", …");
    return Words::tr("Scales set by hand (channels %1) are not part of a recipe: it holds the value alone, and applying leaves them out.")
        .arg(named);
}

}  // namespace salient
