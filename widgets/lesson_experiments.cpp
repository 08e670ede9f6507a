#include "widgets/lesson_experiments.h"

#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/number_text.h"
#include "widgets/value_text.h"

namespace salient {

namespace {

constexpr std::size_t kMostExperiments = 20;
constexpr int kDigits = 3;
constexpr int kAlphaSteps = 20;

/// The fields of an experiment; each may be taken once, and none may be left over.
class Fields {
public:
    Fields(const LessonFence& fence, QString name) : fence_(fence), name_(std::move(name)), fields_(lessonFields(fence, name_)) {}

    [[nodiscard]] bool has(const QString& key) const { return find(key) != fields_.end(); }
    Matrix matrix(const QString& key) {
        const auto field = find(key);
        if (field == fields_.end()) refuseLesson(name_, fence_.line, QStringLiteral("“%1:”").arg(key), QStringLiteral("none"));
        Matrix result = lessonMatrix(*field, name_);
        fields_.erase(field);
        return result;
    }
    double number(const QString& key, double otherwise, double low, double high) {
        const auto field = find(key);
        if (field == fields_.end()) return otherwise;
        const std::optional<double> value = lessonNumber(field->value);
        if (!value || *value < low || *value > high) {
            refuseLesson(name_, field->line, QStringLiteral("“%1:” and a number from %2 to %3").arg(key).arg(low).arg(high),
                         QStringLiteral("“%1”").arg(field->value));
        }
        fields_.erase(field);
        return *value;
    }
    int whole(const QString& key, int otherwise, int low, int high) {
        const int line = has(key) ? find(key)->line : fence_.line;
        const double value = number(key, otherwise, low, high);
        if (value != std::floor(value)) {
            refuseLesson(name_, line, QStringLiteral("“%1:” and a whole number").arg(key), QString::number(value));
        }
        return static_cast<int>(value);
    }
    /// Whether the first of two words was chosen.
    bool isFirst(const QString& key, const QString& first, const QString& second, bool otherwise) {
        const auto field = find(key);
        if (field == fields_.end()) return otherwise;
        const QString value = field->value;
        if (value != first && value != second) {
            refuseLesson(name_, field->line, QStringLiteral("“%1: %2” or “%1: %3”").arg(key, first, second),
                         QStringLiteral("“%1”").arg(value));
        }
        fields_.erase(field);
        return value == first;
    }
    void requireEmpty(const QString& known) const {
        if (fields_.empty()) return;
        refuseLesson(name_, fields_.front().line, QStringLiteral("one of %1").arg(known), QStringLiteral("“%1:”").arg(fields_.front().key));
    }
    GridSpec grid(bool is_symmetric) {
        GridSpec spec;
        spec.bits = whole(QStringLiteral("bits"), 4, 2, 8);
        const int group = whole(QStringLiteral("group"), -1, -1, 32);
        spec.group_size = group == 0 ? -1 : group;
        spec.is_symmetric = isFirst(QStringLiteral("symmetric"), QStringLiteral("yes"), QStringLiteral("no"), is_symmetric);
        return spec;
    }

private:
    [[nodiscard]] std::vector<LessonField>::const_iterator find(const QString& key) const {
        return std::ranges::find_if(fields_, [&key](const LessonField& field) { return field.key == key; });
    }

    const LessonFence& fence_;
    QString name_;
    std::vector<LessonField> fields_;
};

void addWithPrefix(ExampleValues& values, const std::string& prefix, const ExampleValues& more) {
    for (const auto& [key, number] : more.numbers) values.numbers[prefix + key] = number;
    for (const auto& [key, matrix] : more.matrices) values.matrices[prefix + key] = matrix;
}

ExampleValues valuesOfSetting(const SmoothSetting& setting) {
    const auto work = [&](std::optional<double> alpha) {
        return workSmooth(setting.input, setting.weight, alpha, setting.activations, setting.is_per_row);
    };
    ExampleValues values;
    values.matrices = {{"input", setting.input}, {"weight", setting.weight}};
    addWithPrefix(values, "plain.", valuesOf(work({})));
    addWithPrefix(values, "smooth.", valuesOf(work(setting.alpha)));
    values.numbers["best_alpha"] = 0.0;
    values.numbers["best_output_error"] = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= kAlphaSteps; ++i) {
        const double alpha = static_cast<double>(i) / kAlphaSteps;
        const double error = work(alpha).output_error;
        if (error >= values.numbers["best_output_error"]) continue;
        values.numbers["best_alpha"] = alpha;
        values.numbers["best_output_error"] = error;
    }
    return values;
}

}  // namespace

