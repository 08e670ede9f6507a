#pragma once

#include <QDateTime>
#include <QString>

namespace salient {

/// A session that can be opened again, as a list shows it.
struct RecentSession {
    QString folder;
    QString model;  ///< the model's folder
    QDateTime saved;
    int n_results = 0;
    bool is_calibrated = false;
};

}  // namespace salient
