#include <QFile>
#include <QGridLayout>
#include <QIODevice>
#include <QLabel>
#include <QLineEdit>
#include <QList>
#include <QListWidget>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSlider>
#include <QStringList>
#include <QTest>
#include <QToolButton>
#include <algorithm>
#include <string>
#include <vector>

#include "core/exporter/gguf/weights.h"
#include "core/quant/method.h"
#include "tests/support/places.h"
#include "widgets/awq_example_view.h"
#include "widgets/chooser_view.h"
#include "widgets/gptq_example_view.h"
#include "widgets/lesson_panel.h"
#include "widgets/lesson_text.h"
#include "widgets/lessons_panel.h"
#include "widgets/method_table_view.h"
#include "widgets/number_grid.h"
#include "widgets/question_box.h"
#include "widgets/smooth_example_view.h"
#include "widgets/step_dots.h"

using namespace salient;

namespace {

std::shared_ptr<const Lesson> bundled(const QString& name) {
    QFile file(QString::fromStdString((salient::test::resourceFolder() / "lessons/").string()) + name);
    if (!file.open(QIODevice::ReadOnly)) return nullptr;
    return std::make_shared<const Lesson>(readLesson(file.readAll(), name));
}

template <class Part>
Part partOf(const Lesson& lesson) {
    for (const LessonStep& step : lesson.steps) {
        for (const auto* parts : {&step.shown, &step.revealed}) {
            for (const LessonPart& part : *parts) {
                if (const auto* found = std::get_if<Part>(&part)) return *found;
            }
        }
    }
    return {};
}

void addChoosers() {
    QTest::addColumn<QString>("file");
    QTest::newRow("English") << QStringLiteral("chooser.md");
    QTest::newRow("German") << QStringLiteral("de/chooser.md");
}

int stepWithQuestion(const Lesson& lesson, bool with_number) {
    for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
        if (lesson.steps[i].question && lesson.steps[i].question->number.has_value() == with_number) return static_cast<int>(i);
    }
    return -1;
}

struct Shown {
    std::shared_ptr<const Lesson> lesson = bundled(QStringLiteral("gptq.md"));
    LessonPanel panel;
    QSignalSpy progress{&panel, &LessonPanel::progressChanged};

    Shown() {
        panel.resize(1000, 700);
        panel.setLesson(lesson, {});
        panel.show();
        panel.setFocus();
    }
    void press(Qt::Key key) { QTest::keyClick(QApplication::focusWidget() != nullptr ? QApplication::focusWidget() : &panel, key); }
};

}  // namespace

class TestLessonPanel : public QObject {
    Q_OBJECT

private slots:
    void keysTurnTheSteps() {
        Shown shown;
        QVERIFY(QTest::qWaitForWindowActive(&shown.panel));
        const int last = static_cast<int>(shown.lesson->steps.size()) - 1;
        const auto after = [&shown](Qt::Key key) {
            shown.press(key);
            return shown.panel.progress().step;
        };
        QCOMPARE(after(Qt::Key_Left), 0);
        QCOMPARE(after(Qt::Key_Right), 1);
        QCOMPARE(after(Qt::Key_PageDown), 2);
        QCOMPARE(after(Qt::Key_PageUp), 1);
        QCOMPARE(after(Qt::Key_Left), 0);
        QCOMPARE(after(Qt::Key_End), last);
        QCOMPARE(after(Qt::Key_Right), last);
        QCOMPARE(after(Qt::Key_Home), 0);
        QCOMPARE(shown.progress.count(), 6);
    }

    void dotsAndButtonsTurnThem() {
        Shown shown;
        auto* dots = shown.panel.findChild<StepDots*>();
        QTest::mouseClick(dots, Qt::LeftButton, {}, dots->dotRect(3).center());
        QCOMPARE(shown.panel.progress().step, 3);
        for (QPushButton* button : shown.panel.findChildren<QPushButton*>()) {
            if (button->text() == QLatin1String("&Back")) button->click();
        }
        QCOMPARE(shown.panel.progress().step, 2);
    }

