#include "app/gui/demo_location.h"

#include <QDir>
#include <QFileInfo>

namespace salient {

QString demoFolder(const QString& application_folder) {
    const auto holds_model = [](const QString& folder) { return QFileInfo::exists(folder + QStringLiteral("/model/config.json")); };
    QStringList candidates{QDir(application_folder).filePath(QStringLiteral("../share/salient/demo"))};
    // build/<preset>/bin lies below the source tree; other build folders know it from their configuration.
    QDir folder(application_folder);
    for (int up = 0; up < 4 && folder.cdUp(); ++up) candidates << folder.filePath(QStringLiteral("resources/demo"));
    candidates << QStringLiteral(SALIENT_SOURCE_DEMO);
    for (const QString& candidate : candidates) {
        if (holds_model(candidate)) return QDir::cleanPath(candidate);
    }
    return {};
}

}  // namespace salient
