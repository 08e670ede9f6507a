#include "core/io/checkpoint.h"

#include <sys/stat.h>

#include <QTest>

#include "tests/core/io/io_testing.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

std::string shard(const std::string& name, char fill) {
    return safetensorsBytes(
        QByteArray("{\"NAME\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}").replace("NAME", name.c_str()).toStdString(),
        std::string(4, fill));
}

void writeIndex(const Folder& folder, const std::string& map) {
    writeBytes(folder / "model.safetensors.index.json", "{\"metadata\":{\"total_size\":8},\"weight_map\":" + map + "}");
}

char firstByte(const TensorView& view) { return static_cast<char>(view.bytes[0]); }

}  // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT

private slots:
    void opensASingleFile() {
        const Folder folder;
        writeBytes(folder / "model.safetensors", shard("a", '1'));
        const auto checkpoint = Checkpoint::open(folder.path());
        QCOMPARE(firstByte(checkpoint.tensor("a")), '1');
        QVERIFY(checkpoint.contains("a") && !checkpoint.contains("b"));
        QCOMPARE(checkpoint.sizeBytes(), std::int64_t{4});
        QCOMPARE(checkpoint.files().size(), std::size_t{1});
        expectError([&] { return checkpoint.tensor("b").name; }, ErrorCode::Format, "no tensor 'b'");
    }

    void opensTheOnlyFileThatHasANameOfItsOwn() {
        const Folder folder;
        writeBytes(folder / "quantized.safetensors", shard("a", '1'));
        QCOMPARE(firstByte(Checkpoint::open(folder.path()).tensor("a")), '1');
        writeBytes(folder / "adapter.safetensors", shard("a", '2'));
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Io, "found 2 other safetensors files");
    }

    void opensShardsInTheOrderOfTheirNames() {
        const Folder folder;
        writeBytes(folder / "model-00001-of-00002.safetensors", shard("z", '1'));
        writeBytes(folder / "model-00002-of-00002.safetensors", shard("a", '2'));
        writeIndex(folder, "{\"a\":\"model-00002-of-00002.safetensors\",\"z\":\"model-00001-of-00002.safetensors\"}");
        const auto checkpoint = Checkpoint::open(folder.path());
        QCOMPARE(firstByte(checkpoint.tensor("z")), '1');
        QCOMPARE(firstByte(checkpoint.tensor("a")), '2');
        QCOMPARE(checkpoint.sizeBytes(), std::int64_t{8});
        QCOMPARE(checkpoint.files().front().filename().string(), std::string("model-00001-of-00002.safetensors"));
    }

    void namesAMissingShardAndTheIndex() {
        const Folder folder;
        writeIndex(folder, "{\"a\":\"model-00002-of-00002.safetensors\"}");
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Io, "model-00002-of-00002.safetensors, which is missing");
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Io, "model.safetensors.index.json");
    }

    void namesATensorThatItsShardDoesNotHold() {
        const Folder folder;
        writeBytes(folder / "s.safetensors", shard("a", '1'));
        writeIndex(folder, "{\"a\":\"s.safetensors\",\"b\":\"s.safetensors\"}");
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Format, "expected tensor 'b' in s.safetensors");
    }

    void keepsATensorThatTheIndexForgot() {
        const Folder folder;
        writeBytes(folder / "s1.safetensors", shard("a", '1'));
        writeBytes(folder / "s2.safetensors", safetensorsBytes("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                                                               "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]},"
                                                               "\"c\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]}}",
                                                               "ABC"));
        writeIndex(folder, "{\"a\":\"s1.safetensors\",\"b\":\"s2.safetensors\"}");
        const auto checkpoint = Checkpoint::open(folder.path());
        QCOMPARE(firstByte(checkpoint.tensor("c")), 'C');
        QCOMPARE(firstByte(checkpoint.tensor("a")), '1');
    }

    void refusesABrokenIndex_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("notJson") << QByteArray("{") << QByteArray("parse error");
        QTest::newRow("anArray") << QByteArray("[]") << QByteArray("weight_map");
        QTest::newRow("noMap") << QByteArray("{}") << QByteArray("weight_map");
        QTest::newRow("emptyMap") << QByteArray("{\"weight_map\":{}}") << QByteArray("found none");
        QTest::newRow("notAName") << QByteArray("{\"weight_map\":{\"a\":1}}") << QByteArray("expected a file name");
        for (const char* const name :
             {"../s.safetensors", "/etc/passwd", "sub/s.safetensors", "..", ".", "", "a\\\\b", "s\\u0000.safetensors"}) {
            const QByteArray index = "{\"weight_map\":{\"a\":\"NAME\"}}";
            QTest::newRow(qPrintable(QString("path ") + name))
                << QByteArray(index).replace("NAME", name) << QByteArray("expected the plain name of a file");
        }
    }
    void refusesABrokenIndex() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, message);
        const Folder folder;
        fs::create_directory(folder / "sub");
        writeBytes(folder / "sub/s.safetensors", shard("a", '1'));
        writeBytes(folder / "model.safetensors.index.json", text.toStdString());
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Format, message.constData());
    }

    void refusesPickleFilesAndSaysWhatToDo() {
        for (const char* const name : {"pytorch_model.bin", "consolidated.00.pth", "model.pt"}) {
            const Folder folder;
            writeBytes(folder / name, "x");
            expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Unsupported, "safe_serialization=True");
            expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Unsupported, name);
        }
    }

    void refusesAPickleFileByWhateverWayItIsReached() {
        const Folder folder;
        writeBytes(folder / "pytorch_model.bin", "x");
        expectError([&] { return Checkpoint::open(folder / "pytorch_model.bin"); }, ErrorCode::Unsupported, "safe_serialization=True");
        writeIndex(folder, "{\"a\":\"pytorch_model.bin\"}");
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Unsupported, "safe_serialization=True");
        for (const std::string_view start : {std::string_view("PK\x03\x04rest of a ZIP"), std::string_view("\x80\x02}q\x00rest", 9)}) {
            writeBytes(folder / "model.safetensors", start);  // another name does not help
            expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Unsupported, "safe_serialization=True");
        }
    }

    void namesThatNoFileCanHaveAreErrors() {
        const Folder folder;
        writeIndex(folder, "{\"a\":\"" + std::string(5000, 'x') + "\"}");
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Io, "xxx, which is missing");
        fs::create_symlink("model.safetensors", folder / "model.safetensors");  // to itself
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Io, "model.safetensors");
    }

    void aPipeIsNotWaitedFor() {
        const Folder folder;
        QCOMPARE(::mkfifo((folder / "model.safetensors").c_str(), 0600), 0);
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Io, "found a pipe");
        fs::remove(folder / "model.safetensors");
        fs::create_symlink("/dev/zero", folder / "model.safetensors");
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Io, "a device");
    }

    void aNameOutOfAFileCannotForgeALineOrReachTheTerminal() {
        const Folder folder;
        writeBytes(folder / "s.safetensors", shard("a", '1'));
        writeIndex(folder, "{\"a\\n\\u001b[2J\\u009b\":\"s.safetensors\"}");
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Format, "'a\\x0A\\x1B[2J\\x9B'");
    }

    void saysWhatWasThereInstead() {
        const Folder folder;
        expectError([&] { return Checkpoint::open(folder.path()); }, ErrorCode::Io, "found neither");
        expectError([&] { return Checkpoint::open(folder / "none"); }, ErrorCode::Io, "found nothing there");
        writeBytes(folder / "file", "x");
        expectError([&] { return Checkpoint::open(folder / "file"); }, ErrorCode::Io, "found a file");
    }

    void followsLinksInsideTheDirectoryAndIntoItsOwnCache() {
        const Folder folder;
        fs::create_directories(folder / "models--x/blobs");
        fs::create_directories(folder / "models--x/snapshots/abc");
        writeBytes(folder / "models--x/blobs/hash", shard("a", '1'));
        fs::create_symlink("../../blobs/hash", folder / "models--x/snapshots/abc/model.safetensors");
        QCOMPARE(firstByte(Checkpoint::open(folder / "models--x/snapshots/abc").tensor("a")), '1');

        fs::create_directory(folder / "plain");
        writeBytes(folder / "plain/weights", shard("a", '2'));
        fs::create_symlink("weights", folder / "plain/model.safetensors");
        QCOMPARE(firstByte(Checkpoint::open(folder / "plain").tensor("a")), '2');

        fs::create_directory_symlink(folder / "plain", folder / "alias");
        QCOMPARE(firstByte(Checkpoint::open(folder / "alias").tensor("a")), '2');
    }

    void refusesALinkThatLeadsOut() {
        const Folder folder;
        writeBytes(folder / "secret", shard("a", '1'));
        fs::create_directory(folder / "model");
        fs::create_symlink("../secret", folder / "model/model.safetensors");
        expectError([&] { return Checkpoint::open(folder / "model"); }, ErrorCode::Io, "leads out of the model directory");
        // A neighbour whose name starts alike is outside, too.
        fs::create_directory(folder / "model2");
        writeBytes(folder / "model2/f", shard("a", '1'));
        fs::remove(folder / "model/model.safetensors");
        fs::create_symlink("../model2/f", folder / "model/model.safetensors");
        expectError([&] { return Checkpoint::open(folder / "model"); }, ErrorCode::Io, "leads out of the model directory");
    }
};

QTEST_APPLESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
