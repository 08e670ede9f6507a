#include <QFile>
#include <QIODevice>
#include <QRegularExpression>
#include <QStringList>
#include <QTest>
#include <cmath>
#include <filesystem>
#include <vector>

#include "core/io/json_file.h"
#include "tests/support/places.h"
#include "widgets/lesson.h"
#include "widgets/lesson_experiments.h"
#include "widgets/value_text.h"

using namespace salient;

namespace {

const QByteArray kToy =
    "```gptq toy\n"
    "weight:\n"
    "  0.5 -0.25\n"
    "  0.125 1\n"
    "input:\n"
    "  1 0.5\n"
    "  0.5 1\n"
    "bits: 3\n"
    "```\n";

QByteArray bundled(const QString& name) {
    QFile file(QString::fromStdString((salient::test::resourceFolder() / "lessons/").string()) + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString errorOf(const QByteArray& text) {
    try {
        static_cast<void>(readLesson(text, QStringLiteral("bad.md")));
    } catch (const Error& error) {
        return error.code() == ErrorCode::Format ? QString::fromUtf8(error.what()) : QStringLiteral("not a Format error");
    }
    return QStringLiteral("no error");
}

/// The text of a step as it would be shown.
QString proseOf(const std::vector<LessonPart>& parts) {
    QString text;
    for (const LessonPart& part : parts) {
        if (const auto* prose = std::get_if<LessonProse>(&part)) text += prose->markdown;
    }
    return text;
}

LessonFence fenceIn(const QByteArray& lesson, const QString& head) {
    LessonFence fence;
    const QStringList lines = QString::fromUtf8(lesson).split(QLatin1Char('\n'));
    qsizetype at = lines.indexOf(QStringLiteral("```") + head);
    fence.line = static_cast<int>(at) + 1;
    fence.word = head.section(QLatin1Char(' '), 0, 0);
    fence.argument = head.section(QLatin1Char(' '), 1);
    for (++at; lines[at] != QLatin1String("```"); ++at) fence.lines.push_back({static_cast<int>(at) + 1, lines[at]});
    return fence;
}

/// Every part of one kind, shown or revealed.
template <class Part>
std::vector<Part> partsOf(const Lesson& lesson) {
    std::vector<Part> found;
    for (const LessonStep& step : lesson.steps) {
        for (const auto* parts : {&step.shown, &step.revealed}) {
            for (const LessonPart& part : *parts) {
                if (const auto* one = std::get_if<Part>(&part)) found.push_back(*one);
            }
        }
    }
    return found;
}

bool areEqual(const Matrix& a, const Matrix& b) { return a.rows() == b.rows() && a.cols() == b.cols() && a == b; }

/// The lesson and its German twin.
void addTwins(const char* name) {
    QTest::addColumn<QString>("file");
    QTest::newRow("English") << QString::fromLatin1(name);
    QTest::newRow("German") << QStringLiteral("de/") + QString::fromLatin1(name);
}

}  // namespace

class TestLessonReader : public QObject {
    Q_OBJECT

private slots:
    void readsTitleSummaryStepsAndWhatIsHidden() {
        const Lesson lesson = readLesson("# A title\n\nSome\nsummary.\n\n" + kToy +
                                             "\n## One\nText.\n\n```predict\nHow much?\nanswer: toy.loss\n```\n### Reveal\nThere.\n"
                                             "## Two\nMore.\n",
                                         QStringLiteral("good.md"));
        QCOMPARE(lesson.title, QStringLiteral("A title"));
        QCOMPARE(lesson.summary, QStringLiteral("Some summary."));
        QCOMPARE(lesson.steps.size(), std::size_t{2});
        QVERIFY(lesson.steps[0].hidesSomething());
        QVERIFY(!lesson.steps[1].hidesSomething());
        QCOMPARE(proseOf(lesson.steps[0].shown), QStringLiteral("Text.\n"));
        QCOMPARE(proseOf(lesson.steps[0].revealed).trimmed(), QStringLiteral("There."));
        QCOMPARE(lesson.steps[0].question->text, QStringLiteral("How much?"));
        QVERIFY(lesson.steps[0].question->tolerance > 0.0);
    }

    void numbersInTheTextAreComputedAndMayStandBeforeTheirExperiment() {
        const Lesson lesson =
            readLesson("# T\n{toy.weight[0,1]} first\n## S\nloss {toy.loss:5}, {toy.relative_error:%}, {not a reference}, {x}\n" + kToy,
                       QStringLiteral("good.md"));
        QCOMPARE(lesson.summary, QStringLiteral("−0.25 first"));
        GridSpec grid;
        grid.bits = 3;
        grid.group_size = -1;
        Matrix weight(2, 2);
        Matrix input(2, 2);
        weight << 0.5F, -0.25F, 0.125F, 1.0F;
        input << 1.0F, 0.5F, 0.5F, 1.0F;
        const GptqExample example = workGptq(weight, exampleHessian(input), grid, 0.01);
        QVERIFY(proseOf(lesson.steps[0].shown).startsWith(QStringLiteral("loss %1, ").arg(numberText(example.states.back().loss, 5))));
        QVERIFY(proseOf(lesson.steps[0].shown).contains(QStringLiteral("{not a reference}, {x}")));
    }

    void aChoiceIsRightWhenTheNumbersSaySo() {
        const QByteArray question =
            "# T\n## S\n```predict\nWhich?\n- [toy.loss > 1e6] GPTQ\n- [toy.loss < 1e6] neither [x]\n- [ ] wrong\n```\n";
        const Lesson lesson = readLesson(question + kToy, QStringLiteral("good.md"));
        const LessonQuestion& asked = *lesson.steps[0].question;
        QCOMPARE(asked.choices, (QStringList{QStringLiteral("GPTQ"), QStringLiteral("neither [x]"), QStringLiteral("wrong")}));
        QCOMPARE(asked.right, 1);
        QCOMPARE(judge(asked, QStringLiteral("1")), Verdict::Right);
        QCOMPARE(judge(asked, QStringLiteral("0")), Verdict::Wrong);
        QCOMPARE(judge(asked, QString()), Verdict::NoAnswer);
    }

    void anAnswerIsJudgedWithinItsTolerance_data() {
        QTest::addColumn<QString>("answer");
        QTest::addColumn<int>("verdict");
        QTest::newRow("exact") << QStringLiteral("0.5") << int(Verdict::Right);
        QTest::newRow("comma") << QStringLiteral("0,5") << int(Verdict::Right);
        QTest::newRow("percent") << QStringLiteral("52 %") << int(Verdict::Right);
        QTest::newRow("edge inside") << QStringLiteral("0.549") << int(Verdict::Right);
        QTest::newRow("edge outside") << QStringLiteral("0.551") << int(Verdict::Wrong);
        QTest::newRow("real minus") << QStringLiteral("−0.5") << int(Verdict::Wrong);
        QTest::newRow("nothing") << QStringLiteral("  ") << int(Verdict::NoAnswer);
        QTest::newRow("words") << QStringLiteral("a lot") << int(Verdict::NoAnswer);
        QTest::newRow("infinite") << QStringLiteral("inf") << int(Verdict::NoAnswer);
    }
    void anAnswerIsJudgedWithinItsTolerance() {
        QFETCH(QString, answer);
        QFETCH(int, verdict);
        LessonQuestion question;
        question.number = 0.5;
        question.tolerance = 0.05;
        QCOMPARE(int(judge(question, answer)), verdict);
    }

    void aMalformedLessonGivesItsLineAndWhatWasExpected_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("message");
        const auto add = [](const char* name, const QByteArray& text, const char* message) {
            QTest::newRow(name) << text << QStringLiteral("bad.md, line ") + QString::fromUtf8(message);
        };
        add("empty", "", "1: expected “# ” and the lesson's title, found an empty file");
        add("no title", "\nText\n", "2: expected “# ” and the lesson's title, found “Text”");
        add("two titles", "# A\n## B\nx\n# C\n", "4: expected one title, found “# C”");
        add("no step", "# A\nB\n", "3: expected a step, “## …”, found the end of the file");
        add("empty step", "# A\n## B\n\n## C\nx\n", "2: expected text below “B”, found none");
        add("open fence", "# A\n## B\n```grids\ntoy.weight\n", "3: expected a closing ```, found the end of the file");
        add("unknown block", "# A\n## B\n```python\nx\n```\n",
            "3: expected one of grids, stepper, channels, smoothing, methods, chooser, predict, gptq, awq, smoothquant after ```, found "
            "“python”");
        add("view before a step", "# A\n```grids\ntoy.weight\n```\n## B\nx\n", "2: expected a step, “## …”, first, found ```grids");
        add("unknown experiment", "# A\n## B\n{foo.loss}\n",
            "3: expected EXPERIMENT.VALUE of an experiment of this lesson, found “foo.loss”");
        add("line of a reference", "# A\n## B\nx\n\ny {foo.loss}\n",
            "5: expected EXPERIMENT.VALUE of an experiment of this lesson, found “foo.loss”");
        add("unknown number", "# A\n" + kToy + "## B\n{toy.lost}\n",
            "12: expected a number: loss, nearest_loss, nearest_relative_error, relative_error, "
            "step0.loss, step1.loss, step2.loss, found “toy.lost”");
        add("entry outside", "# A\n## B\n{toy.weight[2,0]}\n" + kToy, "3: expected an entry of 2 × 2, found “toy.weight[2,0]”");
        add("vector index of a matrix", "# A\n## B\n{toy.weight[1]}\n" + kToy, "3: expected an entry of 2 × 2, found “toy.weight[1]”");
        add("format", "# A\n## B\n{toy.loss:12}\n" + kToy, "3: expected 1 to 9 digits, or “%”, after “:”, found “12”");
        add("name", "# A\n```gptq My\nweight:\n1\ninput:\n1\n```\n", "2: expected a name in lower case after “gptq”, found “My”");
        add("name again", kToy + kToy + "# A\n", "10: expected a new name, found “toy” again");
        add("no weight", "```awq a\ninput:\n 1 2\n```\n", "1: expected “weight:”, found none");
        add("ragged", "```awq a\nweight:\n 1 2\n 3\n", "1: expected a closing ```, found the end of the file");
        add("ragged matrix", "```awq a\nweight:\n 1 2\n 3\n```\n", "4: expected 2 numbers, as in the first row, found 1");
        add("no number", "```awq a\nweight:\n 1 x2\n```\n", "3: expected a number of at most 1e6, found “x2”");
        add("not a number", "```awq a\nweight:\n 1 nan\n```\n", "3: expected a number of at most 1e6, found “nan”");
        add("too large a number", "```awq a\nweight:\n 1 1e30\n```\n", "3: expected a number of at most 1e6, found “1e30”");
        add("key", "```awq a\nweight:\n 1\ninput:\n 1\nbit: 3\n```\n",
            "6: expected one of weight, input, bits, group, symmetric, ratio, found “bit:”");
        add("key twice", "```awq a\nbits: 3\nbits: 4\n```\n", "3: expected “bits:” once, found it again");
        add("bits", "```awq a\nweight:\n 1\ninput:\n 1\nbits: 9\n```\n", "6: expected “bits:” and a number from 2 to 8, found “9”");
        add("half bits", "```awq a\nweight:\n 1\ninput:\n 1\nbits: 3.5\n```\n", "6: expected “bits:” and a whole number, found 3.5");
        add("word", "```awq a\nweight:\n 1\ninput:\n 1\nsymmetric: true\n```\n",
            "6: expected “symmetric: yes” or “symmetric: no”, found “true”");
        add("shapes", "```awq a\nweight:\n 1 2\ninput:\n 1 2 3\n```\n",
            "1: expected an experiment that can be computed, found worked example: weight: expected rows of 3 numbers, one per input "
            "channel, "
            "found 1 of 2");
        add("stray line", "```awq a\n 1 2\n```\n", "2: expected “key: value”, found “1 2”");
        add("grids", "# A\n## B\n```grids\n```\n", "3: expected 1 to 24 lines “EXPERIMENT.MATRIX title”, found 0");
        add("matrix", "# A\n## B\n```grids\ntoy.loss L\n```\n" + kToy,
            "4: expected a matrix: error, hessian, input, nearest, nearest_error, rounded, step0.error, step0.pending, step0.u, "
            "step0.updated, step1.error, "
            "step1.pending, step1.u, step1.updated, step2.pending, step2.u, step2.updated, u, weight, found “toy.loss”");
        add("wrong kind", "# A\n## B\n```channels toy\n```\n" + kToy, "3: expected the name of a awq experiment, found “toy”");
        add("start", "# A\n## B\n```stepper toy\nstart: 3\n```\n" + kToy, "4: expected “start: 0” to “start: 2”, found “start: 3”");
        add("reveal twice", "# A\n## B\nx\n### Reveal\ny\n### Reveal\n", "6: expected “### Reveal” once in a step, found it again");
        add("question below", "# A\n## B\nx\n### Reveal\n```predict\nq\nanswer: toy.loss\n```\n" + kToy,
            "5: expected the question above “### Reveal”, found it below");
        add("two questions", "# A\n## B\n```predict\nq\nanswer: toy.loss\n```\n```predict\nq\nanswer: toy.loss\n```\n" + kToy,
            "7: expected one question in a step, found another");
        add("question without answer", "# A\n## B\n```predict\nq\n```\n",
            "3: expected either “answer: EXPERIMENT.NUMBER” or choices “- [x] …”, found neither");
        add("no right choice", "# A\n## B\n```predict\nq\n- [ ] a\n- [ ] b\n```\n",
            "3: expected 2 to 8 choices, one of them right, found none right");
        add("two right choices", "# A\n## B\n```predict\nq\n- [x] a\n- [x] b\n```\n",
            "6: expected one choice that is right, found another");
        add("condition", "# A\n## B\n```predict\nq\n- [maybe] a\n- [x] b\n```\n",
            "5: expected [x], [ ] or [A < B] before a choice, found [maybe]");
        add("tolerance", "# A\n## B\n```predict\nq\nanswer: toy.loss\ntolerance: some\n```\n" + kToy,
            "6: expected “tolerance: 10 %” or “tolerance: 0.5”, found “some”");
        add("method", "# A\n## B\n```methods\n| m | a |\n| ggml | 1 |\n```\n",
            "3: expected first cells among fp16, rtn, gptq, awq, smoothquant, awq+gptq, smoothquant+gptq, w8a8, found “ggml”");
        add("table", "# A\n## B\n```chooser\n| a? | b |\n| 1 |\n```\n", "5: expected 2 cells, as in the first row, found 1");
        add("no questions", "# A\n## B\n```chooser\n| a | b |\n| 1 | 2 |\n```\n",
            "3: expected some titles ending in “?” and some not, found 0 questions");
        add("not UTF-8", "# A\xff\n", "1: expected a text in UTF-8, found other bytes");
        add("long line", "# A\n## B\n" + QByteArray(2001, 'x') + "\n", "3: expected at most 2000 characters, found 2001");
        add("nested quotations", "# A\n## B\n" + QByteArray(1000, '>') + "x\n",
            "3: expected at most 16 quotations or lists inside each other, found more");
        add("nested lists", "# A\n## B\n" + QByteArray("- ").repeated(40) + "x\n",
            "3: expected at most 16 quotations or lists inside each other, found more");
        add("wide table", "# A\n## B\n" + QByteArray("|a").repeated(500) + "|\n", "3: expected at most 32 columns, found more");
        add("too many bytes", "# A\n## B\n" + QByteArray("x\n").repeated(32768), "1: expected at most 65536 bytes, found 65545");
        add("too many rows", "```awq a\nweight:\n" + QByteArray(" 1\n").repeated(33) + "```\n", "2: expected at most 32 rows, found 33");
        add("too many columns", "```awq a\nweight:\n" + QByteArray(" 1").repeated(33) + "\n```\n",
            "3: expected at most 32 numbers, found 33");
        QByteArray many = "# A\n";
        for (int i = 0; i < 61; ++i) many += "## S\nx\n";
        add("too many steps", many, "122: expected at most 60 steps, found one more");
        QByteArray experiments = "# A\n";
        for (int i = 0; i < 21; ++i) experiments += "```awq a" + QByteArray::number(i) + "\nweight:\n 1\ninput:\n 1\n```\n";
        add("too many experiments", experiments, "122: expected at most 20 experiments, found one more");
    }
    void aMalformedLessonGivesItsLineAndWhatWasExpected() {
        QFETCH(QByteArray, text);
        QFETCH(QString, message);
        QCOMPARE(errorOf(text), message);
    }

    void everyPrefixOfALessonIsReadOrRefused() {
        const QByteArray whole = bundled(QStringLiteral("awq.md"));
        QVERIFY(!whole.isEmpty());
        for (qsizetype size = 0; size < whole.size(); size += 97) {
            const QString error = errorOf(whole.left(size));  // another exception would end the test
            QVERIFY2(error.startsWith(QLatin1String("bad.md, line")) || error == QLatin1String("no error"), qPrintable(error));
        }
    }

    void everyBundledLessonIsReadAndQuotesNothingTwice_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gptq.md", "awq.md", "smoothquant.md", "methods.md", "chooser.md"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void everyBundledLessonIsReadAndQuotesNothingTwice() {
        QFETCH(QString, name);
        const Lesson lesson = readLesson(bundled(name), name);
        QVERIFY(lesson.summary.size() > 60);
        QVERIFY(lesson.steps.size() >= 2);
        bool asks = false;
        for (const LessonStep& step : lesson.steps) {
            asks = asks || step.question.has_value();
            for (const auto* parts : {&step.shown, &step.revealed})
                QVERIFY2(!proseOf(*parts).contains(QLatin1Char('{')), qPrintable(step.title));
        }
        QVERIFY(asks);
    }

