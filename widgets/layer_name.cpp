#include "widgets/layer_name.h"

#include <QStringList>

namespace salient {

QString shortLayerName(const QString& layer) {
    const QStringList parts = layer.split(QLatin1Char('.'));
    for (qsizetype i = 0; i + 1 < parts.size(); ++i) {
        bool is_number = false;
        static_cast<void>(parts[i].toInt(&is_number));
        if (is_number) return parts[i] + QStringLiteral(" · ") + parts.mid(i + 1).join(QLatin1Char('.'));
    }
    return layer;
}

}  // namespace salient
