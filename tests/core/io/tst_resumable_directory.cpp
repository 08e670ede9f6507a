#include "core/io/resumable_directory.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QTest>

#include "tests/core/io/io_testing.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

constexpr OwnNames kOurs{.state = [](std::string_view name) { return name == "state"; },
                         .content = [](std::string_view name) { return name == "file"; }};

}  // namespace

class TestResumableDirectory : public QObject {
    Q_OBJECT

private slots:
    void theTargetAppearsWholeAtCommitAndNothingElseStays() {
        const Folder folder;
        {
            ResumableDirectory output(folder / "out/", kOurs);
            QCOMPARE(output.place(), folder / ".out.unfinished");
            QCOMPARE(output.place(), ResumableDirectory::placeFor(folder / "out"));
            writeBytes(output.path() / "file", "content");
            writeBytes(output.place() / "state", "what to go on from");
            QVERIFY(!fs::exists(folder / "out"));
            output.commit();
        }
        QCOMPARE(folder.names(), std::set<std::string>{"out"});
        QCOMPARE(readBytes(folder / "out/file"), std::string("content"));
        QVERIFY(!fs::exists(folder / "out/state"));
    }

    void whatIsNotKeptDisappears() {
        const Folder folder;
        {
            const ResumableDirectory output(folder / "out");
            writeBytes(output.path() / "file", "content");
        }
        QVERIFY(folder.names().empty());
    }

    void whatIsKeptIsThereForTheNextUntilItIsCleared() {
        const Folder folder;
        {
            ResumableDirectory output(folder / "out", kOurs);
            writeBytes(output.path() / "file", "content");
            writeBytes(output.place() / "state", "1");
            output.keep(true);
        }
        QCOMPARE(folder.names(), std::set<std::string>{".out.unfinished"});
        ResumableDirectory next(folder / "out", kOurs);
        QCOMPARE(readBytes(next.path() / "file"), std::string("content"));
        QCOMPARE(readBytes(next.place() / "state"), std::string("1"));
        next.clear();
        QVERIFY(fs::is_empty(next.path()));
        QVERIFY(!fs::exists(next.place() / "state"));
    }

    void whatADeadProcessLeftIsTheNextOnes() {
        const Folder folder;
        const pid_t child = ::fork();
        if (child == 0) {
            const ResumableDirectory output(folder / "out");
            writeBytes(output.path() / "file", "content");
            ::_exit(0);  // no destructor, as after SIGKILL
        }
        int status = -1;
        QCOMPARE(::waitpid(child, &status, 0), child);
        const ResumableDirectory next(folder / "out");
        QCOMPARE(readBytes(next.path() / "file"), std::string("content"));
    }

    void twoJobsForOneTargetDoNotMeet() {
        const Folder folder;
        ResumableDirectory first(folder / "out");
        writeBytes(first.path() / "file", "1");
        expectError([&] { ResumableDirectory(folder / "out"); }, ErrorCode::InvalidOption, "found one at work in");
        first.commit();
        QCOMPARE(readBytes(folder / "out/file"), std::string("1"));
    }

    void aFileOfTheLocksNameIsNobodysLockAndStays() {
        const Folder folder;
        fs::create_directory(folder / ".out.unfinished");
        writeBytes(folder / ".out.unfinished/.salient-lock", "somebody's");
        expectError([&] { ResumableDirectory(folder / "out"); }, ErrorCode::InvalidOption, "found a file with content");
        QCOMPARE(readBytes(folder / ".out.unfinished/.salient-lock"), std::string("somebody's"));
    }

    void whatOthersPutThereStaysAndIsNamed_data() {
        QTest::addColumn<QString>("other");
        QTest::addColumn<QString>("named");
        QTest::newRow("beside the content") << "notes.txt"
                                            << "notes.txt";
        QTest::newRow("in it") << "checkpoint/notes.txt"
                               << "checkpoint/notes.txt";
        QTest::newRow("in it, called as the lock is") << "checkpoint/.salient-lock"
                                                      << "checkpoint/.salient-lock";
        QTest::newRow("a folder called as our file is") << "state/notes.txt"
                                                        << "state";
        QTest::newRow("a folder in the content, called as the content is") << "checkpoint/checkpoint/notes.txt"
                                                                           << "checkpoint/checkpoint";
    }
    void whatOthersPutThereStaysAndIsNamed() {
        QFETCH(QString, other);
        QFETCH(QString, named);
        const std::string found = "found '" + named.toStdString() + "' in it";
        const Folder folder;
        const fs::path place = folder / ".out.unfinished";
        const fs::path notes = place / other.toStdString();
        fs::create_directories(notes.parent_path());
        fs::create_directories(place / "checkpoint");
        writeBytes(notes, "somebody's");
        writeBytes(place / "checkpoint/file", "may be ours");
        for (int attempt = 0; attempt < 2; ++attempt) {
            ResumableDirectory output(folder / "out", kOurs);
            expectError([&] { output.clear(); }, ErrorCode::InvalidOption, found.c_str());
            QVERIFY(!fs::exists(place / ".salient-lock"));
        }
        QCOMPARE(readBytes(notes), std::string("somebody's"));
        QCOMPARE(readBytes(place / "checkpoint/file"), std::string("may be ours"));
    }

