#include "app/gui/file_chooser.h"

#include <QCoreApplication>
#include <QFileDialog>

namespace salient {

namespace {
class Words {
    Q_DECLARE_TR_FUNCTIONS(fileChooser)
};
}  // namespace

FileChooser desktopFileChooser() {
    return {
        .folder = [](QWidget* parent, const QString& title) { return QFileDialog::getExistingDirectory(parent, title); },
        .file =
            [](QWidget* parent, const QString& title, const QString& filter) {
                // Where a recipe may be chosen, so may a model that is one file: Workflow::open() takes either.
                const QString models =
                    filter.contains(QLatin1String("*.json")) ? QStringLiteral(";;") + Words::tr("GGUF models (*.gguf)") : QString();
                return QFileDialog::getOpenFileName(parent, title, QString(), filter + models);
            },
        .save = [](QWidget* parent, const QString& title, const QString& suggestion,
                   const QString& filter) { return QFileDialog::getSaveFileName(parent, title, suggestion, filter); },
    };
}

}  // namespace salient