    void theNumbersOfEveryLessonAreThoseOfAnIndependentProgram() {
        const Json expected = readJson(salient::test::testDataFolder() / "lessons/expected.json");
        std::size_t n_compared = 0;
        for (const auto& [file, experiments] : expected.items()) {
            const QByteArray text = bundled(QString::fromStdString(file));
            for (const auto& [name, values] : experiments.items()) {
                LessonExperiments computed(QString::fromStdString(file));
                QString head;
                for (const char* word : {"gptq ", "awq ", "smoothquant "}) {
                    const QString candidate = QLatin1String(word) + QString::fromStdString(name);
                    if (text.contains("```" + candidate.toUtf8() + "\n")) head = candidate;
                }
                computed.add(fenceIn(text, head));
                for (const auto& [key, value] : values.items()) {
                    const QString reference = QString::fromStdString(name + "." + key);
                    if (value.is_number()) {
                        const double number = computed.number(reference, 1);
                        // float32 solver against double: sums of some dozen terms. A share of energy is a difference of close numbers.
                        QVERIFY2(std::abs(number - value.get<double>()) <= 2e-5 * std::abs(value.get<double>()) + 1e-9,
                                 qPrintable(QStringLiteral("%1: %2, expected %3").arg(reference).arg(number).arg(value.get<double>())));
                        ++n_compared;
                        continue;
                    }
                    const Matrix& matrix = computed.matrix(reference, 1);
                    QCOMPARE(static_cast<std::size_t>(matrix.rows()), value.size());
                    double largest = 0.0;
                    for (const auto& row : value) {
                        for (const auto& entry : row) largest = std::max(largest, std::abs(entry.get<double>()));
                    }
                    // A difference of floats of about 1 (channel errors) is off by their last bits, however small it is.
                    const double tolerance = 5e-6 * largest + 4.0 * static_cast<double>(std::numeric_limits<float>::epsilon());
                    for (Index row = 0; row < matrix.rows(); ++row) {
                        QCOMPARE(static_cast<std::size_t>(matrix.cols()), value[row].size());
                        for (Index column = 0; column < matrix.cols(); ++column) {
                            const double entry = value[row][column].get<double>();
                            QVERIFY2(std::abs(static_cast<double>(matrix(row, column)) - entry) <= tolerance,
                                     qPrintable(QStringLiteral("%1[%2,%3]: %4, expected %5")
                                                    .arg(reference)
                                                    .arg(row)
                                                    .arg(column)
                                                    .arg(matrix(row, column))
                                                    .arg(entry)));
                            ++n_compared;
                        }
                    }
                }
            }
        }
        QVERIFY2(n_compared > 400, qPrintable(QString::number(n_compared)));
    }