    void manyOfOthersAreCounted() {
        const Folder folder;
        fs::create_directories(folder / ".out.unfinished");
        for (const char* name : {"a", "b", "c", "d", "e"}) writeBytes(folder / ".out.unfinished" / name, "somebody's");
        ResumableDirectory output(folder / "out", kOurs);
        expectError([&] { output.clear(); }, ErrorCode::InvalidOption, "found 'a', 'b', 'c' and 2 more in it");
        QVERIFY(!fs::exists(output.path()));  // it was empty, and made by this
    }

    void whatOthersPutBesideAFinishedJobStays() {
        const Folder folder;
        {
            ResumableDirectory output(folder / "out", kOurs);
            writeBytes(output.path() / "file", "content");
            writeBytes(output.place() / "state", "1");
            writeBytes(output.place() / "notes.txt", "somebody's");
            output.commit();
        }
        QCOMPARE(readBytes(folder / "out/file"), std::string("content"));
        QCOMPARE(readBytes(folder / ".out.unfinished/notes.txt"), std::string("somebody's"));
        QVERIFY(!fs::exists(folder / ".out.unfinished/state"));
        QVERIFY(!fs::exists(folder / ".out.unfinished/.salient-lock"));
    }

    void aFileInThePlaceOfTheContentStays() {
        const Folder folder;
        fs::create_directory(folder / ".out.unfinished");
        writeBytes(folder / ".out.unfinished/checkpoint", "somebody's");
        writeBytes(folder / ".out.unfinished/notes.txt", "somebody's");
        expectError([&] { ResumableDirectory(folder / "out", kOurs); }, ErrorCode::Io, "create directory");
        QCOMPARE(readBytes(folder / ".out.unfinished/checkpoint"), std::string("somebody's"));
        QCOMPARE(readBytes(folder / ".out.unfinished/notes.txt"), std::string("somebody's"));
        QVERIFY(!fs::exists(folder / ".out.unfinished/.salient-lock"));
    }

    void theRestOfAnEarlierProcessGoesAndOthersFilesStay() {
        const Folder folder;
        const fs::path place = folder / ".out.unfinished";
        const auto leave = [&] {
            fs::create_directories(place / "checkpoint");
            for (const char* name : {".salient-lock", "state", "checkpoint/file"}) writeBytes(place / name, "");
        };
        leave();
        ResumableDirectory::removeLeftOver(folder / "out", kOurs);
        QVERIFY(folder.names().empty());
        ResumableDirectory::removeLeftOver(folder / "out", kOurs);  // nothing there
        leave();
        writeBytes(place / "checkpoint/notes.txt", "somebody's");
        ResumableDirectory::removeLeftOver(folder / "out", kOurs);
        QCOMPARE(readBytes(place / "checkpoint/notes.txt"), std::string("somebody's"));
        QVERIFY(!fs::exists(place / "state") && !fs::exists(place / "checkpoint/file"));
        fs::remove_all(place);
        fs::create_directory(folder / "elsewhere");
        writeBytes(folder / "elsewhere/state", "1");
        fs::create_directory_symlink(folder / "elsewhere", place);
        ResumableDirectory::removeLeftOver(folder / "out", kOurs);
        QCOMPARE(readBytes(folder / "elsewhere/state"), std::string("1"));
    }

    void aTargetWithContentIsRefusedAndLeftAlone() {
        const Folder folder;
        fs::create_directory(folder / "out");
        writeBytes(folder / "out/file", "1");
        expectError([&] { ResumableDirectory(folder / "out"); }, ErrorCode::InvalidOption, "found files in it");
        expectError([&] { ResumableDirectory(folder / "out/file"); }, ErrorCode::InvalidOption, "found a file");
        expectError([&] { ResumableDirectory(folder / "out/file/below"); }, ErrorCode::Io, "Not a directory");
        expectError([&] { ResumableDirectory(folder / "no/out"); }, ErrorCode::Io, "No such file");
        QCOMPARE(folder.names(), std::set<std::string>{"out"});
    }

    void aLinkInThePlaceIsNotFollowed() {
        const Folder folder;
        fs::create_directory(folder / "elsewhere");
        fs::create_directory_symlink(folder / "elsewhere", folder / ".out.unfinished");
        expectError([&] { ResumableDirectory(folder / "out"); }, ErrorCode::Io, ".out.unfinished: Not a directory");
        QVERIFY(fs::is_empty(folder / "elsewhere"));
    }
};

QTEST_APPLESS_MAIN(TestResumableDirectory)
#include "tst_resumable_directory.moc"