bool LessonExperiments::declares(const QString& word) {
    return word == QLatin1String("gptq") || word == QLatin1String("awq") || word == QLatin1String("smoothquant");
}

void LessonExperiments::add(const LessonFence& fence) {
    static const QRegularExpression kName(QStringLiteral("^[a-z][a-z0-9_]{0,31}$"));
    if (!kName.match(fence.argument).hasMatch()) {
        refuseLesson(name_, fence.line, QStringLiteral("a name in lower case after “%1”").arg(fence.word),
                     QStringLiteral("“%1”").arg(fence.argument));
    }
    if (experiments_.contains(fence.argument)) {
        refuseLesson(name_, fence.line, QStringLiteral("a new name"), QStringLiteral("“%1” again").arg(fence.argument));
    }
    if (experiments_.size() == kMostExperiments) {
        refuseLesson(name_, fence.line, QStringLiteral("at most %1 experiments").arg(kMostExperiments), QStringLiteral("one more"));
    }
    Experiment experiment;
    Fields fields(fence, name_);
    try {
        const Matrix weight = fields.matrix(QStringLiteral("weight"));
        if (fence.word == QLatin1String("gptq")) {
            const bool has_hessian = fields.has(QStringLiteral("hessian"));
            const Matrix given = fields.matrix(has_hessian ? QStringLiteral("hessian") : QStringLiteral("input"));
            const Matrix hessian = has_hessian ? given : exampleHessian(given);
            const GridSpec grid = fields.grid(true);
            const double damping = fields.number(QStringLiteral("damping"), 0.01, 0.0, 1.0);
            fields.requireEmpty(QStringLiteral("weight, input or hessian, bits, group, symmetric, damping"));
            const auto example = std::make_shared<const GptqExample>(workGptq(weight, hessian, grid, damping));
            experiment = {example, valuesOf(*example)};
            if (!has_hessian) experiment.values.matrices["input"] = given;
        } else if (fence.word == QLatin1String("awq")) {
            const Matrix input = fields.matrix(QStringLiteral("input"));
            GridSpec grid = fields.grid(false);
            if (!grid.is_symmetric) grid.rule = GridRule::Awq;
            const double ratio = fields.number(QStringLiteral("ratio"), -1.0, 0.0, 1.0);
            fields.requireEmpty(QStringLiteral("weight, input, bits, group, symmetric, ratio"));
            const auto example = std::make_shared<const AwqExample>(
                workAwq(input, weight, grid, ratio >= 0.0 ? std::optional<double>(ratio) : std::nullopt));
            experiment = {example, valuesOf(*example)};
        } else {
            SmoothSetting setting{.input = fields.matrix(QStringLiteral("input")), .weight = weight};
            setting.alpha = fields.number(QStringLiteral("alpha"), 0.5, 0.0, 1.0);
            const bool is_tensor = fields.isFirst(QStringLiteral("activations"), QStringLiteral("tensor"), QStringLiteral("token"), true);
            setting.activations = is_tensor ? ActivationScale::PerTensor : ActivationScale::PerToken;
            setting.is_per_row = fields.isFirst(QStringLiteral("weights"), QStringLiteral("row"), QStringLiteral("tensor"), true);
            fields.requireEmpty(QStringLiteral("weight, input, alpha, activations, weights"));
            experiment = {std::make_shared<const SmoothSetting>(setting), valuesOfSetting(setting)};
        }
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Format) throw;  // of this file, with its line
        refuseLesson(name_, fence.line, QStringLiteral("an experiment that can be computed"), QString::fromUtf8(error.what()));
    }
    experiments_.emplace(fence.argument, std::move(experiment));
}

