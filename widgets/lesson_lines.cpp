#include "widgets/lesson_lines.h"

#include <QRegularExpression>
#include <cmath>

namespace salient {

namespace {

constexpr int kMostEntries = 32;  // of a row or a column
constexpr int kMostTableRows = 64;
constexpr int kMostTableColumns = 12;
constexpr int kMostQuoted = 60;
constexpr double kLargest = 1e6;

QString quoted(const QString& text) {
    const QString line = text.trimmed();
    return line.isEmpty() ? QStringLiteral("nothing")
                          : QStringLiteral("“%1”").arg(line.size() > kMostQuoted ? line.left(kMostQuoted) + QStringLiteral("…") : line);
}

}  // namespace

void refuseLesson(const QString& name, int line, const QString& expected, const QString& found) {
    const QString message = QStringLiteral("%1, line %2: expected %3, found %4").arg(name).arg(line).arg(expected, found);
    throw Error(ErrorCode::Format, message.toStdString());
}

std::vector<LessonField> lessonFields(const LessonFence& fence, const QString& name) {
    static const QRegularExpression kField(QStringLiteral("^([a-z][a-z ]*):\\s*(.*)$"));
    std::vector<LessonField> fields;
    for (const LessonLine& line : fence.lines) {
        if (line.text.trimmed().isEmpty()) continue;
        if (const auto match = kField.match(line.text); match.hasMatch()) {
            const QString key = match.captured(1);
            for (const LessonField& known : fields) {
                if (known.key == key) refuseLesson(name, line.number, QStringLiteral("“%1:” once").arg(key), QStringLiteral("it again"));
            }
            fields.push_back({line.number, key, match.captured(2).trimmed(), {}});
        } else if (!fields.empty() && fields.back().value.isEmpty()) {
            fields.back().rows.push_back(line);
        } else {
            refuseLesson(name, line.number, QStringLiteral("“key: value”"), quoted(line.text));
        }
    }
    return fields;
}

std::optional<double> lessonNumber(QString text) {
    text = text.trimmed().replace(QChar(0x2212), QLatin1Char('-')).replace(QLatin1Char(','), QLatin1Char('.'));
    bool is_number = false;
    const double value = text.toDouble(&is_number);
    if (!is_number || !std::isfinite(value)) return std::nullopt;
    return value;
}

Matrix lessonMatrix(const LessonField& field, const QString& name) {
    static const QRegularExpression kBetween(QStringLiteral("\\s+"));
    if (field.rows.empty())
        refuseLesson(name, field.line, QStringLiteral("rows of numbers below “%1:”").arg(field.key), quoted(field.value));
    if (field.rows.size() > kMostEntries) {
        refuseLesson(name, field.line, QStringLiteral("at most %1 rows").arg(kMostEntries), QString::number(field.rows.size()));
    }
    Matrix matrix;
    for (std::size_t row = 0; row < field.rows.size(); ++row) {
        const LessonLine& line = field.rows[row];
        const QStringList entries = line.text.split(kBetween, Qt::SkipEmptyParts);
        if (entries.size() > kMostEntries) {
            refuseLesson(name, line.number, QStringLiteral("at most %1 numbers").arg(kMostEntries), QString::number(entries.size()));
        }
        if (row == 0) matrix.resize(static_cast<Index>(field.rows.size()), entries.size());
        if (entries.size() != matrix.cols()) {
            refuseLesson(name, line.number, QStringLiteral("%1 numbers, as in the first row").arg(matrix.cols()),
                         QString::number(entries.size()));
        }
        for (qsizetype column = 0; column < entries.size(); ++column) {
            const std::optional<double> value = lessonNumber(entries[column]);
            if (!value || std::abs(*value) > kLargest) {
                refuseLesson(name, line.number, QStringLiteral("a number of at most 1e6"), quoted(entries[column]));
            }
            matrix(static_cast<Index>(row), column) = static_cast<float>(*value);
        }
    }
    return matrix;
}

std::vector<QStringList> lessonTable(const LessonFence& fence, const QString& name) {
    static const QRegularExpression kRule(QStringLiteral("^[|:\\s-]+$"));
    std::vector<QStringList> rows;
    for (const LessonLine& line : fence.lines) {
        QString text = line.text.trimmed();
        if (text.isEmpty() || kRule.match(text).hasMatch()) continue;
        if (text.size() < 2 || !text.startsWith(QLatin1Char('|')) || !text.endsWith(QLatin1Char('|'))) {
            refuseLesson(name, line.number, QStringLiteral("a row “| … | … |”"), quoted(text));
        }
        text = text.mid(1, text.size() - 2);
        QStringList cells;
        for (const QString& cell : text.split(QLatin1Char('|'))) cells << cell.trimmed();
        if (!rows.empty() && cells.size() != rows.front().size()) {
            refuseLesson(name, line.number, QStringLiteral("%1 cells, as in the first row").arg(rows.front().size()),
                         QString::number(cells.size()));
        }
        rows.push_back(cells);
    }
    if (rows.size() < 2 || rows.size() > kMostTableRows || rows.front().size() > kMostTableColumns) {
        refuseLesson(
            name, fence.line,
            QStringLiteral("a row of titles and 1 to %1 rows below it, at most %2 columns").arg(kMostTableRows - 1).arg(kMostTableColumns),
            QStringLiteral("%1 rows").arg(rows.size()));
    }
    return rows;
}

}  // namespace salient
