#pragma once

#include <QPalette>
#include <QSettings>
#include <QStringList>

#include "app/gui/language.h"
#include "widgets/lesson.h"

class QApplication;

namespace salient {

/// What to look like: as the desktop does, or fixed.
enum class ThemeChoice { System, Light, Dark };

/// The few things kept between sessions, in a settings object that is handed in.
class Preferences {
public:
    explicit Preferences(QSettings& settings) : settings_(settings) {}

    [[nodiscard]] ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);
    [[nodiscard]] LanguageChoice language() const;
    void setLanguage(LanguageChoice choice);

    /// Folders and recipes that were opened, latest first.
    [[nodiscard]] QStringList recent() const;
    void addRecent(const QString& path);

    /// How far the user has come in a lesson.
    [[nodiscard]] LessonProgress lessonProgress(const QString& id) const;
    void setLessonProgress(const QString& id, const LessonProgress& progress);
    /// The user's folder of lessons; empty: none.
    [[nodiscard]] QString lessonFolder() const;
    void setLessonFolder(const QString& folder);
    /// Sessions saved to or opened from folders of the user's choice, latest first.
    [[nodiscard]] QStringList savedSessions() const;
    void addSavedSession(const QString& folder);
    /// The user's layouts, as layoutsText() writes them; empty: none.
    [[nodiscard]] QString layouts() const;
    void setLayouts(const QString& text);

    [[nodiscard]] QByteArray geometry() const;
    [[nodiscard]] QByteArray windowState() const;
    void setLayout(const QByteArray& geometry, const QByteArray& window_state);

private:
    QSettings& settings_;
};

/// Applies a choice; `desktop` is the palette that the application started with.
void applyThemeChoice(QApplication& application, ThemeChoice choice, const QPalette& desktop);

}  // namespace salient
