#include "app/gui/preferences.h"

#include <QApplication>
#include <QUrl>

#include "widgets/theme.h"

namespace salient {

namespace {
constexpr int kMostRecent = 10;
const QString kTheme = QStringLiteral("theme");
const QString kLanguage = QStringLiteral("language");
const QString kRecent = QStringLiteral("recent");
const QString kSessions = QStringLiteral("sessions");
const QString kGeometry = QStringLiteral("window/geometry");
const QString kState = QStringLiteral("window/state");
const QString kLayouts = QStringLiteral("layouts");
const QString kLessonFolder = QStringLiteral("lessons/folder");

/// One key per lesson, whatever characters its id has.
QString progressKey(const QString& id) { return QStringLiteral("lessons/progress/") + QString::fromLatin1(QUrl::toPercentEncoding(id)); }
}  // namespace

ThemeChoice Preferences::theme() const {
    const QString name = settings_.value(kTheme).toString();
    return name == QLatin1String("light") ? ThemeChoice::Light : name == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

void Preferences::setTheme(ThemeChoice choice) {
    settings_.setValue(kTheme, choice == ThemeChoice::Light  ? QStringLiteral("light")
                               : choice == ThemeChoice::Dark ? QStringLiteral("dark")
                                                             : QStringLiteral("system"));
}

LanguageChoice Preferences::language() const {
    const QString name = settings_.value(kLanguage).toString();
    return name == QLatin1String("en")   ? LanguageChoice::English
           : name == QLatin1String("de") ? LanguageChoice::German
                                         : LanguageChoice::System;
}

void Preferences::setLanguage(LanguageChoice choice) {
    settings_.setValue(kLanguage, choice == LanguageChoice::English  ? QStringLiteral("en")
                                  : choice == LanguageChoice::German ? QStringLiteral("de")
                                                                     : QStringLiteral("system"));
}

QStringList Preferences::recent() const { return settings_.value(kRecent).toStringList(); }

void Preferences::addRecent(const QString& path) {
    QStringList paths = recent();
    paths.removeAll(path);
    paths.prepend(path);
    settings_.setValue(kRecent, paths.mid(0, kMostRecent));
}

LessonProgress Preferences::lessonProgress(const QString& id) const {
    LessonProgress progress;
    const QStringList kept = settings_.value(progressKey(id)).toStringList();  // the step, then "step=answer" for each one revealed
    if (kept.isEmpty()) return progress;
    progress.step = std::max(0, kept.front().toInt());
    for (const QString& one : kept.mid(1)) {
        progress.revealed.push_back({one.section(QLatin1Char('='), 0, 0).toInt(), one.section(QLatin1Char('='), 1)});
    }
    return progress;
}

void Preferences::setLessonProgress(const QString& id, const LessonProgress& progress) {
    QStringList kept{QString::number(progress.step)};
    for (const LessonProgress::Revealed& one : progress.revealed)
        kept << QStringLiteral("%1=%2").arg(QString::number(one.step), one.answer);
    settings_.setValue(progressKey(id), kept);
}

QString Preferences::lessonFolder() const { return settings_.value(kLessonFolder).toString(); }

void Preferences::setLessonFolder(const QString& folder) { settings_.setValue(kLessonFolder, folder); }

QStringList Preferences::savedSessions() const { return settings_.value(kSessions).toStringList(); }

void Preferences::addSavedSession(const QString& folder) {
    QStringList folders = savedSessions();
    folders.removeAll(folder);
    folders.prepend(folder);
    settings_.setValue(kSessions, folders.mid(0, kMostRecent));
}

QString Preferences::layouts() const { return settings_.value(kLayouts).toString(); }

void Preferences::setLayouts(const QString& text) { settings_.setValue(kLayouts, text); }

QByteArray Preferences::geometry() const { return settings_.value(kGeometry).toByteArray(); }

QByteArray Preferences::windowState() const { return settings_.value(kState).toByteArray(); }

void Preferences::setLayout(const QByteArray& geometry, const QByteArray& window_state) {
    settings_.setValue(kGeometry, geometry);
    settings_.setValue(kState, window_state);
}

void applyThemeChoice(QApplication& application, ThemeChoice choice, const QPalette& desktop) {
    const bool is_dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && isDark(desktop));
    applyTheme(application, is_dark ? Theme::Dark : Theme::Light);
}

}  // namespace salient
