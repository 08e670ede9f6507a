#pragma once

#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/eval/worked_example.h"

namespace salient {

/// SmoothQuant on one small layer: what a slider of α needs.
struct SmoothSetting {
    Matrix input;   ///< [tokens, in]
    Matrix weight;  ///< [out, in]
    double alpha = 0.5;
    ActivationScale activations = ActivationScale::PerTensor;
    bool is_per_row = true;  ///< of the weight's scales
};

/// Text of a lesson as Markdown, every reference replaced by the number it stands for.
struct LessonProse {
    QString markdown;
};
/// Matrices as labelled grids of numbers.
struct LessonGrids {
    struct Grid {
        QString title;
        Matrix values;
        bool shares_colours = false;  ///< with the grid before it
    };
    std::vector<Grid> grids;
};
/// GPTQ, column by column, starting with so many columns done.
struct LessonStepper {
    std::shared_ptr<const GptqExample> example;
    Index start = 0;
};
/// Tokens × channels; choosing a channel tells what AWQ does to it. `published`: what introductions print for one channel.
struct LessonChannels {
    std::shared_ptr<const AwqExample> example;
    Index channel = 0;
    std::vector<std::pair<QString, QString>> published;  ///< "max" → "5.3"
};
/// SmoothQuant with a slider.
struct LessonSmoothing {
    std::shared_ptr<const SmoothSetting> setting;
};
/// Published figures of methods; the view sets what was measured on the open model beside them. Columns of the first row: titles.
struct LessonMethods {
    std::vector<QStringList> rows;
    std::vector<QString> methods;  ///< per row below the titles: the core's name of the method, "fp16" for the original
};
/// A decision table. Titles ending in "?" are asked, the others are answers. "any" fits every choice; " or " separates alternatives.
struct LessonChooser {
    std::vector<QStringList> rows;
};
using LessonPart = std::variant<LessonProse, LessonGrids, LessonStepper, LessonChannels, LessonSmoothing, LessonMethods, LessonChooser>;

/// Something to predict before it is revealed: a number, or one of several choices.
struct LessonQuestion {
    QString text;
    std::optional<double> number;
    double tolerance = 0.0;  ///< largest |answer − number| that counts as right
    QStringList choices;     ///< empty for a number
    int right = -1;          ///< index of the right choice
};

struct LessonStep {
    QString title;
    std::vector<LessonPart> shown;
    std::optional<LessonQuestion> question;
    std::vector<LessonPart> revealed;  ///< after an answer, or after the wish to see it

    [[nodiscard]] bool hidesSomething() const noexcept { return question.has_value() || !revealed.empty(); }
};

struct Lesson {
    QString title;
    QString summary;  ///< plain text
    std::vector<LessonStep> steps;
};

/// Reads a lesson, computes its experiments and fills in every reference; what comes back can be shown without anything left to fail.
/// The format is described in resources/lessons/README.md. Throws Error{Format} "NAME, line N: expected …, found …", also for a
/// lesson too large: kMostLessonBytes, 32 × 32 numbers a matrix, 20 experiments, 60 steps.
[[nodiscard]] Lesson readLesson(const QByteArray& utf8, const QString& name);
inline constexpr qint64 kMostLessonBytes = qint64{64} << 10U;

enum class Verdict { NoAnswer, Right, Wrong };
/// What an answer is worth. A number may be written with a point, a comma, or a percent sign; a choice is its index from 0.
[[nodiscard]] Verdict judge(const LessonQuestion& question, const QString& answer);

/// How far someone has come in a lesson.
struct LessonProgress {
    struct Revealed {
        int step = 0;
        QString answer;  ///< empty: revealed without one
        bool operator==(const Revealed&) const = default;
    };
    int step = 0;
    std::vector<Revealed> revealed;

    [[nodiscard]] std::optional<QString> answerTo(int of_step) const;  ///< nothing: not revealed yet
    bool operator==(const LessonProgress&) const = default;
};

}  // namespace salient