    void aNumberIsPredictedRevealedByReturnAndKept() {
        Shown shown;
        const int step = stepWithQuestion(*shown.lesson, true);
        shown.panel.goTo(step);
        const auto n_texts = shown.panel.findChildren<LessonText*>().size();
        auto* field = shown.panel.question()->findChild<QLineEdit*>();
        field->setFocus();
        QTest::keyClicks(field, QStringLiteral("12"));
        QTest::keyClick(field, Qt::Key_Left);  // moves in the field, turns no page
        QCOMPARE(shown.panel.progress().step, step);
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(shown.panel.question()->isRevealed());
        QVERIFY(shown.panel.question()->verdictText().startsWith(QStringLiteral("Not quite.")));
        QVERIFY(shown.panel.findChildren<LessonText*>().size() > n_texts);
        QCOMPARE(*shown.panel.progress().answerTo(step), QStringLiteral("12"));

        LessonPanel again;  // as after a restart of the program
        again.setLesson(shown.lesson, shown.panel.progress());
        QCOMPARE(again.progress().step, step);
        QVERIFY(again.question()->isRevealed());
        QCOMPARE(again.question()->findChild<QLineEdit*>()->text(), QStringLiteral("12"));
        again.restart();
        QCOMPARE(again.progress(), LessonProgress{});
        QCOMPARE(again.findChildren<QuestionBox*>().size(), qsizetype{0});
    }

    void theRightAnswerIsSaidToBeRight() {
        Shown shown;
        const int step = stepWithQuestion(*shown.lesson, false);
        shown.panel.goTo(step);
        const LessonQuestion& question = *shown.lesson->steps[static_cast<std::size_t>(step)].question;
        shown.panel.question()->findChildren<QRadioButton*>()[question.right]->setChecked(true);
        shown.panel.setFocus();
        QTest::keyClick(&shown.panel, Qt::Key_Return);
        QVERIFY(shown.panel.question()->verdictText().startsWith(QStringLiteral("Right.")));
    }

    void revealingWithoutAnAnswerIsNoMistake() {
        Shown shown;
        shown.panel.goTo(stepWithQuestion(*shown.lesson, true));
        shown.panel.reveal();
        QVERIFY(shown.panel.question()->verdictText().startsWith(QStringLiteral("What comes out:")));
        QCOMPARE(*shown.panel.progress().answerTo(shown.panel.progress().step), QString());
    }

    void nothingHiddenIsShownBeforeItIsRevealed() {
        Shown shown;
        for (int step = 0; step < static_cast<int>(shown.lesson->steps.size()); ++step) {
            shown.panel.goTo(step);
            QStringList texts;
            for (const LessonText* text : shown.panel.findChildren<LessonText*>()) texts << text->toPlainText();
            for (const LessonPart& part : shown.lesson->steps[static_cast<std::size_t>(step)].revealed) {
                const auto* prose = std::get_if<LessonProse>(&part);
                if (prose != nullptr) QVERIFY(!texts.join(QLatin1Char(' ')).contains(prose->markdown.trimmed().left(20)));
            }
        }
    }

    void viewsStandBesideTheTextWhereThereIsRoom() {
        Shown shown;
        shown.panel.resize(1400, 700);
        QVERIFY(shown.panel.isBeside());
        shown.panel.resize(500, 700);
        QVERIFY(!shown.panel.isBeside());
    }

    void gptqGoesForwardsAndBackwardsAndSpeaksOfTheChosenRow() {
        GptqExampleView view(partOf<LessonStepper>(*bundled(QStringLiteral("gptq.md"))));
        view.show();
        view.setFocus();
        const auto after = [&view](Qt::Key key) {
            QTest::keyClick(&view, key);
            return view.position();
        };
        QCOMPARE(after(Qt::Key_Right), Index{1});
        QCOMPARE(after(Qt::Key_Right), Index{2});
        QCOMPARE(after(Qt::Key_Left), Index{1});
        const QList<NumberGrid*> grids = view.findChildren<NumberGrid*>();
        const auto grid = [&grids](const QString& start) {
            for (NumberGrid* one : grids) {
                if (one->title().startsWith(start)) return one;
            }
            return static_cast<NumberGrid*>(nullptr);
        };
        QCOMPARE(grid(QStringLiteral("Ŵ"))->cellText(0, 1), QString());  // not rounded yet
        QVERIFY(!grid(QStringLiteral("Ŵ"))->cellText(0, 0).isEmpty());
        QCOMPARE(grid(QStringLiteral("Update"))->cellText(0, 0), QString());  // done: nothing pending
        QTest::mouseClick(grid(QStringLiteral("W,")), Qt::LeftButton, {}, grid(QStringLiteral("W,"))->cellRect(2, 3).center());
        QCOMPARE(view.row(), Index{2});
        QCOMPARE(after(Qt::Key_End), Index{4});
        QCOMPARE(after(Qt::Key_Right), Index{4});
        QCOMPARE(grid(QStringLiteral("Update"))->cellText(3, 3), QString());
        QCOMPARE(after(Qt::Key_Home), Index{0});
    }

