#pragma once

#include <map>
#include <memory>

#include "widgets/lesson.h"
#include "widgets/lesson_lines.h"

namespace salient {

/// The computed experiments of a lesson, and the numbers that its text may quote: "toy.loss", "toy.rounded[0,2]".
class LessonExperiments {
public:
    /// name: of the lesson, for messages.
    explicit LessonExperiments(QString name) : name_(std::move(name)) {}

    /// Whether a fenced block of that word declares an experiment.
    [[nodiscard]] static bool declares(const QString& word);
    /// Computes one, by the functions that quantize a model. Throws Error{Format}.
    void add(const LessonFence& fence);

    /// The values behind a reference. Throw Error{Format} naming the line and what there is instead.
    [[nodiscard]] double number(const QString& reference, int line) const;
    [[nodiscard]] const Matrix& matrix(const QString& reference, int line) const;
    /// The experiment of that name and kind, to be shown as a view.
    template <class Example>
    [[nodiscard]] std::shared_ptr<const Example> example(const QString& experiment, int line, const QString& method) const {
        const auto found = experiments_.find(experiment);
        if (found != experiments_.end()) {
            if (const auto* held = std::get_if<std::shared_ptr<const Example>>(&found->second.example)) return *held;
        }
        refuseLesson(name_, line, QStringLiteral("the name of a %1 experiment").arg(method), QStringLiteral("“%1”").arg(experiment));
    }
    /// The text with "{reference}" and "{reference:format}" replaced by numbers. format: significant digits (1 to 9), or "%".
    [[nodiscard]] QString filled(const QString& text, int first_line) const;

private:
    struct Experiment {
        std::variant<std::shared_ptr<const GptqExample>, std::shared_ptr<const AwqExample>, std::shared_ptr<const SmoothSetting>> example;
        ExampleValues values;
    };
    [[nodiscard]] std::pair<const Experiment*, std::string> find(const QString& reference, int line) const;

    QString name_;
    std::map<QString, Experiment> experiments_;
};

}  // namespace salient
