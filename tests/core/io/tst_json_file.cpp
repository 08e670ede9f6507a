#include "core/io/json_file.h"

#include <sys/stat.h>

#include <QTest>
#include <limits>

#include "core/io/file_start.h"
#include "tests/core/io/io_testing.h"

using namespace salient;

class TestJsonFile : public QObject {
    Q_OBJECT

private slots:
    void parseKeepsTheOrderOfKeys() {
        const std::string text = R"({"z":[1,-2,3.5,true,null,"x"],"a":{"k":{},"b":[]},"m":18446744073709551615})";
        QCOMPARE(parseJson(text, "t").dump(), text);
        QCOMPARE(parseJson("3", "t").get<int>(), 3);
        QVERIFY(parseJson("[]", "t").is_array());
        QCOMPARE(parseJson("\"\\ud83d\\ude00\"", "t").get<std::string>(), std::string("😀"));
    }

    void parseRefuses_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("nothing") << QByteArray("") << QByteArray("parse error");
        QTest::newRow("cut") << QByteArray("{\"a\":\n [1,") << QByteArray("line 2");
        QTest::newRow("trailing") << QByteArray("{} {}") << QByteArray("parse error");
        QTest::newRow("comment") << QByteArray("{} // x") << QByteArray("parse error");
        QTest::newRow("brokenUtf8") << QByteArray("\"a\xff\"") << QByteArray("UTF-8");
        QTest::newRow("overlongUtf8") << QByteArray("\"\xc0\x80\"") << QByteArray("UTF-8");
        QTest::newRow("loneSurrogate") << QByteArray("\"\\ud83d\"") << QByteArray("surrogate");
        QTest::newRow("keyTwice") << QByteArray(R"({"b":1,"a":{"x":1,"y":2,"x":3}})") << QByteArray("'x' appears twice");
        QTest::newRow("numberTooLarge") << QByteArray("1e999") << QByteArray("1e999");
        QTest::newRow("deepArrays") << QByteArray(65, '[') + QByteArray(65, ']') << QByteArray("nested deeper than 64");
        QTest::newRow("hostileDepth") << QByteArray(2000000, '[') << QByteArray("nested deeper than 64");
        QByteArray objects;
        for (int i = 0; i < 100; ++i) objects += R"({"a":)";
        QTest::newRow("deepObjects") << objects << QByteArray("nested deeper than 64");
    }
    void parseRefuses() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, message);
        const auto parse = [&] {
            return parseJson(std::string_view(text.constData(), static_cast<std::size_t>(text.size())), "some/file");
        };
        expectError(parse, ErrorCode::Format, message.constData());
        expectError(parse, ErrorCode::Format, "some/file");
    }

    void sixtyFourLevelsPass() {
        const std::string text = std::string(64, '[') + std::string(64, ']');
        QCOMPARE(parseJson(text, "t").dump(), text);
    }

    void largeObjectsTakeTimeThatGrowsWithTheirSize() {
        // A linear search for each of 300,000 keys would compare 45 billion pairs.
        std::string text = "{";
        for (int i = 0; i < 300000; ++i) text += (i > 0 ? ",\"token" : "\"token") + std::to_string(i) + "\":" + std::to_string(i);
        text += "}";
        QCOMPARE(parseJson(text, "t").size(), std::size_t{300000});
    }

    void writeThenReadGivesTheValueBack() {
        const Folder folder;
        const Json value = parseJson(R"({"b":1.5,"a":["ü",null]})", "t");
        writeJson(folder / "v.json", value);
        QVERIFY(readJson(folder / "v.json") == value);
        QCOMPARE(folder.names(), std::set<std::string>{"v.json"});
        writeJson(folder / "v.json", Json(2));
        QCOMPARE(readJson(folder / "v.json").get<int>(), 2);
    }

    void writeSurvivesBytesThatAreNoText() {
        const Folder folder;
        writeJson(folder / "v.json", Json{{"path", "a\xff"}});
        QCOMPARE(readJson(folder / "v.json")["path"].get<std::string>(), std::string("a\uFFFD"));
    }

    void writeNamesAFolderThatIsMissing() {
        const Folder folder;
        expectError([&] { writeJson(folder / "no" / "v.json", Json(1)); }, ErrorCode::Io, "No such file");
    }

    void readHoldsItsLimit() {
        const Folder folder;
        writeBytes(folder / "t", "12345");
        QCOMPARE(readText(folder / "t", 5), std::string("12345"));
        expectError([&] { return readText(folder / "t", 4); }, ErrorCode::Format, "at most 4 bytes");
        expectError([&] { return readJson(folder / "t", 4); }, ErrorCode::Format, "at most 4 bytes");
        expectError([&] { return readText(folder / "none"); }, ErrorCode::Io, "none");
        writeBytes(folder / "empty", "");
        QCOMPARE(readText(folder / "empty"), std::string());
        // A file whose size the system does not tell is read to its end all the same.
        QVERIFY(readText("/proc/self/status").find("VmRSS") != std::string::npos);
        expectError([&] { return readText("/proc/self/status", 100); }, ErrorCode::Format, "at most 100 bytes");
    }

    void settingsAreHeldToLessThanAVocabulary() {
        const Folder folder;
        writeBytes(folder / "t", "{}" + std::string(kMostSettingsBytes, ' '));
        expectError([&] { return readJson(folder / "t"); }, ErrorCode::Format, "at most 16777216 bytes");
        QVERIFY(readJson(folder / "t", kMostListBytes).empty());
    }

    void whatIsNoRegularFileIsNotWaitedFor() {
        const Folder folder;
        QCOMPARE(::mkfifo((folder / "pipe").c_str(), 0600), 0);
        expectError([&] { return readText(folder / "pipe"); }, ErrorCode::Io, "expected a regular file, found a pipe");
        QVERIFY(!startsWith(folder / "pipe", "GGUF"));
        expectError([&] { return readText("/dev/zero", 100000); }, ErrorCode::Io, "expected a regular file, found a device");
        expectError([&] { return readText(folder.path()); }, ErrorCode::Io, "expected a regular file, found a directory");
    }
};

QTEST_APPLESS_MAIN(TestJsonFile)
#include "tst_json_file.moc"
