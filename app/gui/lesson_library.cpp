#include "app/gui/lesson_library.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <array>

#include "app/gui/language.h"
#include "core/error.h"

// A static library's resources are linked only when asked for, and the macro must stand outside every namespace.
static void loadLessonResources() { Q_INIT_RESOURCE(lessons); }

namespace salient {

namespace {

constexpr int kMostFiles = 200;
constexpr std::array<const char*, kPages> kKeys{"open",     "calibrate", "map",      "channels", "stepper", "tune",
                                                "quantize", "compare",   "evaluate", "export",   "lessons"};

/// The file of that name in the window's language, the English one where there is none.
QString inWindowLanguage(const QString& folder, const QString& name) {
    const QString translated = QStringLiteral(":/%1/%2/%3.md").arg(folder, windowLanguage(), name);
    return QFile::exists(translated) ? translated : QStringLiteral(":/%1/%2.md").arg(folder, name);
}

LessonEntry readEntry(const QString& path, const QString& id) {
    LessonEntry entry;
    entry.id = id;
    entry.file = QFileInfo(path).fileName();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        entry.error = file.errorString();
        return entry;
    }
    try {
        entry.lesson = std::make_shared<const Lesson>(readLesson(file.read(kMostLessonBytes + 1), entry.file));
    } catch (const Error& error) {
        entry.error = QString::fromUtf8(error.what());
    }
    return entry;
}

}  // namespace

std::vector<LessonEntry> bundledLessons() {
    loadLessonResources();
    std::vector<LessonEntry> lessons;
    for (const char* name : {"gptq", "awq", "smoothquant", "methods", "chooser"}) {
        lessons.push_back(readEntry(inWindowLanguage(QStringLiteral("lessons"), QLatin1String(name)), QString::fromLatin1(name)));
    }
    return lessons;
}

std::vector<LessonEntry> lessonsIn(const QString& folder) {
    std::vector<LessonEntry> lessons;
    const QFileInfoList files = QDir(folder).entryInfoList({QStringLiteral("*.md")}, QDir::Files | QDir::Readable, QDir::Name);
    for (const QFileInfo& file : files) {
        if (file.fileName().compare(QLatin1String("README.md"), Qt::CaseInsensitive) == 0) continue;
        if (lessons.size() == kMostFiles) break;
        lessons.push_back(readEntry(file.filePath(), file.absoluteFilePath()));
    }
    return lessons;
}

QString ownLessonsFolder() {
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/salient/lessons");
}

QString helpText(Page page) {
    loadLessonResources();
    QFile file(inWindowLanguage(QStringLiteral("help"), pageKey(page)));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QString pageKey(Page page) { return QString::fromLatin1(kKeys.at(static_cast<std::size_t>(page))); }

std::optional<Page> pageOfKey(const QString& key) {
    for (int i = 0; i < kPages; ++i) {
        if (pageKey(static_cast<Page>(i)) == key) return static_cast<Page>(i);
    }
    return std::nullopt;
}

}  // namespace salient
