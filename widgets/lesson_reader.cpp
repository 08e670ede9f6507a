#include <QRegularExpression>
#include <QStringDecoder>
#include <cmath>

#include "core/quant/method.h"
#include "widgets/lesson.h"
#include "widgets/lesson_experiments.h"
#include "widgets/lesson_lines.h"

namespace salient {

namespace {

constexpr std::size_t kMostSteps = 60;
constexpr std::size_t kMostParts = 24;  // of a step, and grids of a view
constexpr int kLongestLine = 2000;
constexpr int kDeepestNesting = 16;  // of quotations and lists
constexpr int kSpacesPerLevel = 2;
constexpr int kMostBars = 33;  // "|" of a row of a table
const QString kFence = QStringLiteral("```");
const QString kViews = QStringLiteral("grids, stepper, channels, smoothing, methods, chooser, predict, gptq, awq, smoothquant");

/// How deep a line of prose opens quotations and lists: what a renderer of Markdown nests.
qsizetype nestingOf(const QString& line) {
    qsizetype markers = 0;
    qsizetype spaces = 0;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar c = line[i];
        const bool ends_word = i + 1 == line.size() || line[i + 1].isSpace();
        const bool is_marker = c == QLatin1Char('>') || (ends_word && QStringLiteral("-*+.)").contains(c));
        if (!is_marker && !c.isSpace() && !c.isDigit()) break;
        markers += is_marker ? 1 : 0;
        spaces += c == QLatin1Char('\t') ? 4 : c.isSpace() ? 1 : 0;
    }
    return markers + (spaces - markers) / kSpacesPerLevel;
}

class LessonReader {
public:
    LessonReader(const QString& text, QString name) : name_(std::move(name)), experiments_(name_) {
        int number = 0;
        for (const QString& line : text.split(QLatin1Char('\n'))) {
            lines_.push_back({++number, line.endsWith(QLatin1Char('\r')) ? line.chopped(1) : line});
            if (line.size() > kLongestLine)
                refuse(number, QStringLiteral("at most %1 characters").arg(kLongestLine), QString::number(line.size()));
        }
    }

    Lesson read() {
        gatherExperiments();
        while (at_ < lines_.size() && lines_[at_].text.trimmed().isEmpty()) ++at_;
        if (at_ == lines_.size() || !lines_[at_].text.startsWith(QLatin1String("# "))) {
            refuse(at_ < lines_.size() ? lines_[at_].number : 1, QStringLiteral("“# ” and the lesson's title"),
                   at_ < lines_.size() ? QStringLiteral("“%1”").arg(lines_[at_].text.left(60)) : QStringLiteral("an empty file"));
        }
        lesson_.title = lines_[at_++].text.mid(2).trimmed();
        QStringList summary;
        for (; at_ < lines_.size() && !lines_[at_].text.startsWith(QLatin1String("## ")); ++at_) {
            if (startsFence(lines_[at_].text)) {
                const LessonFence fence = takeFence();
                if (!LessonExperiments::declares(fence.word))
                    refuse(fence.line, QStringLiteral("a step, “## …”, first"), kFence + fence.word);
                --at_;
            } else {
                summary << lines_[at_].text.trimmed();
            }
        }
        lesson_.summary = experiments_.filled(summary.join(QLatin1Char(' ')).simplified(), 1);
        while (at_ < lines_.size()) readStep();
        if (lesson_.steps.empty()) refuse(lines_.back().number, QStringLiteral("a step, “## …”"), QStringLiteral("the end of the file"));
        return std::move(lesson_);
    }

private:
    [[noreturn]] void refuse(int line, const QString& expected, const QString& found) const { refuseLesson(name_, line, expected, found); }

    static bool startsFence(const QString& line) { return line.startsWith(kFence); }

    LessonFence takeFence() {
        LessonFence fence;
        fence.line = lines_[at_].number;
        const QString info = lines_[at_].text.mid(kFence.size()).trimmed();
        fence.word = info.section(QLatin1Char(' '), 0, 0);
        fence.argument = info.section(QLatin1Char(' '), 1).trimmed();
        for (++at_; at_ < lines_.size(); ++at_) {
            if (lines_[at_].text.trimmed() == kFence) {
                ++at_;
                return fence;
            }
            fence.lines.push_back(lines_[at_]);
        }
        refuse(fence.line, QStringLiteral("a closing ```"), QStringLiteral("the end of the file"));
    }

    /// Experiments first, wherever they stand: a text may quote one that is declared further down.
    void gatherExperiments() {
        while (at_ < lines_.size()) {
            if (!startsFence(lines_[at_].text)) {
                ++at_;
            } else if (const LessonFence fence = takeFence(); LessonExperiments::declares(fence.word)) {
                experiments_.add(fence);
            }
        }
        at_ = 0;
    }