    void awqTellsOfTheChannelThatIsClicked() {
        const LessonChannels channels = partOf<LessonChannels>(*bundled(QStringLiteral("awq.md")));
        AwqExampleView view(channels);
        QCOMPARE(view.channel(), Index{2});
        const auto texts = [&view] {
            QStringList all;
            for (const QLabel* label : view.findChildren<QLabel*>()) all << label->text();
            return all;
        };
        QVERIFY(texts().contains(QStringLiteral("Channel 2")));
        // "Here" and "Published" each, or the quoted column alone would do.
        auto* figures = view.findChild<QGridLayout*>();
        QVERIFY(figures != nullptr);
        const auto figure = [figures](const QString& name, int column) {
            for (int row = 0; row < figures->rowCount(); ++row) {
                const auto text = [figures, row](int at) {
                    QLayoutItem* item = figures->itemAtPosition(row, at);
                    const auto* label = item != nullptr ? qobject_cast<QLabel*>(item->widget()) : nullptr;
                    return label != nullptr ? label->text() : QString();
                };
                if (text(0) == name) return text(column);
            }
            return QStringLiteral("no such row");
        };
        for (const int column : {1, 2}) {
            QCOMPARE(figure(QStringLiteral("Largest |x|"), column), QStringLiteral("5.3"));
            QCOMPARE(figure(QStringLiteral("Mean |x|"), column), QStringLiteral("4.99"));
            QCOMPARE(figure(QStringLiteral("Error before scaling"), column), QStringLiteral("0.47"));
            QCOMPARE(figure(QStringLiteral("Error after scaling"), column), QStringLiteral("0.05"));
        }
        auto* grid = view.findChild<NumberGrid*>();
        QTest::mouseClick(grid, Qt::LeftButton, {}, grid->cellRect(5, 6).center());
        QCOMPARE(view.channel(), Index{6});
        QVERIFY(texts().contains(QStringLiteral("Channel 6")));
        QVERIFY(!texts().contains(QStringLiteral("0.47")));  // published for channel 2 alone
        QTest::keyClick(grid, Qt::Key_Right);
        QCOMPARE(view.channel(), Index{7});
    }

    void alphaIsLive() {
        SmoothExampleView view(partOf<LessonSmoothing>(*bundled(QStringLiteral("smoothquant.md"))));
        QCOMPARE(view.alpha(), 0.5);
        const double error = view.shown().output_error;
        auto* slider = view.findChild<QSlider*>();
        QTest::keyClick(slider, Qt::Key_Home);
        QCOMPARE(view.alpha(), 0.0);
        QVERIFY(view.shown().output_error > 3.0 * error);
    }

    void theMethodTableSaysWhatToDoUntilItKnows() {
        MethodTableView view(partOf<LessonMethods>(*bundled(QStringLiteral("methods.md"))));
        QCOMPARE(view.cell(2, 0), QStringLiteral("GPTQ"));
        QCOMPARE(view.cell(2, 3), QStringLiteral("5.67"));
        QCOMPARE(view.cell(2, 7), QStringLiteral("open a model"));
        view.setMeasured(QStringLiteral("demo"), {});
        QCOMPARE(view.cell(2, 7), QStringLiteral("quantize with it"));
        QCOMPARE(view.cell(0, 8), QStringLiteral("evaluate"));
        MeasuredMethod gptq;
        gptq.method = QStringLiteral("gptq");
        gptq.bits_per_weight = 4.25;
        gptq.calibration_windows = 64;
        gptq.seconds = 2.0;
        gptq.output_error = 0.0123;
        view.setMeasured(QStringLiteral("demo"), {gptq});
        QCOMPARE(view.cell(2, 4), QStringLiteral("64"));
        QCOMPARE(view.cell(2, 7), QStringLiteral("1.23 %"));
        QCOMPARE(view.cell(2, 8), QStringLiteral("evaluate"));
        gptq.perplexity = PerplexityResult{.perplexity = 5.5};
        view.setMeasured(QStringLiteral("demo"), {gptq});
        QCOMPARE(view.cell(2, 8), QStringLiteral("5.5"));
        QCOMPARE(view.cell(1, 7), QStringLiteral("quantize with it"));
    }

