#include "core/io/output_directory.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTest>

#include "core/io/mapped_file.h"
#include "tests/core/io/io_testing.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

/// The number of a process that is no more.
pid_t deadProcess() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    return child;
}

}  // namespace

class TestOutputDirectory : public QObject {
    Q_OBJECT

private slots:
    void theTargetAppearsWholeAtCommit() {
        const Folder folder;
        {
            OutputDirectory output(folder / "out");
            QVERIFY(fs::is_directory(output.path()));
            QCOMPARE(output.path().parent_path(), folder.path());
            QVERIFY(output.path().filename().string().starts_with(".out.partial-"));
            fs::create_directory(output.path() / "sub");
            writeBytes(output.path() / "sub/file", "content");
            QVERIFY(!fs::exists(folder / "out"));
            output.commit();
        }
        QCOMPARE(folder.names(), std::set<std::string>{"out"});
        QCOMPARE(readBytes(folder / "out/sub/file"), std::string("content"));
    }

    void withoutCommitNothingIsLeft() {
        const Folder folder;
        {
            const OutputDirectory output(folder / "out");
            writeBytes(output.path() / "file", "content");
        }
        QVERIFY(folder.names().empty());
    }

    void twoJobsForOneTargetDoNotMeet() {
        const Folder folder;
        OutputDirectory first(folder / "out");
        OutputDirectory second(folder / "out");
        QVERIFY(first.path() != second.path());
        writeBytes(first.path() / "file", "1");
        writeBytes(second.path() / "file", "2");
        first.commit();
        expectError([&] { second.commit(); }, ErrorCode::Io, "out");
        QCOMPARE(readBytes(folder / "out/file"), std::string("1"));
    }

    void whatAKilledProcessLeftIsRemovedAndNothingElse() {
        const Folder folder;
        const std::string dead = std::to_string(deadProcess());
        const std::string living = std::to_string(::getpid());
        fs::create_directories(folder / (".out.partial-" + dead + "-17") / "sub");
        writeBytes(folder / (".out.partial-" + dead + "-17") / "sub" / "file", "left over");
        const std::set<std::string> others = {".out.partial-" + living + "-17",
                                              ".out.partial-" + dead + "-18",  // held
                                              ".out.partial-" + dead + "-17x",  ".out.partial-" + dead,
                                              ".out.partial--" + dead + "-17",  ".out.partial-0-17",
                                              ".other.partial-" + dead + "-17", "out.partial-" + dead + "-17"};
        for (const std::string& name : others) fs::create_directory(folder / name);
        writeBytes(folder / (".out.partial-" + dead + "-19"), "a file");
        fs::create_directory_symlink(folder / "nowhere", folder / (".out.partial-" + dead + "-20"));
        const FileDescriptor held = FileDescriptor::openForSync(folder / (".out.partial-" + dead + "-18"));
        QCOMPARE(::flock(held.get(), LOCK_EX | LOCK_NB), 0);
        std::set<std::string> expected = others;
        for (const char* other : {"-19", "-20"}) expected.insert(".out.partial-" + dead + other);
        { const OutputDirectory output(folder / "out"); }
        QCOMPARE(folder.names(), expected);
    }

    void aDirectoryAtWorkIsHeld() {
        const Folder folder;
        const OutputDirectory output(folder / "out");
        const FileDescriptor other = FileDescriptor::openForSync(output.path());
        QVERIFY(::flock(other.get(), LOCK_EX | LOCK_NB) != 0);
    }

    void anEmptyTargetIsTaken() {
        const Folder folder;
        fs::create_directory(folder / "out");
        OutputDirectory output(folder / "out/");
        QCOMPARE(output.target(), folder / "out");
        writeBytes(output.path() / "file", "1");
        output.commit();
        QCOMPARE(readBytes(folder / "out/file"), std::string("1"));
    }

    void aTargetWithContentIsRefused() {
        const Folder folder;
        fs::create_directory(folder / "out");
        writeBytes(folder / "out/file", "1");
        expectError([&] { OutputDirectory(folder / "out"); }, ErrorCode::InvalidOption, "found files in it");
        expectError([&] { OutputDirectory(folder / "out/file"); }, ErrorCode::InvalidOption, "found a file");
        fs::create_directory_symlink(folder / "nowhere", folder / "link");
        expectError([&] { OutputDirectory(folder / "link"); }, ErrorCode::InvalidOption, "expected a new directory");
        expectError([&] { OutputDirectory(folder / "no/out"); }, ErrorCode::Io, "No such file");
        QCOMPARE(folder.names(), (std::set<std::string>{"link", "out"}));
    }

    void aMappedFileIsReadWholeAndMayBeEmpty() {
        const Folder folder;
        writeBytes(folder / "f", "bytes");
        const auto file = MappedFile::open(folder / "f");
        QCOMPARE(std::string(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()), std::string("bytes"));
        writeBytes(folder / "empty", "");
        QVERIFY(MappedFile::open(folder / "empty")->bytes().empty());
        expectError([&] { return MappedFile::open(folder / "none"); }, ErrorCode::Io, "none: No such file");
        expectError([&] { return MappedFile::open(folder.path()); }, ErrorCode::Io, "expected a regular file, found a directory");
        // Nobody writes to it: opened as a file is, it would be waited for.
        QCOMPARE(::mkfifo((folder / "pipe").c_str(), 0600), 0);
        expectError([&] { return MappedFile::open(folder / "pipe"); }, ErrorCode::Io, "pipe: expected a regular file, found a pipe");
        expectError([&] { return MappedFile::open("/dev/null"); }, ErrorCode::Io, "expected a regular file, found a device");
    }
};

QTEST_APPLESS_MAIN(TestOutputDirectory)
#include "tst_output_directory.moc"
