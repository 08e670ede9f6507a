#pragma once

#include <QDir>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/main_window.h"
#include "app/gui/message_area.h"
#include "tests/app/gui/demo.h"
#include "tests/app/gui/patience.h"
#include "widgets/calibration_panel.h"

namespace salient::demo {

inline QPushButton* button(QWidget* where, const QString& text) {
    for (QPushButton* candidate : where->findChildren<QPushButton*>()) {
        if (candidate->text() == text) return candidate;
    }
    return nullptr;
}

/// Brings the tab with that widget to the front.
inline void bringToFront(QWidget& panel, QWidget& content) {
    for (QTabWidget* tabs : panel.findChildren<QTabWidget*>()) {
        if (tabs->indexOf(&content) >= 0) tabs->setCurrentWidget(&content);
    }
}

inline QStringList entries(const QString& folder) { return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot); }

/// A window with throw-away settings whose file dialogs answer what the test says.
struct Desk {
    QTemporaryDir folder;
    QSettings settings{folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    QString answer;
    MainWindow window{settings,
                      {.folder = [this](QWidget*, const QString&) { return answer; },
                       .file = [this](QWidget*, const QString&, const QString&) { return answer; },
                       .save = [this](QWidget*, const QString&, const QString&, const QString&) { return answer; }}};

    Desk() { window.show(); }

    template <class View>
    View* view() {
        return window.findChild<View*>();
    }
    bool waitForJobs() {
        return QTest::qWaitFor([this] { return window.jobs().isIdle() && window.quickJobs().isIdle(); }, kPatience_ms);
    }
    /// After asking for a model: waits for it and gives it the recipe that takes a second or two.
    bool waitForModel() {
        if (!waitForJobs() || !window.session().model()) return false;
        window.session().editRecipe(quickRecipe(*window.session().model()), QStringLiteral("test"));
        return waitForJobs();
    }
    bool openDemo() {
        window.openDemo();
        return waitForModel() && window.session().samples() != nullptr;
    }
    bool calibrate() {
        window.goTo(Page::Calibrate);
        button(view<CalibrationPanel>(), QStringLiteral("Calibrate"))->click();
        return waitForJobs() && window.session().calibration() != nullptr;
    }
};

}  // namespace salient::demo