    void readStep() {
        if (lesson_.steps.size() == kMostSteps)
            refuse(lines_[at_].number, QStringLiteral("at most %1 steps").arg(kMostSteps), QStringLiteral("one more"));
        LessonStep step;
        step.title = lines_[at_].text.mid(3).trimmed();
        const int first_line = lines_[at_++].number;
        bool is_revealed = false;
        while (at_ < lines_.size() && !lines_[at_].text.startsWith(QLatin1String("## "))) {
            const LessonLine& line = lines_[at_];
            if (line.text.startsWith(QLatin1String("# ")))
                refuse(line.number, QStringLiteral("one title"), QStringLiteral("“%1”").arg(line.text));
            std::vector<LessonPart>& parts = is_revealed ? step.revealed : step.shown;
            if (line.text.trimmed() == QLatin1String("### Reveal")) {
                if (is_revealed) refuse(line.number, QStringLiteral("“### Reveal” once in a step"), QStringLiteral("it again"));
                is_revealed = true;
                ++at_;
            } else if (startsFence(line.text) && isOurs(line.text)) {
                readFence(takeFence(), step, is_revealed);
            } else {
                readProse(parts);
            }
            if (parts.size() > kMostParts)
                refuse(line.number, QStringLiteral("at most %1 parts in a step").arg(kMostParts), QStringLiteral("more"));
        }
        if (step.shown.empty() && !step.hidesSomething())
            refuse(first_line, QStringLiteral("text below “%1”").arg(step.title), QStringLiteral("none"));
        lesson_.steps.push_back(std::move(step));
    }

    /// What would make a renderer build thousands of nested lists or columns.
    void requirePlain(const LessonLine& line) const {
        if (nestingOf(line.text) > kDeepestNesting) {
            refuse(line.number, QStringLiteral("at most %1 quotations or lists inside each other").arg(kDeepestNesting),
                   QStringLiteral("more"));
        }
        if (line.text.count(QLatin1Char('|')) > kMostBars) {
            refuse(line.number, QStringLiteral("at most %1 columns").arg(kMostBars - 1), QStringLiteral("more"));
        }
    }

    /// A fence without a word is an ordinary example in the text.
    static bool isOurs(const QString& line) { return line.trimmed() != kFence && line.trimmed() != QLatin1String("```text"); }

    void readProse(std::vector<LessonPart>& parts) {
        const int first_line = lines_[at_].number;
        QStringList prose;
        while (at_ < lines_.size() && !lines_[at_].text.startsWith(QLatin1String("## ")) &&
               !lines_[at_].text.startsWith(QLatin1String("# ")) && lines_[at_].text.trimmed() != QLatin1String("### Reveal")) {
            if (!startsFence(lines_[at_].text)) {
                requirePlain(lines_[at_]);
                prose << lines_[at_++].text;
                continue;
            }
            if (isOurs(lines_[at_].text)) break;
            prose << kFence;
            for (const LessonLine& line : takeFence().lines) prose << line.text;
            prose << kFence;
        }
        const QString text = prose.join(QLatin1Char('\n'));
        if (!text.trimmed().isEmpty()) parts.emplace_back(LessonProse{experiments_.filled(text, first_line)});
    }

    void readFence(const LessonFence& fence, LessonStep& step, bool is_revealed) {
        std::vector<LessonPart>& parts = is_revealed ? step.revealed : step.shown;
        if (LessonExperiments::declares(fence.word)) return;
        if (fence.word == QLatin1String("predict")) {
            if (step.question) refuse(fence.line, QStringLiteral("one question in a step"), QStringLiteral("another"));
            if (is_revealed) refuse(fence.line, QStringLiteral("the question above “### Reveal”"), QStringLiteral("it below"));
            step.question = readQuestion(fence);
        } else if (fence.word == QLatin1String("grids")) {
            parts.emplace_back(readGrids(fence));
        } else if (fence.word == QLatin1String("stepper")) {
            parts.emplace_back(readStepper(fence));
        } else if (fence.word == QLatin1String("channels")) {
            parts.emplace_back(readChannels(fence));
        } else if (fence.word == QLatin1String("smoothing")) {
            parts.emplace_back(
                LessonSmoothing{experiments_.example<SmoothSetting>(fence.argument, fence.line, QStringLiteral("smoothquant"))});
        } else if (fence.word == QLatin1String("methods")) {
            parts.emplace_back(readMethods(fence));
        } else if (fence.word == QLatin1String("chooser")) {
            parts.emplace_back(readChooser(fence));
        } else {
            refuse(fence.line, QStringLiteral("one of %1 after ```").arg(kViews), QStringLiteral("“%1”").arg(fence.word));
        }
    }

