// What is dropped on the window: each file is taken for what it is, and none of them is lost without a word.

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QMimeData>
#include <QTemporaryDir>
#include <QUrl>
#include <algorithm>

#include "app/gui/drop_desk.h"
#include "app/gui/page_host.h"
#include "app/gui/side_pane.h"
#include "core/io/json_file.h"
#include "tests/app/gui/desk.h"
#include "tests/app/gui/files.h"
#include "widgets/lessons_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

void drop(QWidget& window, const QStringList& paths, QPoint place = {10, 10}) {
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& path : paths) urls << QUrl::fromLocalFile(path);
    data.setUrls(urls);
    QDragEnterEvent enters(place, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &enters);  // a drop goes to who took this
    QDropEvent event(place, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &event);
}

/// Long enough to calibrate on.
QByteArray someText() { return bytesOf(QString::fromStdString((modelFolder().parent_path() / "calib.txt").string())); }

/// A session on the demo model, kept and closed.
struct KeptSession {
    QTemporaryDir root;
    QString folder;
    QString model;

    bool make() {
        Desk desk;
        desk.window.keepSessions(root.path());
        if (!desk.openDemo()) return false;
        desk.window.sessions().flush();
        folder = desk.window.sessions().folder();
        model = toQString(desk.window.session().model()->directory);
        return !folder.isEmpty();
    }
    /// From now on it is of another model, by what it says.
    void spoil() const {
        const auto file = toPath(folder) / "session.json";
        Json document = readJson(file);
        document["identity"]["weights"] = "0000000000000000";
        writeJson(file, document);
    }
};

}  // namespace