    // What introductions print, typed here from them: expected.json follows the lessons, so it cannot hold them to anything.
    void gptqIsWorkedOnThePublishedMatrix_data() { addTwins("gptq.md"); }
    void gptqIsWorkedOnThePublishedMatrix() {
        QFETCH(QString, file);
        Matrix published(4, 4);
        published << 0.0312F, -0.0187F, 0.0456F, -0.0089F,  //
            -0.0234F, 0.0401F, -0.0156F, 0.0278F,           //
            0.0178F, -0.0345F, 0.0289F, -0.0198F,           //
            -0.0401F, 0.0156F, -0.0367F, 0.0423F;
        const std::vector<LessonStepper> steppers = partsOf<LessonStepper>(readLesson(bundled(file), file));
        QVERIFY(!steppers.empty());
        for (const LessonStepper& stepper : steppers) QVERIFY(areEqual(stepper.example->weight, published));
    }

    void awqReachesThePublishedFigures_data() { addTwins("awq.md"); }
    void awqReachesThePublishedFigures() {
        QFETCH(QString, file);
        const std::vector<LessonChannels> all = partsOf<LessonChannels>(readLesson(bundled(file), file));
        QVERIFY(!all.empty());
        for (const LessonChannels& channels : all) {
            QCOMPARE(channels.channel, Index{2});
            const AwqExample& ours = *channels.example;
            QCOMPARE(ours.input.rows(), Index{8});
            QCOMPARE(ours.input.cols(), Index{8});
            QCOMPARE(ours.max_abs[2], 5.3F);
            QVERIFY(std::abs(ours.mean_abs[2] - 4.99F) < 1e-5F);
            QVERIFY2(std::abs(ours.error_before[2] - 0.47) < 0.005, qPrintable(QString::number(ours.error_before[2])));
            QVERIFY2(std::abs(ours.error_after[2] - 0.05) < 0.005, qPrintable(QString::number(ours.error_after[2])));
            QStringList quoted;
            for (const auto& [what, figure] : channels.published)
                quoted << what + QLatin1Char(' ') + QString(figure).replace(QLatin1Char(','), QLatin1Char('.'));
            QCOMPARE(quoted, (QStringList{QStringLiteral("max 5.3"), QStringLiteral("mean 4.99"), QStringLiteral("before 0.47"),
                                          QStringLiteral("after 0.05")}));
        }
    }