    LessonGrids readGrids(const LessonFence& fence) const {
        LessonGrids grids;
        for (const LessonLine& line : fence.lines) {
            if (line.text.trimmed().isEmpty()) continue;
            const bool is_shared = line.text.startsWith(QLatin1String("= "));
            const QString text = (is_shared ? line.text.mid(2) : line.text).trimmed();
            const QString reference = text.section(QLatin1Char(' '), 0, 0);
            const QString title = text.section(QLatin1Char(' '), 1).trimmed();
            grids.grids.push_back({experiments_.filled(title.isEmpty() ? reference : title, line.number),
                                   experiments_.matrix(reference, line.number), is_shared && !grids.grids.empty()});
        }
        if (grids.grids.empty() || grids.grids.size() > kMostParts) {
            refuse(fence.line, QStringLiteral("1 to %1 lines “EXPERIMENT.MATRIX title”").arg(kMostParts),
                   QString::number(grids.grids.size()));
        }
        return grids;
    }

    LessonStepper readStepper(const LessonFence& fence) const {
        LessonStepper stepper;
        stepper.example = experiments_.example<GptqExample>(fence.argument, fence.line, QStringLiteral("gptq"));
        const Index last = static_cast<Index>(stepper.example->states.size()) - 1;
        for (const LessonField& field : lessonFields(fence, name_)) {
            stepper.start = wholeField(field, QStringLiteral("start"), last);
        }
        return stepper;
    }

    Index wholeField(const LessonField& field, const QString& key, Index last) const {
        const std::optional<double> value = lessonNumber(field.value);
        if (field.key != key || !value || *value != std::floor(*value) || *value < 0.0 || *value > static_cast<double>(last)) {
            refuse(field.line, QStringLiteral("“%1: 0” to “%1: %2”").arg(key).arg(last),
                   QStringLiteral("“%1: %2”").arg(field.key, field.value));
        }
        return static_cast<Index>(*value);
    }

    LessonChannels readChannels(const LessonFence& fence) const {
        LessonChannels channels;
        channels.example = experiments_.example<AwqExample>(fence.argument, fence.line, QStringLiteral("awq"));
        for (const LessonField& field : lessonFields(fence, name_)) {
            const QString published = QStringLiteral("published ");
            if (field.key.startsWith(published)) {
                const QString what = field.key.mid(published.size());
                if (!QStringList{QStringLiteral("max"), QStringLiteral("mean"), QStringLiteral("before"), QStringLiteral("after")}.contains(
                        what)) {
                    refuse(field.line, QStringLiteral("published max, mean, before or after"), QStringLiteral("“%1”").arg(field.key));
                }
                channels.published.emplace_back(what, field.value);
            } else {
                channels.channel = wholeField(field, QStringLiteral("channel"), channels.example->input.cols() - 1);
            }
        }
        return channels;
    }

    LessonMethods readMethods(const LessonFence& fence) const {
        LessonMethods methods{lessonTable(fence, name_), {}};
        QStringList known{QStringLiteral("fp16")};
        for (const std::string& name : methodNames()) known << QString::fromStdString(name);
        for (std::size_t row = 0; row < methods.rows.size(); ++row) {
            const QString method = methods.rows[row].takeFirst();
            if (row == 0) continue;
            if (!known.contains(method)) {
                refuse(fence.line, QStringLiteral("first cells among ") + known.join(QStringLiteral(", ")),
                       QStringLiteral("“%1”").arg(method));
            }
            methods.methods.push_back(method);
        }
        if (methods.rows.front().isEmpty()) refuse(fence.line, QStringLiteral("at least two columns"), QStringLiteral("one"));
        return methods;
    }

    LessonChooser readChooser(const LessonFence& fence) const {
        LessonChooser chooser{lessonTable(fence, name_)};
        qsizetype n_questions = 0;
        for (const QString& title : chooser.rows.front()) n_questions += title.endsWith(QLatin1Char('?')) ? 1 : 0;
        if (n_questions == 0 || n_questions == chooser.rows.front().size()) {
            refuse(fence.line, QStringLiteral("some titles ending in “?” and some not"), QStringLiteral("%1 questions").arg(n_questions));
        }
        return chooser;
    }

    LessonQuestion readQuestion(const LessonFence& fence) const;
    bool holds(const QString& condition, int line) const;
    void readTolerance(const QString& text, int line, LessonQuestion& question) const;

