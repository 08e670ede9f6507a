#include "widgets/layer_name.h"

#include <QFontMetrics>
#include <QStringList>
#include <algorithm>

namespace salient {

namespace {

const QString kAfterBlock = QStringLiteral(" · ");
constexpr QChar kEllipsis(0x2026);

}  // namespace

QString shortLayerName(const QString& layer) {
    const QStringList parts = layer.split(QLatin1Char('.'));
    for (qsizetype i = 0; i + 1 < parts.size(); ++i) {
        bool is_number = false;
        static_cast<void>(parts[i].toInt(&is_number));
        if (is_number) return parts[i] + kAfterBlock + parts.mid(i + 1).join(QLatin1Char('.'));
    }
    return layer;
}

QString elidedLayerName(const QString& short_name, const QFontMetrics& metrics, int width) {
    if (metrics.horizontalAdvance(short_name) <= width) return short_name;
    const qsizetype separator = short_name.indexOf(kAfterBlock);
    const qsizetype start = separator < 0 ? 0 : separator + kAfterBlock.size();
    const QString block = short_name.left(start);
    QString module = short_name.mid(start);
    for (qsizetype dot = module.indexOf(QLatin1Char('.')); dot >= 0; dot = module.indexOf(QLatin1Char('.'))) {
        module.remove(0, dot + 1);
        QString shown = block + kEllipsis + module;
        if (metrics.horizontalAdvance(shown) <= width) return shown;
    }
    return block + metrics.elidedText(kEllipsis + module, Qt::ElideLeft, std::max(0, width - metrics.horizontalAdvance(block)));
}

}  // namespace salient
