#pragma once

#include <QListWidget>

#include "core/exporter/verify.h"

namespace salient {

/// A list of sentences, each with an icon that says how serious it is; no taller than a few of them.
[[nodiscard]] QListWidget* makeNotes(QWidget* parent, const QString& name);
/// icon_name: "info", "check", "warning", "error".
void addNote(QListWidget* list, const QString& icon_name, const QString& text);
/// What verification found, one note each, in place of what the list held.
void setFindings(QListWidget* list, const VerifyReport& report);

}  // namespace salient