class TestDropDesk : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(data_.isValid());
        qputenv("XDG_DATA_HOME", data_.path().toUtf8());
    }

    void whatIsDroppedIsKnownByWhatItIs() {
        QTemporaryDir folder;
        QVERIFY(writeFile(folder.filePath(QStringLiteral("one.md")), "# One\n## Step\nx\n"));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("a.txt")), "text"));
        QVERIFY(writeFile(folder.filePath(QStringLiteral("a.jsonl")), "{}"));
        QVERIFY(droppedKind(folder.path()) == Dropped::Lessons);
        QVERIFY(droppedKind(folder.filePath(QStringLiteral("a.txt"))) == Dropped::Text);
        QVERIFY(droppedKind(folder.filePath(QStringLiteral("a.jsonl"))) == Dropped::Text);
        QVERIFY(droppedKind(folder.filePath(QStringLiteral("nowhere"))) == Dropped::Openable);
        QVERIFY(droppedKind(QString::fromStdString(modelFolder().string())) == Dropped::Openable);
        QVERIFY(writeFile(folder.filePath(QStringLiteral("config.json")), "{}"));  // a model's folder may hold Markdown
        QVERIFY(droppedKind(folder.path()) == Dropped::Openable);
    }

    void aFolderOfLessonsIsShown() {
        Desk desk;
        QTemporaryDir folder;
        QVERIFY(writeFile(folder.filePath(QStringLiteral("mine.md")), "# Mine\n## One\nx\n"));
        drop(desk.window, {folder.path()});
        QCOMPARE(desk.window.page(), Page::Lessons);
        const auto& lessons = desk.view<LessonsPanel>()->lessons();
        QVERIFY(std::ranges::any_of(lessons, [](const LessonEntry& one) { return one.file == QStringLiteral("mine.md"); }));
    }

    void aTextIsForWhatThePageIsFor() {
        Desk desk;
        const QString text = desk.folder.filePath(QStringLiteral("some.txt"));
        QVERIFY(writeFile(text, someText()));
        drop(desk.window, {text});
        QVERIFY(desk.window.messages().text().contains(QStringLiteral("open one first")));
        QVERIFY(desk.openDemo());
        Session& session = desk.window.session();
        const auto calibrated_before = session.recipe().calibration_text;
        desk.window.goTo(Page::Evaluate);
        drop(desk.window, {text});
        QCOMPARE(toQString(session.recipe().evaluation_text), text);
        QVERIFY(session.recipe().calibration_text == calibrated_before);
        QCOMPARE(desk.window.page(), Page::Evaluate);
        session.undoStack().undo();
        QVERIFY(toQString(session.recipe().evaluation_text) != text);
        desk.window.goTo(Page::Map);
        drop(desk.window, {text});
        QCOMPARE(toQString(session.recipe().calibration_text), text);
        QCOMPARE(desk.window.page(), Page::Calibrate);
        QVERIFY(desk.waitForJobs());

        // Of two pages beside each other it is the one that it is dropped on.
        desk.window.goTo(Page::Map);
        desk.window.showBeside(Page::Evaluate);
        auto* pane = desk.view<SidePane>();
        const auto place = [&] { return pane->mapTo(&desk.window, pane->rect().center()); };
        QTRY_VERIFY(pane->isAncestorOf(desk.window.childAt(place())));
        drop(desk.window, {text}, place());
        QCOMPARE(toQString(session.recipe().evaluation_text), text);
        QCOMPARE(desk.window.page(), Page::Map);
    }

    void aPageInItsOwnWindowTakesWhatIsDroppedThere() {
        Desk desk;
        QVERIFY(desk.openDemo());
        const QString text = desk.folder.filePath(QStringLiteral("some.txt"));
        QVERIFY(writeFile(text, someText()));
        Session& session = desk.window.session();
        const auto calibrated_before = session.recipe().calibration_text;
        desk.window.goTo(Page::Map);
        PageHost& host = desk.window.host(Page::Evaluate);
        for (int time = 0; time < 2; ++time) {  // a window that was closed is made anew
            host.detach({});
            QVERIFY(host.isDetached() && host.ownWindow()->acceptDrops());
            drop(*host.ownWindow(), {text});
            QCOMPARE(toQString(session.recipe().evaluation_text), text);
            QVERIFY(session.recipe().calibration_text == calibrated_before);
            session.undoStack().undo();
            QVERIFY(toQString(session.recipe().evaluation_text) != text);
            host.attach();
        }
        QCOMPARE(desk.window.page(), Page::Map);
        QVERIFY(desk.waitForJobs());
    }

    void severalFilesAreEachTaken() {
        Desk desk;
        const QString one = desk.folder.filePath(QStringLiteral("wiki-valid.txt"));
        const QString other = desk.folder.filePath(QStringLiteral("wiki-train.txt"));
        for (const QString& file : {one, other}) QVERIFY(writeFile(file, someText()));
        drop(desk.window, {one, QString::fromStdString(modelFolder().string()), other, QStringLiteral("/nowhere")});
        Session& session = desk.window.session();
        QTRY_VERIFY_WITH_TIMEOUT(session.model() && toQString(session.recipe().calibration_text) == other, kPatience_ms);
        QCOMPARE(toQString(session.recipe().evaluation_text), one);  // its name tells
        QVERIFY(desk.waitForJobs());
        const QString said = desk.window.messages().text();
        QVERIFY2(said.contains(QStringLiteral("wiki-train.txt to calibrate on")), qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("nowhere")), qPrintable(said));  // one model at a time
    }

    void whatComesWithASessionOfAnotherWindowIsNamed() {
        const QTemporaryDir root;
        Desk first;
        first.window.keepSessions(root.path());
        QVERIFY(first.openDemo());
        first.window.sessions().flush();
        Desk desk;
        const QString one = desk.folder.filePath(QStringLiteral("one.txt"));
        const QString other = desk.folder.filePath(QStringLiteral("other.txt"));
        for (const QString& file : {one, other}) QVERIFY(writeFile(file, someText()));
        drop(desk.window, {one, first.window.sessions().folder(), other, QStringLiteral("/nowhere")});
        const QString said = desk.window.messages().text();
        for (const char* part : {"another window", "Not used: one.txt, other.txt", "nowhere"})
            QVERIFY2(said.contains(QLatin1String(part)), qPrintable(said));
        QVERIFY(desk.window.messages().kind() == MessageArea::Kind::Error);
        // They were for that session: no other one gets them.
        desk.window.openDemo();
        QVERIFY(desk.waitForJobs() && desk.window.session().model());
        QCOMPARE(desk.window.session().recipe().calibration_text.filename().string(), std::string("calib.txt"));
        QVERIFY(desk.window.messages().text().isEmpty());
    }

    void whatComesWithASessionThatCannotBeReadIsNamed() {
        KeptSession kept;
        QVERIFY(kept.make());
        QVERIFY(writeFile(kept.folder + QStringLiteral("/session.json"), "{"));
        Desk desk;
        const QString text = desk.folder.filePath(QStringLiteral("one.txt"));
        QVERIFY(writeFile(text, someText()));
        drop(desk.window, {kept.folder, text});
        QVERIFY(desk.waitForJobs());
        QVERIFY(!desk.window.session().model());
        const QString said = desk.window.messages().text();
        for (const char* part : {"session.json", "Not used: one.txt"}) QVERIFY2(said.contains(QLatin1String(part)), qPrintable(said));
        QVERIFY(desk.window.messages().kind() == MessageArea::Kind::Error);
    }

    void whatComesWithAModelWhoseSessionIsRefusedIsUsedAndBothAreTold_data() {
        QTest::addColumn<QStringList>("names");
        QTest::newRow("a text") << QStringList{QStringLiteral("train.txt")};
        QTest::newRow("two texts, and one too many")
            << QStringList{QStringLiteral("train.txt"), QStringLiteral("eval.txt"), QStringLiteral("third.txt")};
    }
    void whatComesWithAModelWhoseSessionIsRefusedIsUsedAndBothAreTold() {
        QFETCH(QStringList, names);
        KeptSession kept;
        QVERIFY(kept.make());
        kept.spoil();
        Desk desk;
        desk.window.keepSessions(kept.root.path());
        QStringList dropped{kept.model};
        for (const QString& name : names) {
            dropped << desk.folder.filePath(name);
            QVERIFY(writeFile(dropped.back(), someText()));
        }
        drop(desk.window, dropped);
        QVERIFY(desk.waitForJobs());
        const Session& session = desk.window.session();
        QVERIFY(session.model());
        QCOMPARE(toQString(session.recipe().calibration_text), dropped[1]);
        const QString said = desk.window.messages().text();
        QVERIFY2(said.contains(QStringLiteral("weights")), qPrintable(said));  // why the session is not there
        if (names.size() > 1) {
            QCOMPARE(toQString(session.recipe().evaluation_text), dropped[2]);
            QVERIFY2(said.contains(QStringLiteral("Not used: third.txt")), qPrintable(said));
        }
    }

    void whatElseFailsMeanwhileLosesNothing() {
        Desk desk;
        const QString text = desk.folder.filePath(QStringLiteral("one.txt"));
        QVERIFY(writeFile(text, someText()));
        drop(desk.window, {QString::fromStdString(modelFolder().string()), text});
        emit desk.window.workflow().failed(QStringLiteral("a job"), QStringLiteral("failed"));
        emit desk.window.sessions().failed(QStringLiteral("the session"), QStringLiteral("could not be saved"));
        QVERIFY(desk.waitForJobs());
        QVERIFY(desk.window.session().model());
        QCOMPARE(toQString(desk.window.session().recipe().calibration_text), text);
    }

private:
    QTemporaryDir data_;
};

QTEST_MAIN(TestDropDesk)
#include "tst_drop_desk.moc"
