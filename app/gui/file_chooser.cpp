#include "app/gui/file_chooser.h"

#include <QFileDialog>

namespace salient {

FileChooser desktopFileChooser() {
    return {
        .folder = [](QWidget* parent, const QString& title) { return QFileDialog::getExistingDirectory(parent, title); },
        .file = [](QWidget* parent, const QString& title,
                   const QString& filter) { return QFileDialog::getOpenFileName(parent, title, QString(), filter); },
        .save = [](QWidget* parent, const QString& title, const QString& suggestion,
                   const QString& filter) { return QFileDialog::getSaveFileName(parent, title, suggestion, filter); },
    };
}

}  // namespace salient
