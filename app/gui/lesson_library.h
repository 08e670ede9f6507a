#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "app/gui/navigation.h"
#include "widgets/lessons_panel.h"

namespace salient {

/// The lessons that come with the program, in the order to take them.
[[nodiscard]] std::vector<LessonEntry> bundledLessons();
/// The lessons of a folder: its *.md but README.md, by name, at most 200, each read alone. A file that is no lesson becomes an entry with
/// an error. Ids are the files' paths, so that no lesson takes the place of a bundled one.
[[nodiscard]] std::vector<LessonEntry> lessonsIn(const QString& folder);
/// Where a user's own lessons are looked for without being asked: salient/lessons in the data folder.
[[nodiscard]] QString ownLessonsFolder();

/// The help page of a view, as Markdown.
[[nodiscard]] QString helpText(Page page);
/// What links and sessions call a page: "tune".
[[nodiscard]] QString pageKey(Page page);
[[nodiscard]] std::optional<Page> pageOfKey(const QString& key);

}  // namespace salient
