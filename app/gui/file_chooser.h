#pragma once

#include <QString>
#include <functional>

class QWidget;

namespace salient {

/// How the window asks for files; handed in, so that tests can answer. Each returns an empty string when the user gave up.
struct FileChooser {
    std::function<QString(QWidget* parent, const QString& title)> folder;
    std::function<QString(QWidget* parent, const QString& title, const QString& filter)> file;
    std::function<QString(QWidget* parent, const QString& title, const QString& suggestion, const QString& filter)> save;
};

/// The desktop's dialogs.
[[nodiscard]] FileChooser desktopFileChooser();

}  // namespace salient