    QString name_;
    LessonExperiments experiments_;
    std::vector<LessonLine> lines_;
    std::size_t at_ = 0;
    Lesson lesson_;
};

/// "x" is right, nothing is wrong, "a.b < c.d" is right if the computed numbers say so.
bool LessonReader::holds(const QString& condition, int line) const {
    static const QRegularExpression kComparison(QStringLiteral("^(\\S+)\\s*([<>])\\s*(\\S+)$"));
    if (condition.isEmpty()) return false;
    if (condition == QLatin1String("x")) return true;
    const auto match = kComparison.match(condition);
    if (!match.hasMatch()) refuse(line, QStringLiteral("[x], [ ] or [A < B] before a choice"), QStringLiteral("[%1]").arg(condition));
    const auto valueOf = [&](const QString& term) {
        const std::optional<double> number = lessonNumber(term);
        return number ? *number : experiments_.number(term, line);
    };
    const double left = valueOf(match.captured(1));
    const double right = valueOf(match.captured(3));
    return match.captured(2) == QLatin1String("<") ? left < right : left > right;
}

void LessonReader::readTolerance(const QString& text, int line, LessonQuestion& question) const {
    const bool is_share = text.endsWith(QLatin1Char('%'));
    const std::optional<double> value = lessonNumber(is_share ? text.chopped(1) : text);
    if (!value || *value <= 0.0) refuse(line, QStringLiteral("“tolerance: 10 %” or “tolerance: 0.5”"), QStringLiteral("“%1”").arg(text));
    question.tolerance = is_share ? std::abs(*question.number) * *value / 100.0 : *value;
}

LessonQuestion LessonReader::readQuestion(const LessonFence& fence) const {
    static const QRegularExpression kChoice(QStringLiteral("^[-*] \\[([^\\[\\]]*(?:\\[[^\\[\\]]*\\][^\\[\\]]*)*)\\]\\s+(.+)$"));
    static const QRegularExpression kField(QStringLiteral("^(answer|tolerance):\\s*(.+)$"));
    LessonQuestion question;
    QStringList text;
    QString tolerance = QStringLiteral("10 %");
    int tolerance_line = fence.line;
    for (const LessonLine& line : fence.lines) {
        if (const auto choice = kChoice.match(line.text); choice.hasMatch()) {
            if (holds(choice.captured(1).trimmed(), line.number)) {
                if (question.right >= 0) refuse(line.number, QStringLiteral("one choice that is right"), QStringLiteral("another"));
                question.right = static_cast<int>(question.choices.size());
            }
            question.choices << experiments_.filled(choice.captured(2).trimmed(), line.number);
        } else if (const auto field = kField.match(line.text); field.hasMatch()) {
            if (field.captured(1) == QLatin1String("answer")) {
                question.number = experiments_.number(field.captured(2).trimmed(), line.number);
            } else {
                tolerance = field.captured(2).trimmed();
                tolerance_line = line.number;
            }
        } else {
            text << experiments_.filled(line.text.trimmed(), line.number);
        }
    }
    question.text = text.join(QLatin1Char(' ')).simplified();
    if (question.text.isEmpty()) refuse(fence.line, QStringLiteral("a question"), QStringLiteral("none"));
    if (question.number.has_value() != question.choices.isEmpty()) {
        refuse(fence.line, QStringLiteral("either “answer: EXPERIMENT.NUMBER” or choices “- [x] …”"),
               question.number ? QStringLiteral("both") : QStringLiteral("neither"));
    }
    if (question.number) readTolerance(tolerance, tolerance_line, question);
    if (!question.number && (question.right < 0 || question.choices.size() < 2 || question.choices.size() > 8)) {
        refuse(fence.line, QStringLiteral("2 to 8 choices, one of them right"),
               question.right < 0 ? QStringLiteral("none right") : QStringLiteral("%1 choices").arg(question.choices.size()));
    }
    return question;
}

}  // namespace

Lesson readLesson(const QByteArray& utf8, const QString& name) {
    if (utf8.size() > kMostLessonBytes) {
        refuseLesson(name, 1, QStringLiteral("at most %1 bytes").arg(kMostLessonBytes), QString::number(utf8.size()));
    }
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder.decode(utf8);
    if (decoder.hasError() || text.contains(QChar(0)))
        refuseLesson(name, 1, QStringLiteral("a text in UTF-8"), QStringLiteral("other bytes"));
    return LessonReader(text, name).read();
}

Verdict judge(const LessonQuestion& question, const QString& answer) {
    if (answer.trimmed().isEmpty()) return Verdict::NoAnswer;
    if (!question.number) return answer.toInt() == question.right ? Verdict::Right : Verdict::Wrong;
    const bool is_percent = answer.trimmed().endsWith(QLatin1Char('%'));
    const std::optional<double> value = lessonNumber(is_percent ? answer.trimmed().chopped(1) : answer);
    if (!value) return Verdict::NoAnswer;
    const double given = is_percent ? *value / 100.0 : *value;
    return std::abs(given - *question.number) <= question.tolerance ? Verdict::Right : Verdict::Wrong;
}

std::optional<QString> LessonProgress::answerTo(int of_step) const {
    for (const Revealed& one : revealed) {
        if (one.step == of_step) return one.answer;
    }
    return std::nullopt;
}

}  // namespace salient
