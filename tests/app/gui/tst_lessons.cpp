#include <QAction>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QPointer>
#include <QRegularExpression>
#include <QSettings>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/lesson_library.h"
#include "tests/app/gui/desk.h"
#include "tests/app/gui/files.h"
#include "widgets/help_panel.h"
#include "widgets/lesson_panel.h"
#include "widgets/lessons_panel.h"
#include "widgets/open_page.h"
#include "widgets/question_box.h"

using namespace salient;
using namespace salient::demo;

class TestLessons : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(data_.isValid());
        qputenv("XDG_DATA_HOME", data_.path().toUtf8());
    }

    void theLessonsPageNeedsNoModelAndListsAllThatAreBundled() {
        Desk desk;
        button(desk.view<OpenPage>(), QStringLiteral("Lessons"))->click();
        const std::vector<LessonEntry>& lessons = desk.view<LessonsPanel>()->lessons();
        QCOMPARE(lessons.size(), std::size_t{5});
        for (const LessonEntry& entry : lessons) QVERIFY2(entry.lesson != nullptr, qPrintable(entry.error));
        QVERIFY(desk.view<LessonsPanel>()->isVisible());
    }

    void progressOutlivesTheWindow() {
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("settings.ini"));
        for (const bool is_first : {true, false}) {
            QSettings settings(file, QSettings::IniFormat);
            MainWindow window(settings, {});
            window.goTo(Page::Lessons);
            auto* panel = window.findChild<LessonsPanel*>();
            QVERIFY(panel->openLesson(QStringLiteral("gptq")));
            if (is_first) {
                panel->lessonPanel()->goTo(2);
                panel->lessonPanel()->question()->findChild<QLineEdit*>()->setText(QStringLiteral("−0,5"));
                panel->lessonPanel()->reveal();
            } else {
                QCOMPARE(panel->lessonPanel()->progress().step, 2);
                QCOMPARE(*panel->lessonPanel()->progress().answerTo(2), QStringLiteral("−0,5"));
                QVERIFY(panel->lessonPanel()->question()->isRevealed());
            }
        }
    }

    void aUsersLessonsAreFoundAndABadOneLeavesTheOthersAlone() {
        Desk desk;
        QTemporaryDir folder;
        QVERIFY(writeFile(folder.filePath(QStringLiteral("mine.md")), "# Mine\nSummary.\n## One\n[next](awq.md)\n"));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("broken.md")), "# Broken\n## One\n{a.b}\n"));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("README.md")), "no lesson\n"));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("large.md")), QByteArray(kMostLessonBytes + 1, 'x')));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("notes.txt")), "no lesson\n"));
        QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("folder.md")));
        desk.answer = folder.path();
        desk.window.goTo(Page::Lessons);
        emit desk.view<LessonsPanel>()->folderWanted();
        const std::vector<LessonEntry>& lessons = desk.view<LessonsPanel>()->lessons();
        QCOMPARE(lessons.size(), std::size_t{8});
        const auto entry = [&lessons](const QString& file) {
            return *std::ranges::find_if(lessons, [&file](const LessonEntry& one) { return one.file == file; });
        };
        QCOMPARE(entry(QStringLiteral("mine.md")).lesson->title, QStringLiteral("Mine"));
        QCOMPARE(entry(QStringLiteral("broken.md")).error,
                 QStringLiteral("broken.md, line 3: expected EXPERIMENT.VALUE of an experiment of this lesson, found “a.b”"));
        QVERIFY(entry(QStringLiteral("large.md")).error.contains(QStringLiteral("at most 65536 bytes")));
        // It is remembered, and a lesson's progress with it.
        QVERIFY(desk.view<LessonsPanel>()->openLesson(entry(QStringLiteral("mine.md")).id));
        Preferences preferences(desk.settings);
        QCOMPARE(preferences.lessonFolder(), folder.path());
    }

    void theDataFolderIsLookedIntoWithoutBeingAsked() {
        QVERIFY(QDir().mkpath(ownLessonsFolder()));
        QVERIFY(ownLessonsFolder().startsWith(data_.path()));
        const QString file = ownLessonsFolder() + QStringLiteral("/own.md");
        QVERIFY(writeFile(file, "# Own\n## One\nx\n"));
        Desk desk;
        desk.window.goTo(Page::Lessons);
        QCOMPARE(desk.view<LessonsPanel>()->lessons().back().lesson->title, QStringLiteral("Own"));
        QVERIFY(QFile::remove(file));
    }

    void aFolderWithoutLessonsSaysSo() {
        Desk desk;
        QTemporaryDir folder;
        desk.answer = folder.path();
        desk.window.goTo(Page::Lessons);
        emit desk.view<LessonsPanel>()->folderWanted();
        QVERIFY(desk.window.messages().text().contains(QStringLiteral("holds no lesson")));
        QCOMPARE(desk.view<LessonsPanel>()->lessons().size(), std::size_t{5});
    }

    void f1ShowsTheHelpOfTheViewAndFollowsIt() {
        Desk desk;
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        auto* dock = desk.window.findChild<QDockWidget*>(QStringLiteral("help"));
        QVERIFY(dock->isHidden());
        QTest::keyClick(&desk.window, Qt::Key_F1);
        QVERIFY(dock->isVisible());
        for (int i = 0; i < kPages; ++i) {
            const auto page = static_cast<Page>(i);
            desk.window.goTo(page);
            QVERIFY2(desk.view<HelpPanel>()->shownText().startsWith(pageTitle(page)), qPrintable(pageTitle(page)));
        }
        QTest::keyClick(&desk.window, Qt::Key_F1);
        QVERIFY(dock->isHidden());
    }

    void f1TurnsOpenHelpToTheViewBeforeItPutsItAway() {
        Desk desk;
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        auto* dock = desk.window.findChild<QDockWidget*>(QStringLiteral("help"));
        auto& help = *desk.view<HelpPanel>();
        desk.window.goTo(Page::Quantize);
        QTest::keyClick(&desk.window, Qt::Key_F1);
        QVERIFY(help.shownText().startsWith(pageTitle(Page::Quantize)));
        emit help.linkChosen(QStringLiteral("help:tune"));
        QVERIFY(help.shownText().startsWith(pageTitle(Page::Tune)));
        QTest::keyClick(&desk.window, Qt::Key_F1);
        QVERIFY(dock->isVisible());
        QVERIFY2(help.shownText().startsWith(pageTitle(Page::Quantize)), qPrintable(help.shownText().left(40)));
        desk.window.showBeside(Page::Compare);
        QVERIFY(help.shownText().startsWith(pageTitle(Page::Compare)));
        QTest::keyClick(&desk.window, Qt::Key_F1);  // the keyboard is where it was
        QVERIFY(dock->isVisible());
        QVERIFY2(help.shownText().startsWith(pageTitle(Page::Quantize)), qPrintable(help.shownText().left(40)));
        desk.window.goTo(Page::Compare);  // gives the page beside the keyboard
        QTest::keyClick(&desk.window, Qt::Key_F1);
        QVERIFY(dock->isVisible());
        QVERIFY2(help.shownText().startsWith(pageTitle(Page::Compare)), qPrintable(help.shownText().left(40)));
        QTest::keyClick(&desk.window, Qt::Key_F1);
        QVERIFY(dock->isHidden());
    }

    void everyLinkOfLessonsAndHelpLeadsSomewhere() {
        Desk desk;
        static const QRegularExpression kLink(QStringLiteral("\\]\\(([^)]*)\\)"));
        QStringList links;
        for (int i = 0; i < kPages; ++i) {
            for (auto found = kLink.globalMatch(helpText(static_cast<Page>(i))); found.hasNext();) links << found.next().captured(1);
        }
        for (const LessonEntry& entry : bundledLessons()) {
            for (const LessonStep& step : entry.lesson->steps) {
                for (const auto* parts : {&step.shown, &step.revealed}) {
                    for (const LessonPart& part : *parts) {
                        const auto* prose = std::get_if<LessonProse>(&part);
                        if (prose == nullptr) continue;
                        for (auto found = kLink.globalMatch(prose->markdown); found.hasNext();) links << found.next().captured(1);
                    }
                }
            }
        }
        QVERIFY2(links.size() > 12, qPrintable(links.join(QLatin1Char(' '))));
        for (const QString& link : links) {
            emit desk.view<HelpPanel>()->linkChosen(link);
            QVERIFY2(desk.window.messages().text().isEmpty(), qPrintable(link));
        }
        emit desk.view<HelpPanel>()->linkChosen(QStringLiteral("https://example.org/<b>"));
        QVERIFY(desk.window.messages().text().contains(QStringLiteral("https://example.org/<b>")));
    }

    void aLinkOpensTheLessonAndThePage() {
        Desk desk;
        emit desk.view<HelpPanel>()->linkChosen(QStringLiteral("lesson:awq"));
        QCOMPARE(desk.window.page(), Page::Lessons);
        QCOMPARE(desk.view<LessonsPanel>()->currentId(), QStringLiteral("awq"));
        emit desk.view<HelpPanel>()->linkChosen(QStringLiteral("page:tune"));
        QCOMPARE(desk.window.page(), Page::Tune);
    }

    void projectorModeIsLargeAndFullScreenAndEscapeLeavesIt() {
        Desk desk;
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        std::vector<std::pair<QPointer<QWidget>, double>> before;
        for (QWidget* widget : desk.window.findChildren<QWidget*>()) before.emplace_back(widget, widget->font().pointSizeF());
        const auto areScaledBy = [&before](double factor) {
            return std::ranges::all_of(before, [factor](const auto& one) {
                return !one.first || std::abs(one.first->font().pointSizeF() / one.second - factor) < 0.01;
            });
        };
        const double application = QApplication::font().pointSizeF();
        QTest::keyClick(&desk.window, Qt::Key_F5);
        QVERIFY(desk.window.isFullScreen());
        QCOMPARE(QApplication::font().pointSizeF(), application * ProjectorMode::kScale);
        QVERIFY(areScaledBy(ProjectorMode::kScale));
        QTest::keyClick(&desk.window, Qt::Key_Escape);
        QVERIFY(!desk.window.isFullScreen());
        QVERIFY(areScaledBy(1.0));
        QTest::keyClick(&desk.window, Qt::Key_F5);  // the menu's tick has followed
        QVERIFY(desk.window.isFullScreen());
        desk.window.close();  // the next window is an ordinary one
        QVERIFY(std::abs(QApplication::font().pointSizeF() - application) < 0.01);
    }

    void theMethodTableShowsTheSessionsRuns() {
        Desk desk;
        RunResult run;
        run.name = "mine";
        run.method = methodFromName("gptq");
        run.bits_per_weight = 4.25;
        run.relative_output_error = 0.01;
        desk.window.session().addRun(run);
        const std::vector<MeasuredMethod> measured = measuredMethods(desk.window.session());
        QCOMPARE(measured.size(), std::size_t{1});
        QCOMPARE(measured[0].method, QStringLiteral("gptq"));
        QCOMPARE(*measured[0].output_error, 0.01);
        QVERIFY(!measured[0].perplexity);
        QCOMPARE(measured[0].run, QStringLiteral("mine"));
        EvaluationReference reference;
        reference.perplexity = {.perplexity = 5.0, .seq_len = 64};
        desk.window.session().setReference(std::make_shared<const EvaluationReference>(reference));
        const MeasuredMethod original = measuredMethods(desk.window.session()).front();
        QCOMPARE(original.method, QStringLiteral("fp16"));
        QCOMPARE(original.perplexity->perplexity, 5.0);
        QCOMPARE(original.perplexity->seq_len, Index{64});  // its protocol comes with it
        QVERIFY(original.run.isEmpty());
    }

private:
    QTemporaryDir data_;
};

QTEST_MAIN(TestLessons)
#include "tst_lessons.moc"
