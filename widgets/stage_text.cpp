#include "widgets/stage_text.h"

#include <QCoreApplication>
#include <array>

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(stageText)
};

constexpr std::array kStages{
    QT_TRANSLATE_NOOP("stageText", "calibrating"),
    QT_TRANSLATE_NOOP("stageText", "choosing windows"),
    QT_TRANSLATE_NOOP("stageText", "comparing"),
    QT_TRANSLATE_NOOP("stageText", "comparing settings"),
    QT_TRANSLATE_NOOP("stageText", "drawing pages"),
    QT_TRANSLATE_NOOP("stageText", "exporting"),
    QT_TRANSLATE_NOOP("stageText", "factorizing"),
    QT_TRANSLATE_NOOP("stageText", "generating"),
    QT_TRANSLATE_NOOP("stageText", "loss curve"),
    QT_TRANSLATE_NOOP("stageText", "opening"),
    QT_TRANSLATE_NOOP("stageText", "opening finished blocks"),
    QT_TRANSLATE_NOOP("stageText", "opening the session"),
    QT_TRANSLATE_NOOP("stageText", "perplexity"),
    QT_TRANSLATE_NOOP("stageText", "preparing"),
    QT_TRANSLATE_NOOP("stageText", "quantizing"),
    QT_TRANSLATE_NOOP("stageText", "reading inputs"),
    QT_TRANSLATE_NOOP("stageText", "reading text"),
    QT_TRANSLATE_NOOP("stageText", "reading weights"),
    QT_TRANSLATE_NOOP("stageText", "running the model"),
    QT_TRANSLATE_NOOP("stageText", "saving the session"),
    QT_TRANSLATE_NOOP("stageText", "scoring"),
    QT_TRANSLATE_NOOP("stageText", "searching clips"),
    QT_TRANSLATE_NOOP("stageText", "searching scales"),
    QT_TRANSLATE_NOOP("stageText", "sensitivity"),
    QT_TRANSLATE_NOOP("stageText", "settling the best scales"),
    QT_TRANSLATE_NOOP("stageText", "solving"),
    QT_TRANSLATE_NOOP("stageText", "starting"),
    QT_TRANSLATE_NOOP("stageText", "verifying"),
    QT_TRANSLATE_NOOP("stageText", "writing"),
};

}  // namespace

QString stageText(const QString& stage) {
    for (const char* known : kStages) {
        if (stage == QLatin1String(known)) return Words::tr(known);
    }
    return stage;
}

QString detailText(const QString& detail) {
    if (detail == QLatin1String("files")) return Words::tr("files");
    const QString block = QStringLiteral("block ");
    if (!detail.startsWith(block)) return detail;
    bool is_number = false;
    const int number = detail.mid(block.size()).toInt(&is_number);
    return is_number ? Words::tr("block %1").arg(number) : detail;
}

}  // namespace salient