std::pair<const LessonExperiments::Experiment*, std::string> LessonExperiments::find(const QString& reference, int line) const {
    const qsizetype dot = reference.indexOf(QLatin1Char('.'));
    const auto found = experiments_.find(reference.left(dot));
    if (dot < 0 || found == experiments_.end()) {
        refuseLesson(name_, line, QStringLiteral("EXPERIMENT.VALUE of an experiment of this lesson"),
                     QStringLiteral("“%1”").arg(reference));
    }
    return {&found->second, reference.mid(dot + 1).toStdString()};
}

const Matrix& LessonExperiments::matrix(const QString& reference, int line) const {
    const auto [experiment, key] = find(reference, line);
    const auto found = experiment->values.matrices.find(key);
    if (found != experiment->values.matrices.end()) return found->second;
    QStringList known;
    for (const auto& [name, matrix] : experiment->values.matrices) known << QString::fromStdString(name);
    refuseLesson(name_, line, QStringLiteral("a matrix: ") + known.join(QStringLiteral(", ")), QStringLiteral("“%1”").arg(reference));
}

double LessonExperiments::number(const QString& reference, int line) const {
    static const QRegularExpression kEntry(QStringLiteral("^(.*)\\[(\\d{1,3})(?:,\\s*(\\d{1,3}))?\\]$"));
    if (const auto entry = kEntry.match(reference); entry.hasMatch()) {
        const Matrix& values = matrix(entry.captured(1), line);
        const bool is_vector = entry.captured(3).isEmpty();  // one number counts along the only row
        const Index row = is_vector ? 0 : entry.captured(2).toInt();
        const Index column = is_vector ? entry.captured(2).toInt() : entry.captured(3).toInt();
        if (row >= values.rows() || column >= values.cols() || (is_vector && values.rows() != 1)) {
            refuseLesson(name_, line, QStringLiteral("an entry of %1 × %2").arg(values.rows()).arg(values.cols()),
                         QStringLiteral("“%1”").arg(reference));
        }
        return static_cast<double>(values(row, column));
    }
    const auto [experiment, key] = find(reference, line);
    const auto found = experiment->values.numbers.find(key);
    if (found != experiment->values.numbers.end()) return found->second;
    QStringList known;
    for (const auto& [name, value] : experiment->values.numbers) known << QString::fromStdString(name);
    refuseLesson(name_, line, QStringLiteral("a number: ") + known.join(QStringLiteral(", ")), QStringLiteral("“%1”").arg(reference));
}

QString LessonExperiments::filled(const QString& text, int first_line) const {
    static const QRegularExpression kReference(QStringLiteral("\\{([a-z][a-z0-9_]*\\.[^{}\\s:]+)(?::([^{}]*))?\\}"));
    QString result;
    qsizetype at = 0;
    int line = first_line;
    qsizetype counted = 0;
    for (auto matches = kReference.globalMatch(text); matches.hasNext();) {
        const QRegularExpressionMatch match = matches.next();
        line += static_cast<int>(QStringView(text).mid(counted, match.capturedStart() - counted).count(QLatin1Char('\n')));
        counted = match.capturedStart();
        result += QStringView(text).mid(at, match.capturedStart() - at);
        at = match.capturedEnd();
        const double value = number(match.captured(1), line);
        const QString format = match.captured(2);
        if (format == QLatin1String("%")) {
            result += percentText(value);
            continue;
        }
        const int digits = format.isEmpty() ? kDigits : format.toInt();
        if (digits < 1 || digits > 9) {
            refuseLesson(name_, line, QStringLiteral("1 to 9 digits, or “%”, after “:”"), QStringLiteral("“%1”").arg(format));
        }
        result += numberText(value, digits);
    }
    result += QStringView(text).mid(at);
    return result;
}

}  // namespace salient
