#include <QCommandLineParser>
#include <QSettings>
#include <QStandardPaths>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "app/gui/application.h"
#include "app/gui/language.h"
#include "app/gui/main_window.h"
#include "core/io/process_memory.h"
#include "widgets/icon.h"

namespace {

bool isSet(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

/// Whether there is anything to open a window on. Asked before Qt, which ends the process without one.
bool hasDisplay(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "-platform") == 0 || std::strcmp(argv[i], "--platform") == 0) return true;
    }
    return isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") || isSet("QT_QPA_PLATFORM");
}

}  // namespace

int main(int argc, char** argv) {
    if (!hasDisplay(argc, argv)) {
        std::fputs(
            "salient: there is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are empty). "
            "Without one, use the command line: salient-cli --help\n",
            stderr);
        return EXIT_FAILURE;
    }
    salient::keepFreedMemory();
    salient::Application application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("salient"));
    QApplication::setApplicationName(QStringLiteral("salient"));
    QApplication::setApplicationDisplayName(QStringLiteral("Salient"));
    QApplication::setApplicationVersion(QStringLiteral(SALIENT_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("salient"));

    QSettings settings;
    salient::applyLanguage(salient::windowLocale(salient::Preferences(settings).language(), QLocale::system()));
    QCommandLineParser arguments;
    arguments.setApplicationDescription(QApplication::translate("main", "A workbench for post-training quantization of language models."));
    arguments.addHelpOption();
    arguments.addVersionOption();
    arguments.addPositionalArgument(QStringLiteral("model"),
                                    QApplication::translate("main", "A model's folder or a recipe; the bundled demo when left out."),
                                    QStringLiteral("[MODEL]"));
    const QCommandLineOption text(QStringLiteral("text"), QApplication::translate("main", "Text to calibrate on."), QStringLiteral("FILE"));
    arguments.addOption(text);
    arguments.process(application);

    const QPalette desktop = QApplication::palette();
    salient::applyThemeChoice(application, salient::Preferences(settings).theme(), desktop);
    QApplication::setWindowIcon(salient::icon(QStringLiteral("salient")));

    salient::MainWindow window(settings, salient::desktopFileChooser());
    QObject::connect(&window, &salient::MainWindow::themeChosen, &application,
                     [&](salient::ThemeChoice choice) { salient::applyThemeChoice(application, choice, desktop); });
    if (arguments.isSet(text)) {
        const QString file = arguments.value(text);
        QObject::connect(
            &window.workflow(), &salient::Workflow::opened, &window, [&window, file] { window.setCalibrationText(file); },
            Qt::SingleShotConnection);
    }
    window.keepSessions(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/sessions"));
    if (arguments.positionalArguments().isEmpty()) {
        window.openDemo();
    } else {
        window.open(arguments.positionalArguments().constFirst());
    }
    window.show();
    return QApplication::exec();
}