    void theCaptionSaysWhichRunsAndProtocolsTheFiguresAreOf() {
        MethodTableView view(partOf<LessonMethods>(*bundled(QStringLiteral("methods.md"))));
        PerplexityResult stream;
        stream.perplexity = 5.0;
        stream.n_windows = 3;
        stream.seq_len = 128;
        std::vector<MeasuredMethod> measured(4);
        measured[0].method = QStringLiteral("fp16");
        measured[0].perplexity = stream;
        measured[1].method = QStringLiteral("gptq");
        measured[1].run = QStringLiteral("first");
        measured[1].output_error = 0.5;
        measured[2].method = QStringLiteral("rtn");
        measured[2].run = QStringLiteral("%1 <b>");
        measured[3].method = QStringLiteral("gptq");
        measured[3].run = QStringLiteral("second");
        measured[3].output_error = 0.25;
        measured[3].perplexity = stream;
        view.setMeasured(QStringLiteral("demo"), measured);
        QCOMPARE(view.cell(2, 7), QStringLiteral("25.0 %"));  // the last one's
        QCOMPARE(view.caption(), QStringLiteral("“Yours” is what this session measured on demo.\n"
                                                "Runs: RTN “%1 <b>”; GPTQ “second”, the last of 2.\n"
                                                "Perplexity: protocol stream, 3 × 128 tokens, float32."));

        measured[3].perplexity->protocol = PerplexityProtocol::SecondHalf;
        measured[3].perplexity->compute = Compute::BFloat16;
        view.setMeasured(QStringLiteral("demo"), measured);
        QVERIFY2(
            view.caption().endsWith(QStringLiteral("\nPerplexities that do not compare: FP16: protocol stream, 3 × 128 tokens, float32; "
                                                   "GPTQ: protocol second half, 3 × 128 tokens, bfloat16.")),
            qPrintable(view.caption()));
        view.setMeasured(QStringLiteral("demo"), {});
        QCOMPARE(view.caption(), QStringLiteral("“Yours” is what this session measured on demo."));
        view.setMeasured({}, measured);  // no model: nothing is anybody's
        QVERIFY(!view.caption().contains(QLatin1Char('\n')));
    }

    void theChooserKeepsWhatFits() {
        LessonChooser chooser;
        chooser.rows = {{QStringLiteral("Where?"), QStringLiteral("Bits?"), QStringLiteral("Method")},
                        {QStringLiteral("card or board"), QStringLiteral("4"), QStringLiteral("AWQ")},
                        {QStringLiteral("card"), QStringLiteral("8"), QStringLiteral("RTN")},
                        {QStringLiteral("any"), QStringLiteral("16"), QStringLiteral("none")}};
        ChooserView view(chooser);
        QCOMPARE(view.choicesOf(0), (QStringList{QStringLiteral("card"), QStringLiteral("board")}));
        QCOMPARE(view.answers().size(), std::size_t{3});
        view.choose(0, QStringLiteral("board"));
        QCOMPARE(view.answers(), (std::vector<QStringList>{{QStringLiteral("AWQ")}, {QStringLiteral("none")}}));
        view.choose(1, QStringLiteral("8"));
        QVERIFY(view.answers().empty());
        view.choose(0, {});
        QCOMPARE(view.answers(), (std::vector<QStringList>{{QStringLiteral("RTN")}}));
    }

    void theBundledChooserHasAnAnswerForEveryPlaceAndWidth_data() { addChoosers(); }
    void theBundledChooserHasAnAnswerForEveryPlaceAndWidth() {
        QFETCH(QString, file);
        ChooserView view(partOf<LessonChooser>(*bundled(file)));
        QCOMPARE(view.choicesOf(0).size(), qsizetype{2});
        for (const QString& where : view.choicesOf(0)) {
            view.choose(0, where);
            QVERIFY(view.choicesOf(1).size() >= 6);
            for (const QString& bits : view.choicesOf(1)) {
                view.choose(1, bits);
                QVERIFY2(!view.answers().empty(), qPrintable(where + QLatin1Char(' ') + bits));
            }
        }
    }

