#include <QDialogButtonBox>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QGraphicsTextItem>
#include <QGraphicsView>
#include <QIODevice>
#include <QLibraryInfo>
#include <QLocale>
#include <QMap>
#include <QMenuBar>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QRegularExpressionMatch>
#include <QSet>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/language.h"
#include "app/gui/lesson_library.h"
#include "app/gui/projector_mode.h"
#include "tests/app/gui/catalogue.h"
#include "tests/app/gui/desk.h"
#include "tests/app/gui/visible_texts.h"
#include "tests/support/places.h"
#include "widgets/method_text.h"
#include "widgets/model_map_view.h"
#include "widgets/number_text.h"
#include "widgets/stage_text.h"
#include "widgets/value_text.h"

using namespace salient;
using namespace salient::demo;

namespace {

const QString kTranslations = QString::fromStdString((salient::test::resourceFolder() / "translations/").string());
const QLocale kGerman(QLocale::German, QLocale::Germany);
const QLocale kEnglish(QLocale::English, QLocale::UnitedStates);

/// A catalogue as lupdate makes it from the sources of now.
std::vector<CatalogueText> updated(const QString& name, const QStringList& options, const QString& folder) {
    const QString copy = QDir(folder).filePath(name);
    if (!QFile::copy(kTranslations + name, copy)) return {};
    QProcess lupdate;
    lupdate.setWorkingDirectory(QString::fromStdString(salient::test::sourceFolder().string()));
    const QStringList arguments{QStringLiteral("-silent"), QStringLiteral("-locations"),
                                QStringLiteral("none"),    QStringLiteral("-no-obsolete"),
                                QStringLiteral("-I"),      QString::fromStdString(salient::test::sourceFolder().string())};
    lupdate.start(QStringLiteral(SALIENT_LUPDATE),
                  arguments + options + QStringList{QStringLiteral("widgets"), QStringLiteral("app/gui"), QStringLiteral("-ts"), copy});
    if (!lupdate.waitForFinished(kPatience_ms) || lupdate.exitCode() != 0) return {};
    return readCatalogue(copy);
}

QSet<QString> keysOf(const std::vector<CatalogueText>& texts) {
    QSet<QString> keys;
    for (const CatalogueText& text : texts) keys.insert(text.key());
    return keys;
}

/// What a translation must have in common with its source: arguments, tags, lines, and what surrounds it.
QStringList marksOf(const QString& text) {
    static const QRegularExpression mark(QStringLiteral("%L?[1-9]|%n|<[^>]+>|&nbsp;|\\n"));
    QStringList marks;
    for (auto match = mark.globalMatch(text); match.hasNext();) marks << match.next().captured();
    marks.sort();
    marks << (text.startsWith(QLatin1Char(' ')) ? QStringLiteral("space before") : QString())
          << (text.endsWith(QLatin1Char(' ')) ? QStringLiteral("space after") : QString())
          << (text.trimmed().endsWith(QChar(0x2026)) ? QStringLiteral("…") : QString())
          << (text.trimmed().endsWith(QLatin1Char(':')) ? QStringLiteral(":") : QString());
    return marks;
}

/// The letter after "&", or null.
QChar mnemonicOf(const QString& text) {
    static const QRegularExpression mnemonic(QStringLiteral("(?<!&)&([^&\\s])"));
    const QRegularExpressionMatch match = mnemonic.match(QString(text).remove(QStringLiteral("&nbsp;")));
    return match.hasMatch() ? match.captured(1).front().toLower() : QChar();
}

QStringList kindsOf(const std::vector<LessonPart>& parts) {
    QStringList kinds;
    for (const LessonPart& part : parts) {
        if (part.index() != 0) kinds << QString::number(part.index());  // prose may be cut into other pieces
        if (const auto* grids = std::get_if<LessonGrids>(&part)) kinds << QStringLiteral("of %1").arg(grids->grids.size());
    }
    return kinds;
}

QStringList linksOf(const QString& markdown) {
    static const QRegularExpression link(QStringLiteral("\\]\\(([^)]+)\\)"));
    QStringList links;
    for (auto match = link.globalMatch(markdown); match.hasNext();) links << match.next().captured(1);
    links.sort();
    return links;
}

QString contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

}  // namespace

