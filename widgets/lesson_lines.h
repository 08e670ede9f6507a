#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/tensor/matrix.h"

namespace salient {

/// A line of a lesson and where it stands, counted from 1.
struct LessonLine {
    int number = 0;
    QString text;
};

/// A fenced block: ```word argument … ```.
struct LessonFence {
    int line = 0;
    QString word;
    QString argument;
    std::vector<LessonLine> lines;
};

/// "key: value" of a block; a key without a value is followed by rows of numbers.
struct LessonField {
    int line = 0;
    QString key;
    QString value;
    std::vector<LessonLine> rows;
};

/// Refuses a lesson: Error{Format} "NAME, line N: expected …, found …".
[[noreturn]] void refuseLesson(const QString& name, int line, const QString& expected, const QString& found);

/// The fields of a block, in order. Keys are lower case words. Throws Error{Format} for a line that belongs to none.
[[nodiscard]] std::vector<LessonField> lessonFields(const LessonFence& fence, const QString& name);
/// A matrix from rows of numbers, at most 32 × 32. Throws Error{Format}.
[[nodiscard]] Matrix lessonMatrix(const LessonField& field, const QString& name);
/// Rows of "| a | b |", all of one width; a Markdown rule of dashes is left out. Throws Error{Format}.
[[nodiscard]] std::vector<QStringList> lessonTable(const LessonFence& fence, const QString& name);
/// A finite number as people write it: point or comma, minus sign or hyphen.
[[nodiscard]] std::optional<double> lessonNumber(QString text);

}  // namespace salient
