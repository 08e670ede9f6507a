#include "core/io/resumable_directory.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QTest>

#include "tests/core/io/io_testing.h"

using namespace salient;
namespace fs = std::filesystem;

class TestResumableDirectory : public QObject {
    Q_OBJECT

private slots:
    void theTargetAppearsWholeAtCommitAndNothingElseStays() {
        const Folder folder;
        {
            ResumableDirectory output(folder / "out/");
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
            ResumableDirectory output(folder / "out");
            writeBytes(output.path() / "file", "content");
            writeBytes(output.place() / "state", "1");
            output.keep(true);
        }
        QCOMPARE(folder.names(), std::set<std::string>{".out.unfinished"});
        ResumableDirectory next(folder / "out");
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