    // A processor runs GGUF, and the exporter writes it: the lesson may neither send people elsewhere nor promise what is not written.
    void aProcessorIsGivenTheGgufTypesThatAreWritten_data() { addChoosers(); }
    void aProcessorIsGivenTheGgufTypesThatAreWritten() {
        QFETCH(QString, file);
        ChooserView view(partOf<LessonChooser>(*bundled(file)));
        view.choose(0, view.choicesOf(0).last());
        QVERIFY(view.choicesOf(0).last().startsWith(QLatin1String("Pro")));  // Processor, Prozessor
        const auto formatsFor = [&view](const QString& bits) {
            view.choose(1, bits);
            QStringList formats;
            for (const QStringList& told : view.answers()) {
                if (told[1].startsWith(QLatin1String("GGUF, "))) formats << told[1].mid(6);
            }
            return formats;
        };
        QCOMPARE(formatsFor(QStringLiteral("4")), (QStringList{QStringLiteral("Q4_K_M"), QStringLiteral("Q4_0")}));
        QCOMPARE(formatsFor(QStringLiteral("8")), QStringList{QStringLiteral("Q8_0")});
        for (const char* bits : {"3", "2"}) QCOMPARE(formatsFor(QLatin1String(bits)), QStringList{QStringLiteral("Q4_K_M")});
        for (const char* type : {"q4_k_m", "q4_0", "q4_1", "q8_0", "f16", "bf16"}) {
            const std::vector<std::string>& names = ggufWeightsNames();
            QVERIFY2(std::find(names.begin(), names.end(), type) != names.end(), type);
        }
        MethodSpec symmetric = methodFromName("gptq");
        symmetric.grid.is_symmetric = true;
        symmetric.grid.group_size = 32;
        const auto typeFor = [&symmetric](int bits) {
            symmetric.grid.bits = bits;
            return blockTypeOf(symmetric);
        };
        QVERIFY(typeFor(4) == GgufWeights::Q4_0);
        QVERIFY(typeFor(8) == GgufWeights::Q8_0);
        QVERIFY(!typeFor(3));  // as the lesson says: none below 4 bits
        QVERIFY(!typeFor(2));
    }

    void theListOpensALessonAndSaysWhyOneCannotBeRead() {
        LessonsPanel panel;
        std::vector<LessonEntry> entries(3);
        entries[0] = {QStringLiteral("gptq"), QStringLiteral("gptq.md"), bundled(QStringLiteral("gptq.md")), {}, {}};
        entries[1] = {QStringLiteral("bad"), QStringLiteral("bad.md"), nullptr, QStringLiteral("bad.md, line 3: expected x, found y"), {}};
        entries[2] = {QStringLiteral("awq"), QStringLiteral("awq.md"), bundled(QStringLiteral("awq.md")), {}, {}};
        panel.setLessons(entries);
        panel.show();
        auto* list = panel.findChild<QListWidget*>();
        QCOMPARE(list->count(), 3);
        QVERIFY(list->item(1)->data(Qt::AccessibleDescriptionRole).toString().contains(QStringLiteral("line 3")));
        QVERIFY(!panel.openLesson(QStringLiteral("bad")));
        QVERIFY(panel.isListShown());
        list->setCurrentRow(0);
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(panel.currentId(), QStringLiteral("gptq"));

        QSignalSpy progress(&panel, &LessonsPanel::progressChanged);
        panel.lessonPanel()->goTo(1);
        QCOMPARE(progress.count(), 1);
        QCOMPARE(progress.front().front().toString(), QStringLiteral("gptq"));
        QSignalSpy links(&panel, &LessonsPanel::linkChosen);
        emit panel.lessonPanel()->linkChosen(QStringLiteral("awq.md"));
        QCOMPARE(panel.currentId(), QStringLiteral("awq"));
        emit panel.lessonPanel()->linkChosen(QStringLiteral("https://example.org"));
        QCOMPARE(panel.currentId(), QStringLiteral("awq"));
        QCOMPARE(links.count(), 1);
        QVERIFY(panel.openLesson(QStringLiteral("gptq")));
        QCOMPARE(panel.lessonPanel()->progress().step, 1);  // where one was
        panel.showList();
        QVERIFY(panel.isListShown());
    }

    void namesOutOfALessonAreNeverTakenForMarkup() {
        const QString hostile = QStringLiteral("<img src='/etc/hostname'> & <b>x</b>");
        const Lesson lesson =
            readLesson(("# " + hostile + "\n" + hostile + "\n## " + hostile + "\n```predict\n" + hostile + "\n- [x] " + hostile +
                        "\n- [ ] b\n```\n```chooser\n| " + hostile + "? | " + hostile + " |\n| " + hostile + " | " + hostile + " |\n```\n")
                           .toUtf8(),
                       QStringLiteral("hostile.md"));
        LessonPanel panel;
        panel.resize(900, 600);
        panel.setLesson(std::make_shared<const Lesson>(lesson), {});
        panel.reveal();
        panel.show();
        panel.grab();
        for (const QLabel* label : panel.findChildren<QLabel*>()) {
            if (label->text().contains(QLatin1Char('<'))) QVERIFY2(label->textFormat() == Qt::PlainText, qPrintable(label->text()));
        }
        for (const QWidget* widget : panel.findChildren<QWidget*>())
            QVERIFY2(!widget->toolTip().contains(QLatin1String("<img")), qPrintable(widget->toolTip()));
    }
};

QTEST_MAIN(TestLessonPanel)
#include "tst_lesson_panel.moc"