    void smoothquantIsWorkedOnThePublishedInput_data() { addTwins("smoothquant.md"); }
    void smoothquantIsWorkedOnThePublishedInput() {
        QFETCH(QString, file);
        Matrix published(4, 4);
        published << 0.5F, 0.3F, 48.2F, 0.8F,  //
            0.4F, 0.6F, 52.1F, 0.5F,           //
            0.7F, 0.2F, 45.7F, 0.9F,           //
            0.3F, 0.5F, 50.8F, 0.6F;
        const std::vector<float> largest{0.7F, 0.6F, 52.1F, 0.9F};
        const std::vector<LessonSmoothing> all = partsOf<LessonSmoothing>(readLesson(bundled(file), file));
        QVERIFY(!all.empty());
        for (const LessonSmoothing& smoothing : all) {
            const SmoothSetting& setting = *smoothing.setting;
            QVERIFY(areEqual(setting.input, published));
            const SmoothExample plain = workSmooth(setting.input, setting.weight, {}, setting.activations, setting.is_per_row);
            QCOMPARE(plain.input_max, largest);
        }
    }

    void theMethodTableQuotesThePublishedFigures_data() { addTwins("methods.md"); }
    void theMethodTableQuotesThePublishedFigures() {
        QFETCH(QString, file);
        const std::vector<LessonMethods> all = partsOf<LessonMethods>(readLesson(bundled(file), file));
        QCOMPARE(all.size(), std::size_t{1});
        const QStringList methods(all[0].methods.begin(), all[0].methods.end());
        QCOMPARE(methods.join(QLatin1Char(' ')), QStringLiteral("fp16 rtn gptq awq smoothquant"));
        QStringList rows;
        for (std::size_t row = 1; row < all[0].rows.size(); ++row) rows << all[0].rows[row].join(QStringLiteral(" | "));
        // The twin writes a decimal comma and its own word for "bits"; the separator of a list is a comma and a space in both.
        static const QRegularExpression kDecimalComma(QStringLiteral("(\\d),(\\d)"));
        rows.replaceInStrings(kDecimalComma, QStringLiteral("\\1.\\2"));
        rows.replaceInStrings(QStringLiteral("8 Bit"), QStringLiteral("8 bits"));
        QCOMPARE(rows, (QStringList{QStringLiteral("FP16 | – | 16 | 5.47"), QStringLiteral("RTN | 0 | W4, W8 | 7.2 (8 bits: 5.52)"),
                                    QStringLiteral("GPTQ | 128 | W4, W3, W2 | 5.67"), QStringLiteral("AWQ | 128 | W4 | 5.60"),
                                    QStringLiteral("SmoothQuant | 512 | W8A8 | 5.73")}));
    }
};

QTEST_APPLESS_MAIN(TestLessonReader)
#include "tst_lesson_reader.moc"
