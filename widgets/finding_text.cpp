#include "widgets/finding_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

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

QString resultOverflowText(const ErrorFinding& finding) {
    const QString largest =
        Words::tr("Inputs and weights are finite; channel %1 holds |x| up to %2.").arg(finding.channel).arg(numberText(finding.peak, 3));
    if (finding.n_values == 0) return Words::tr("Rounding this layer gives values that are not numbers.") + QLatin1Char(' ') + largest;
    return Words::tr("The error of %n weight(s) is no number, the first in row %1.", nullptr, static_cast<int>(finding.n_values))
               .arg(finding.row) +
           QLatin1Char(' ') + largest;
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
        case ErrorCause::HessianOverflow:
            return Words::tr("Inputs beyond what squares can hold");
        case ErrorCause::ScaleOverflow:
            return Words::tr("Scales beyond their type");
        case ErrorCause::ResultOverflow:
            return Words::tr("Values that are not numbers");
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
        case ErrorCause::HessianOverflow:
            return Words::tr(
                       "%n of %1 input channels are so large that their squares are beyond float32, channel %2 with |x| up to %3 first: "
                       "no error of this layer can be measured, and no scale chosen by it.",
                       nullptr, static_cast<int>(finding.n_channels))
                .arg(finding.in_features)
                .arg(finding.channel)
                .arg(numberText(finding.peak, 3));
        case ErrorCause::ScaleOverflow:
            return Words::tr(
                       "%n group(s) of weights need a scale that their stored type cannot hold; the largest weight, %1, is in row %2, "
                       "channel %3.",
                       nullptr, static_cast<int>(finding.n_values))
                .arg(numberText(finding.peak, 3))
                .arg(finding.row)
                .arg(finding.channel);
        case ErrorCause::ResultOverflow:
            return resultOverflowText(finding);
    }
    return {};
}

QString numberTroubleText(const NumberTrouble& trouble, Index seq_len) {
    const QString subject = QString::fromStdString(trouble.subject);
    const auto n_values = static_cast<int>(std::min<std::int64_t>(trouble.n_values, std::numeric_limits<int>::max()));
    if (trouble.is_in_weights) {
        return Words::
            tr("%n weight(s) of %1 in the file are no numbers, the first in row %2, column %3. No setting helps: the file is damaged, or "
               "was written by a training that diverged.",
               nullptr, n_values)
                .arg(subject, QString::number(trouble.row), QString::number(trouble.channel));
    }
    return Words::
        tr("%n input value(s) of %1 are no numbers, in %2 windows; the first in channel %3, window %4, token %5. The weights up to there "
           "are finite: the model itself goes beyond float32 on this text, before anything is quantized. No setting of a method helps; "
           "other text may.",
           nullptr, n_values)
            .arg(subject, QString::number(trouble.n_windows), QString::number(trouble.channel),
                 QString::number(trouble.token / seq_len + 1), QString::number(trouble.token % seq_len + 1));
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
        case ErrorRemedy::KeepIn16Bits:
            return Words::tr("%n layer(s) in 16 bits", nullptr, whole);
    }
    return {};
}

}  // namespace salient
