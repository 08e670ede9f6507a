#pragma once

#include <QObject>

#include "app/gui/file_chooser.h"
#include "app/gui/navigation.h"
#include "app/gui/preferences.h"
#include "app/gui/session.h"
#include "widgets/lessons_panel.h"

class QDockWidget;
class QMainWindow;

namespace salient {

class HelpPanel;

/// Lessons and help: which files they come from, where their links lead, how far the user has come, and the results of the session that
/// their tables show.
class LessonDesk : public QObject {
    Q_OBJECT
public:
    LessonDesk(QMainWindow& window, Session& session, Preferences& preferences, const FileChooser& choose);

    [[nodiscard]] LessonsPanel* panel() const noexcept { return panel_; }
    [[nodiscard]] QDockWidget* helpDock() const noexcept { return dock_; }
    /// Of the page that is shown: reads the lessons when they are first looked at, and lets open help follow.
    void setPage(Page page);
    /// Shows the help of that page, or puts it away if it is there already.
    void toggleHelp(Page page);
    void openFolder(const QString& folder);
    void browse();

public slots:
    /// "page:tune", "help:tune", "lesson:awq", "awq.md"; anything else is only reported.
    void follow(const QString& address);

signals:
    void pageWanted(salient::Page page);
    void noted(const QString& title, const QString& message);

private:
    void showHelp(Page page);
    void readLessons();
    void refreshMeasured();

    QMainWindow& window_;
    Session& session_;
    Preferences& preferences_;
    const FileChooser& choose_;
    LessonsPanel* panel_;
    QDockWidget* dock_;
    HelpPanel* help_;
    Page page_ = Page::Open;
    Page helped_ = Page::Open;  ///< whose help is in the dock: a link may have led to another one's
    bool are_read_ = false;
};

/// What a session knows of each method it ran, and of the original.
[[nodiscard]] std::vector<MeasuredMethod> measuredMethods(const Session& session);

}  // namespace salient
