#include "widgets/finding_text.h"

#include <QCoreApplication>
#include <cmath>

#include "widgets/number_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(findingText)
};

/// As people set it: "1 %", not "1.00 %".
QString dampingText(double damping) { return QStringLiteral("%1 %").arg(numberText(100.0 * damping, 3)); }

QString outlierText(const ErrorFinding& finding) {
    const QString peak = numberText(finding.peak, 3);
    const QString ratio = numberText(finding.peak / finding.median_peak, 3);
    if (finding.n_channels == 1) {
        return Words::tr("%1 of the output error comes from input channel %2, whose largest |x| of %3 is %4 times the median channel's.")
            .arg(percentText(finding.share))
            .arg(finding.channel)
            .arg(peak, ratio);
    }
    return Words::tr(
               "%1 of the output error comes from %2 of %3 input channels, most from channel %4, whose largest |x| of %5 is %6 times "
               "the median channel's.")
        .arg(percentText(finding.share))
        .arg(finding.n_channels)
        .arg(finding.in_features)
        .arg(finding.channel)
        .arg(peak, ratio);
}

QString fewTokensText(const ErrorFinding& finding) {
    QStringList sentences;
    if (finding.n_tokens < finding.in_features) {
        sentences << Words::tr("%n calibration token(s) for %1 inputs: the Hessian says nothing of the remaining directions.", nullptr,
                               static_cast<int>(finding.n_tokens))
                         .arg(finding.in_features);
    } else {
        sentences << Words::tr("The Hessian is nearly singular.");
    }
    if (finding.damping_needed > 0.0) {
        sentences << Words::tr("It needed damping %1 instead of %2.")
                         .arg(dampingText(finding.damping_needed), dampingText(finding.damping_asked));
    }
    sentences << Words::tr("More calibration windows measure such directions; more damping trusts them less.");
    return sentences.join(QLatin1Char(' '));
}

}  // namespace

QString causeTitle(ErrorCause cause) {
    switch (cause) {
        case ErrorCause::OutlierChannels:
            return Words::tr("Outlier channels");
        case ErrorCause::LoneWeights:
            return Words::tr("Lone large weights");
        case ErrorCause::Saturation:
            return Words::tr("Saturated codes");
        case ErrorCause::DeadChannels:
            return Words::tr("Dead channels");
        case ErrorCause::FewTokens:
            return Words::tr("Unmeasured directions");
        case ErrorCause::InputRounding:
            return Words::tr("Rounded inputs");
    }
    return {};
}

QString evidenceText(const ErrorFinding& finding) {
    const QString share = percentText(finding.share);
    switch (finding.cause) {
        case ErrorCause::OutlierChannels:
            return outlierText(finding);
        case ErrorCause::LoneWeights:
            return Words::tr(
                       "%1 of the output error is in groups of %2 weights whose range one large weight sets; the heaviest is in row "
                       "%3, channel %4, %5 times the root mean square of its group.")
                .arg(share)
                .arg(finding.group_size)
                .arg(finding.row)
                .arg(finding.channel)
                .arg(numberText(finding.peak_over_rms, 3));
        case ErrorCause::Saturation:
            return Words::tr("%1 of the codes lie at an end of the grid: its range is too small for the weights.").arg(share);
        case ErrorCause::DeadChannels:
            return Words::tr(
                       "%n of %1 input channels were never active in calibration, channel %2 first: nothing is known of what their "
                       "weights do. Text nearer to the model's use may wake them.",
                       nullptr, static_cast<int>(finding.n_channels))
                .arg(finding.in_features)
                .arg(finding.channel);
        case ErrorCause::FewTokens:
            return fewTokensText(finding);
        case ErrorCause::InputRounding:
            return Words::tr(
                       "%1 of the output error comes from rounding the inputs to int8; channel %2 reaches %3 and sets the scale of "
                       "tokens whose median channel stays below %4.")
                .arg(share)
                .arg(finding.channel)
                .arg(numberText(finding.peak, 3), numberText(finding.median_peak, 3));
    }
    return {};
}

QString remedyText(const ErrorFinding& finding) {
    const auto whole = static_cast<int>(std::lround(finding.remedy_value));
    switch (finding.remedy) {
        case ErrorRemedy::None:
            return {};
        case ErrorRemedy::SmallerGroups:
            return Words::tr("groups of %1").arg(whole);
        case ErrorRemedy::MoreBits:
            return Words::tr("%1 bits").arg(whole);
        case ErrorRemedy::AwqScales:
            return Words::tr("AWQ scales for the layers of this input");
        case ErrorRemedy::SmoothQuant:
            return Words::tr("SmoothQuant for the layers of this input");
        case ErrorRemedy::TokenScales:
            return Words::tr("one input scale per token");
        case ErrorRemedy::MoreDamping:
            return Words::tr("damping %1").arg(dampingText(finding.remedy_value));
    }
    return {};
}

}  // namespace salient