class TestTranslation : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(data_.isValid());
        qputenv("XDG_DATA_HOME", data_.path().toUtf8());
    }

    void cleanup() { applyLanguage(kEnglish); }

    void everyTextOfTheSourcesIsTranslated_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("options");
        QTest::newRow("German") << QStringLiteral("salient_de.ts") << QStringList();
        QTest::newRow("English plurals") << QStringLiteral("salient_en.ts") << QStringList{QStringLiteral("-pluralonly")};
    }
    void everyTextOfTheSourcesIsTranslated() {
        QFETCH(QString, name);
        QFETCH(QStringList, options);
        const std::vector<CatalogueText> kept = readCatalogue(kTranslations + name);
        QTemporaryDir folder;
        const std::vector<CatalogueText> now = updated(name, options, folder.path());
        QVERIFY(!kept.empty());
        QVERIFY2(!now.empty(), "lupdate failed");
        QStringList missing;
        for (const CatalogueText& text : now) {
            if (!text.is_finished || text.forms.empty() || text.forms.front().isEmpty())
                missing << text.context + QStringLiteral(": ") + text.source;
        }
        QVERIFY2(missing.isEmpty(),
                 qPrintable(QStringLiteral("not translated (see tests/README.md):\n") + missing.join(QLatin1Char('\n'))));
        const QSet<QString> gone = keysOf(kept) - keysOf(now);
        QVERIFY2(gone.isEmpty(), qPrintable(QStringLiteral("no longer in the sources:\n") + gone.values().join(QLatin1Char('\n'))));
    }

    void aTranslationTakesTheSameArgumentsAndHasAMnemonicWhereItsSourceHasOne() {
        for (const char* name : {"salient_de.ts", "salient_en.ts"}) {
            const std::vector<CatalogueText> texts = readCatalogue(kTranslations + QLatin1String(name));
            QVERIFY(!texts.empty());
            for (const CatalogueText& text : texts) {
                QCOMPARE(text.forms.size(), text.is_counted ? std::size_t{2} : std::size_t{1});
                for (const QString& form : text.forms) {
                    QVERIFY2(marksOf(form) == marksOf(text.source), qPrintable(text.source + QStringLiteral("\n") + form));
                    QVERIFY2(mnemonicOf(form).isNull() == mnemonicOf(text.source).isNull(),
                             qPrintable(text.source + QStringLiteral("\n") + form));
                }
            }
        }
    }

    void everyStageOfTheEngineIsTranslated() {
        applyLanguage(kGerman);
        static const QRegularExpression stage(QStringLiteral("(?:checkpoint\\(\\{(?:\\.stage = )?|part\\(job, )\"([^\"]+)\""));
        QSet<QString> stages;
        for (const char* folder : {"/core", "/app/gui"}) {
            for (QDirIterator files(QString::fromStdString(salient::test::sourceFolder().string()) + QLatin1String(folder),
                                    {QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
                 files.hasNext();) {
                const QString source = contentOf(files.next());
                for (auto match = stage.globalMatch(source); match.hasNext();) stages.insert(match.next().captured(1));
            }
        }
        QVERIFY(stages.size() > 10);
        for (const QString& text : std::as_const(stages)) QVERIFY2(stageText(text) != text, qPrintable(text));
        QCOMPARE(detailText(QStringLiteral("block 3")), QStringLiteral("Block 3"));
        QCOMPARE(detailText(QStringLiteral("model.layers.0")), QStringLiteral("model.layers.0"));
    }

    void theDesktopsLanguageIsTakenUnlessAnotherIsChosen_data() {
        QTest::addColumn<int>("choice");
        QTest::addColumn<QString>("desktop");
        QTest::addColumn<QString>("expected");
        QTest::newRow("Germany") << static_cast<int>(LanguageChoice::System) << "de_DE"
                                 << "de_DE";
        QTest::newRow("Switzerland") << static_cast<int>(LanguageChoice::System) << "de_CH"
                                     << "de_CH";
        QTest::newRow("Britain") << static_cast<int>(LanguageChoice::System) << "en_GB"
                                 << "en_GB";
        QTest::newRow("no translation") << static_cast<int>(LanguageChoice::System) << "fr_FR"
                                        << "en_US";
        QTest::newRow("German on a British desktop") << static_cast<int>(LanguageChoice::German) << "en_GB"
                                                     << "de_DE";
        QTest::newRow("German on a Swiss desktop") << static_cast<int>(LanguageChoice::German) << "de_CH"
                                                   << "de_CH";
        QTest::newRow("English on a German desktop") << static_cast<int>(LanguageChoice::English) << "de_DE"
                                                     << "en_US";
    }
    void theDesktopsLanguageIsTakenUnlessAnotherIsChosen() {
        QFETCH(int, choice);
        QFETCH(QString, desktop);
        QFETCH(QString, expected);
        QCOMPARE(windowLocale(static_cast<LanguageChoice>(choice), QLocale(desktop)).name(), expected);
    }

    void numbersAndPluralsFollowTheLanguage() {
        applyLanguage(kEnglish);
        QCOMPARE(ModelMapView::tr("%n layer(s)", nullptr, 1), QStringLiteral("1 layer"));
        QCOMPARE(ModelMapView::tr("%n layer(s)", nullptr, 2), QStringLiteral("2 layers"));
        QCOMPARE(numberText(-0.5), QStringLiteral("−0.5"));
        QCOMPARE(countText(1'500'000'000), QStringLiteral("1.50 B"));
        applyLanguage(kGerman);
        QCOMPARE(ModelMapView::tr("%n layer(s)", nullptr, 1), QStringLiteral("1 Schicht"));
        QCOMPARE(ModelMapView::tr("%n layer(s)", nullptr, 2), QStringLiteral("2 Schichten"));
        QCOMPARE(numberText(-0.5), QStringLiteral("−0,5"));
        QCOMPARE(fixedText(2.5, 2), QStringLiteral("2,50"));
        QCOMPARE(exactText(1234.5F), QStringLiteral("1234,5"));
        QCOMPARE(percentText(0.0123), QStringLiteral("1,23 %"));
        QCOMPARE(bytesText(7'500'000), QStringLiteral("7,50 MB"));
        QCOMPARE(durationText(2.5), QStringLiteral("2,5 s"));
        QCOMPARE(countText(1'500'000'000), QStringLiteral("1,50 Mrd."));
    }

    void axesAreLabelledInTheLanguage_data() {
        QTest::addColumn<QLocale>("locale");
        QTest::addColumn<QString>("label");
        QTest::newRow("English") << kEnglish << QStringLiteral("0.4");
        QTest::newRow("German") << kGerman << QStringLiteral("0,4");
    }
    void axesAreLabelledInTheLanguage() {
        QFETCH(QLocale, locale);
        QFETCH(QString, label);
        applyLanguage(locale);
        Chart chart;
        chart.setAxes({{}, false, false, 0.0, 1.0}, {{}, false, false, 0.0, 1.0});
        ChartSeries line;
        line.x = {0.0, 1.0};
        line.y = {0.0, 1.0};
        chart.setSeries({line});
        chart.resize(400, 300);
        chart.show();
        QStringList labels;
        for (const QGraphicsItem* item : chart.findChild<QGraphicsView*>()->scene()->items()) {
            if (const auto* text = dynamic_cast<const QGraphicsTextItem*>(item)) labels << text->toPlainText();
        }
        QVERIFY2(labels.contains(label), qPrintable(labels.join(QLatin1Char('|'))));
    }

    void aChosenLanguageIsKeptAndShowsAtTheNextStart() {
        applyLanguage(kEnglish);
        Desk desk;
        QAction* german = nullptr;
        for (QAction* action : desk.window.findChildren<QAction*>()) {
            if (action->text() == QStringLiteral("&Deutsch")) german = action;
        }
        QVERIFY(german != nullptr);
        QCOMPARE(Preferences(desk.settings).language(), LanguageChoice::System);
        german->trigger();
        QCOMPARE(Preferences(desk.settings).language(), LanguageChoice::German);
        QVERIFY(!desk.window.messages().isHidden());
        QCOMPARE(desk.window.messages().kind(), MessageArea::Kind::Note);
    }

    /// The same window twice, through the whole path: what says the same in both languages must be translated to itself, or be no text.
    void theGermanWindowSaysNothingInEnglish() {
        QSet<QString> equal{QStringLiteral("&English"), QStringLiteral("&Deutsch"), QStringLiteral("English"), QStringLiteral("Deutsch"),
                            QStringLiteral("Salient")};
        for (const std::string& method : methodNames()) equal.insert(methodTitle(method));
        std::vector<QRegularExpression> equal_but_for_arguments;
        for (const CatalogueText& text : readCatalogue(kTranslations + QStringLiteral("salient_de.ts"))) {
            if (text.forms.front() != text.source) continue;
            equal.insert(text.source);
            static const QRegularExpression argument(QStringLiteral("%[1-9n]"));
            if (!text.source.contains(argument)) continue;
            QString pattern = QRegularExpression::escape(text.source);
            pattern.replace(QRegularExpression(QStringLiteral("\\\\%[1-9n]")), QStringLiteral(".+"));
            equal_but_for_arguments.emplace_back(QRegularExpression::anchoredPattern(pattern));
        }
        QMap<QString, QString> texts[2];
        QSet<QString> names;
        for (const bool is_german : {false, true}) {
            applyLanguage(is_german ? kGerman : kEnglish);
            Desk desk;
            desk.window.openDemo();
            QVERIFY(desk.waitForModel());
            desk.window.workflow().calibrate();
            QVERIFY(desk.waitForJobs());
            QVERIFY(desk.window.session().calibration() != nullptr);
            desk.window.workflow().quantize({desk.window.session().recipe().runs.front().name}, true);
            QVERIFY(desk.waitForJobs());
            for (int page = 0; page < kPages; ++page) {
                desk.window.goTo(static_cast<Page>(page));
                QVERIFY(desk.waitForJobs());
            }
            texts[is_german ? 1 : 0] = visibleTexts(desk.window);
            for (const auto& run : desk.window.session().recipe().runs) names.insert(QString::fromStdString(run.name));
            for (const LinearInfo& linear : desk.window.session().model()->linears) names.insert(QString::fromStdString(linear.name));
        }
        QVERIFY(texts[1].size() > 300);
        static const QRegularExpression word(QStringLiteral("\\p{L}{3,}"));
        static const QRegularExpression no_words(QStringLiteral("^[\\w./:~-]+(_proj)?$"));  // paths, names of modules
        QStringList same;
        for (auto text = texts[1].constBegin(); text != texts[1].constEnd(); ++text) {
            if (!texts[0].contains(text.key()) || equal.contains(text.key()) || names.contains(text.key())) continue;
            if (!word.match(text.key()).hasMatch()) continue;
            const auto is_made_by = [&](const QRegularExpression& pattern) { return pattern.match(text.key()).hasMatch(); };
            if (std::ranges::any_of(equal_but_for_arguments, is_made_by)) continue;
            if (no_words.match(text.key()).hasMatch() && (text.key().contains(QLatin1Char('/')) || text.key().contains(QLatin1Char('_'))))
                continue;
            same << text.key() + QStringLiteral("   (") + text.value() + QStringLiteral(")");
        }
        QVERIFY2(same.isEmpty(), qPrintable(same.join(QLatin1Char('\n'))));
    }

    void theProgramIsCalledTheSameInEveryLanguage() {
        applyLanguage(kGerman);
        Desk desk;
        QCOMPARE(desk.window.windowTitle(), QStringLiteral("Salient"));
        desk.window.openDemo();
        QVERIFY(desk.waitForModel());
        QVERIFY2(desk.window.windowTitle().endsWith(QStringLiteral("— Salient")), qPrintable(desk.window.windowTitle()));
    }

    void noCaptionIsCutOff_data() {
        QTest::addColumn<bool>("is_projected");
        QTest::newRow("1280x800") << false;
        QTest::newRow("1280x800, for a projector") << true;
    }
    /// German is the longer language: labels, buttons, check boxes and choices are as wide as what they say.
    void noCaptionIsCutOff() {
        QFETCH(bool, is_projected);
        applyLanguage(kGerman);
        Desk desk;
        desk.window.openDemo();
        QVERIFY(desk.waitForModel());
        desk.window.workflow().calibrate();
        QVERIFY(desk.waitForJobs());
        desk.window.workflow().quantize({desk.window.session().recipe().runs.front().name}, true);
        QVERIFY(desk.waitForJobs());
        ProjectorMode projector(desk.window);
        projector.setOn(is_projected);
        desk.window.showNormal();
        desk.window.resize(1280, 800);
        QStringList cut;
        for (int page = 0; page < kPages; ++page) {
            desk.window.goTo(static_cast<Page>(page));
            QVERIFY(desk.waitForJobs());
            QTest::qWait(100);
            for (const QWidget* widget : desk.window.findChildren<QWidget*>()) {
                const auto* label = qobject_cast<const QLabel*>(widget);
                const bool is_caption = (label != nullptr && !label->wordWrap()) || qobject_cast<const QAbstractButton*>(widget) != nullptr;
                if (!is_caption || !widget->isVisible() || widget->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored) continue;
                if (widget->width() >= widget->sizeHint().width()) continue;
                const auto* one = qobject_cast<const QAbstractButton*>(widget);
                cut << QStringLiteral("%1: %2, %3 px of %4")
                           .arg(pageTitle(static_cast<Page>(page)), label != nullptr ? label->text() : one->text())
                           .arg(widget->width())
                           .arg(widget->sizeHint().width());
            }
        }
        projector.setOn(false);
        cut.removeDuplicates();
        QVERIFY2(cut.isEmpty(), qPrintable(cut.join(QLatin1Char('\n'))));
    }

    void noMnemonicOfTheGermanWindowIsThatOfAMenu() {
        applyLanguage(kGerman);
        Desk desk;
        QSet<QChar> menus;
        for (const QAction* menu : desk.window.menuBar()->actions()) {
            QVERIFY2(!menus.contains(mnemonicOf(menu->text())), qPrintable(menu->text()));
            menus.insert(mnemonicOf(menu->text()));
            QSet<QChar> entries;
            if (menu->menu() == nullptr) continue;
            for (const QAction* entry : menu->menu()->actions()) {
                const QChar letter = mnemonicOf(entry->text());
                if (letter.isNull()) continue;
                QVERIFY2(!entries.contains(letter), qPrintable(entry->text()));
                entries.insert(letter);
            }
        }
        for (const QAbstractButton* one : desk.window.findChildren<QAbstractButton*>())
            QVERIFY2(!menus.contains(mnemonicOf(one->text())), qPrintable(one->text()));
        for (const QLabel* label : desk.window.findChildren<QLabel*>()) {
            if (label->buddy() != nullptr) QVERIFY2(!menus.contains(mnemonicOf(label->text())), qPrintable(label->text()));
        }
    }

    void germanLessonsHaveTheStepsQuestionsAndViewsOfTheEnglishOnes() {
        applyLanguage(kEnglish);
        const std::vector<LessonEntry> english = bundledLessons();
        applyLanguage(kGerman);
        const std::vector<LessonEntry> german = bundledLessons();
        QCOMPARE(german.size(), english.size());
        for (std::size_t i = 0; i < german.size(); ++i) {
            QCOMPARE(german[i].id, english[i].id);
            QVERIFY2(german[i].lesson != nullptr, qPrintable(german[i].error));
            QVERIFY2(german[i].lesson->title != english[i].lesson->title, qPrintable(english[i].lesson->title));
            QCOMPARE(german[i].lesson->steps.size(), english[i].lesson->steps.size());
            for (std::size_t step = 0; step < german[i].lesson->steps.size(); ++step) {
                const LessonStep& one = german[i].lesson->steps[step];
                const LessonStep& other = english[i].lesson->steps[step];
                QCOMPARE(kindsOf(one.shown), kindsOf(other.shown));
                QCOMPARE(kindsOf(one.revealed), kindsOf(other.revealed));
                QCOMPARE(one.question.has_value(), other.question.has_value());
                if (!one.question) continue;
                QCOMPARE(one.question->number, other.question->number);
                QCOMPARE(one.question->tolerance, other.question->tolerance);
                QCOMPARE(one.question->choices.size(), other.question->choices.size());
                QCOMPARE(one.question->right, other.question->right);
            }
        }
    }

    void germanPagesQuoteTheSameNumbersAndLeadToTheSamePlaces() {
        static const QRegularExpression quoted(QStringLiteral("\\{[a-z][^{}\\s]*\\}"));
        static const QRegularExpression experiment(QStringLiteral("```(?:gptq|awq|smoothquant) [^`]*```"));
        for (const char* folder : {"/lessons", "/help"}) {
            const QDir english(QString::fromStdString(salient::test::resourceFolder().string()) + QLatin1String(folder));
            for (const QString& name : english.entryList({QStringLiteral("*.md")}, QDir::Files)) {
                if (name == QLatin1String("README.md")) continue;
                const QString here = contentOf(english.filePath(name));
                const QString there = contentOf(english.filePath(QStringLiteral("de/") + name));
                QVERIFY2(!there.isEmpty(), qPrintable(name));
                QCOMPARE(linksOf(there), linksOf(here));
                for (const QRegularExpression& what : {quoted, experiment}) {
                    QStringList numbers[2];
                    for (auto match = what.globalMatch(here); match.hasNext();) numbers[0] << match.next().captured();
                    for (auto match = what.globalMatch(there); match.hasNext();) numbers[1] << match.next().captured();
                    for (QStringList& list : numbers) list.sort();
                    QCOMPARE(numbers[1], numbers[0]);
                }
            }
        }
    }

    void helpIsInTheLanguageOfTheWindow() {
        for (int page = 0; page < kPages; ++page) {
            applyLanguage(kEnglish);
            const QString english = helpText(static_cast<Page>(page));
            QVERIFY(!english.isEmpty());
            applyLanguage(kGerman);
            const QString german = helpText(static_cast<Page>(page));
            QVERIFY2(german != english, qPrintable(pageKey(static_cast<Page>(page))));
            QVERIFY2(german.startsWith(QStringLiteral("# ") + pageTitle(static_cast<Page>(page))), qPrintable(german.left(60)));
        }
    }

    void standardButtonsAreGermanWhereQtsCatalogueIsInstalled() {
        if (!QFile::exists(QLibraryInfo::path(QLibraryInfo::TranslationsPath) + QStringLiteral("/qtbase_de.qm")))
            QSKIP("Qt's own translations are not installed");
        applyLanguage(kGerman);
        const QDialogButtonBox box(QDialogButtonBox::Cancel);
        QCOMPARE(box.button(QDialogButtonBox::Cancel)->text().remove(QLatin1Char('&')), QStringLiteral("Abbrechen"));
    }

private:
    QTemporaryDir data_;
};

QTEST_MAIN(TestTranslation)
#include "tst_translation.moc"
