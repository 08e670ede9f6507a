#pragma once

#include <QString>
#include <QStringList>
#include <cstddef>
#include <vector>

#include "core/io/json_file.h"

namespace salient {

inline constexpr int kLongestLayoutName = 60;    ///< characters
inline constexpr std::size_t kMostLayouts = 50;  ///< of the user's own

/// Which pages stand where, under a name. An object as sessions keep it, or parts of it: "page", "beside", "windows", "settings" of the
/// views. What of it is no page, place or setting is left alone when it is applied.
struct NamedLayout {
    QString name;
    Json layout = Json::object();
};

/// Those that come with the program, named in the window's language.
[[nodiscard]] std::vector<NamedLayout> builtInLayouts();

/// The user's own, out of what the preferences hold: at most kMostLayouts. What is no named layout is left out, and so is everything if the
/// text is not what layoutsText() writes.
[[nodiscard]] std::vector<NamedLayout> layoutsIn(const QString& text);
[[nodiscard]] QString layoutsText(const std::vector<NamedLayout>& layouts);

[[nodiscard]] QStringList namesOf(const std::vector<NamedLayout>& layouts);

}  // namespace salient
