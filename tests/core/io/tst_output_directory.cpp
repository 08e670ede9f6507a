#include "core/io/output_directory.h"

#include <QTest>

#include "core/io/mapped_file.h"
#include "tests/core/io/io_testing.h"

using namespace salient;
namespace fs = std::filesystem;

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
        expectError([&] { return MappedFile::open(folder.path()); }, ErrorCode::Io, "Is a directory");
    }
};

QTEST_APPLESS_MAIN(TestOutputDirectory)
#include "tst_output_directory.moc"
