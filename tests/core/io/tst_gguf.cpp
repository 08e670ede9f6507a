#include "core/io/gguf.h"

#include "core/io/ggml_blocks.h"
#include "core/io/json_file.h"
#include "core/kernels/convert.h"
#include "tests/core/io/gguf_bytes.h"
#include "tests/core/io/io_testing.h"
#include "tests/support/places.h"

using namespace salient;
namespace gb = gguf_bytes;

namespace {

const std::filesystem::path kFolder = salient::test::testDataFolder() / "gguf";

std::vector<float> floatsFromHex(const std::string& hex) {
    const QByteArray bytes = QByteArray::fromHex(QByteArray::fromStdString(hex));
    std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(float));
    return values;
}

bool sameBits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

}  // namespace

/// Values and refusals of the GGUF reader. Blocks of every type against make_types.py, which knows nothing of Salient.
class TestGguf : public QObject {
    Q_OBJECT

private slots:
    void everyElementTypeGivesTheFloatsOfItsDefinition_data() {
        QTest::addColumn<QString>("tensor");
        const Json expected = readJson(kFolder / "types.json");
        for (const auto& [name, hex] : expected.items()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void everyElementTypeGivesTheFloatsOfItsDefinition() {
        QFETCH(QString, tensor);
        const GgufFile file = GgufFile::open(kFolder / "types.gguf");
        const TensorView& view = file.tensors().at(tensor.toStdString());
        const std::vector<float> expected = floatsFromHex(readJson(kFolder / "types.json").at(tensor.toStdString()).get<std::string>());
        const std::vector<float> found = toFloats(view);
        QCOMPARE(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i)
            QVERIFY2(sameBits({&found[i], 1}, {&expected[i], 1}),
                     qPrintable(QString("element %1: %2, expected %3").arg(i).arg(found[i]).arg(expected[i])));
        QCOMPARE(QString::fromStdString(std::string(view.storedName())), tensor.section('.', 1));
    }

    void rowsCanBeReadAlone() {
        const GgufFile file = GgufFile::open(kFolder / "types.gguf");
        for (const auto& [name, view] : file.tensors()) {
            if (view.shape.size() != 2) continue;
            const Matrix all = toMatrix(view);
            const Matrix last = toMatrixRows(view, all.rows() - 1, 1);
            QVERIFY2(last == all.bottomRows(1), name.c_str());
        }
    }

    void everyKindOfValueIsRead() {
        const GgufFile file = GgufFile::open(kFolder / "types.gguf");
        QCOMPARE(file.integer("a.u8").value(), std::int64_t{255});
        QCOMPARE(file.integer("a.i8").value(), std::int64_t{-128});
        QCOMPARE(file.integer("a.u16").value(), std::int64_t{65535});
        QCOMPARE(file.integer("a.i16").value(), std::int64_t{-32768});
        QCOMPARE(file.integer("a.u32").value(), (std::int64_t{1} << 32) - 1);
        QCOMPARE(file.integer("a.i32").value(), -(std::int64_t{1} << 31));
        QCOMPARE(file.integer("a.u64").value(), std::int64_t{1} << 40);
        QCOMPARE(file.integer("a.i64").value(), -(std::int64_t{1} << 40));
        QCOMPARE(file.number("a.f32").value(), 0.15625);
        QCOMPARE(file.number("a.f64").value(), 1e-300);
        QCOMPARE(file.number("a.u8").value(), 255.0);
        QCOMPARE(file.boolean("a.bool").value(), true);
        QCOMPARE(file.text("a.text").value(), std::string("Größe"));
        QCOMPARE(*file.integers("a.integers"), (std::vector<std::int64_t>{1, -2, 3}));
        QCOMPARE(*file.integers("a.flags"), (std::vector<std::int64_t>{1, 0}));
        QCOMPARE(*file.numbers("a.numbers"), (std::vector<double>{0.5, -1.25}));
        QCOMPARE(*file.texts("a.texts"), (std::vector<std::string>{"a", "", "▁b"}));
        QVERIFY(file.integers("a.nothing")->empty());
        QVERIFY(!file.text("a.missing").has_value());
        QVERIFY(file.texts("a.missing") == nullptr);
        expectError([&] { return file.integer("a.text"); }, ErrorCode::Format, "key 'a.text': expected an integer, found text");
        expectError([&] { return file.texts("a.flags"); }, ErrorCode::Format, "expected a list of texts, found a list of integers");
    }

    void extentsAreTurnedSlowestFirst() {
        const GgufFile file = GgufFile::open(kFolder / "types.gguf");
        QCOMPARE(file.tensors().at("plain.F32").shape, (std::vector<std::int64_t>{3, 5}));
    }

    void theAlignmentOfTheFileCounts() {
        const std::string head =
            gb::start(2, 1) + gb::u32Key("general.alignment", 64) + gb::tensor("a", {1}, 0, 0) + gb::tensor("b", {2}, 0, 64);
        write(gb::padded(head, 64) + gb::padded(gb::number(1.5F), 64) + gb::number(2.5F) + gb::number(3.5F));
        const GgufFile file = GgufFile::open(path());
        QCOMPARE(toFloats(file.tensors().at("b")), (std::vector<float>{2.5F, 3.5F}));
    }

    void whatBreaksTheFormatIsRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const std::string& bytes, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(reason);
        };
        const std::string huge(8, '\xFF');
        const std::string one = gb::tensor("t", {32}, 2, 0);
        row("empty", "", "GGUF");
        row("other letters", "GGML" + std::string(60, '\0'), "GGUF");
        row("cut version", std::string("GGUF\3\0", 6), "the file's end");
        row("version 1", gb::start(0, 0, 1), "version 2 or 3");
        row("big-endian", gb::start(0, 0, 3U << 24U), "big-endian");
        row("too many tensors", gb::start(1ULL << 60U, 0) + std::string(64, '\0'), "tensors declared");
        row("too many keys", gb::start(0, 1ULL << 60U) + std::string(64, '\0'), "keys declared");
        row("key longer than the file", gb::start(0, 1) + gb::number<std::uint64_t>(60000) + std::string(64, 'a'), "left in file");
        row("key of 2^64 bytes", gb::start(0, 1) + huge + std::string(64, 'a'), "at most 65535");
        row("empty key", gb::start(0, 1) + gb::u32Key("", 1), "empty");
        row("key twice", gb::start(0, 2) + gb::u32Key("a", 1) + gb::u32Key("a", 1), "found twice");
        row("unknown value", gb::start(0, 1) + gb::text("a") + gb::number<std::uint32_t>(13) + huge, "type from 0 to 12");
        row("boolean of 2", gb::start(0, 1) + gb::text("a") + gb::number<std::uint32_t>(7) + "\2" + huge, "0 or 1");
        row("nested array", gb::start(0, 1) + gb::text("a") + gb::number<std::uint32_t>(9) + gb::number<std::uint32_t>(9) + huge, "arrays");
        row("array of unknown", gb::start(0, 1) + gb::text("a") + gb::number<std::uint32_t>(9) + gb::number<std::uint32_t>(99) + huge,
            "type from 0 to 12");
        row("array of 2^64 texts", gb::start(0, 1) + gb::text("a") + gb::number<std::uint32_t>(9) + gb::number<std::uint32_t>(8) + huge,
            "elements declared");
        row("array longer than the file",
            gb::start(0, 1) + gb::text("a") + gb::number<std::uint32_t>(9) + gb::number<std::uint32_t>(4) + gb::number<std::uint64_t>(5) +
                huge,
            "elements declared");
        row("text of 2^64 bytes", gb::start(0, 1) + gb::text("a") + gb::number<std::uint32_t>(8) + huge, "left in file");
        row("u64 beyond 2^63", gb::start(0, 1) + gb::text("a") + gb::number<std::uint32_t>(10) + huge, "below 2^63");
        row("alignment of 3", gb::start(0, 1) + gb::u32Key("general.alignment", 3), "power of two");
        row("alignment of 0", gb::start(0, 1) + gb::u32Key("general.alignment", 0), "power of two");
        row("alignment of 2^31", gb::start(0, 1) + gb::u32Key("general.alignment", 1U << 31U), "power of two");
        row("alignment in words", gb::start(0, 1) + gb::textKey("general.alignment", "32"), "power of two");
        row("tensor without name", gb::start(1, 0) + gb::tensor("", {1, 1}, 0, 0), "empty");
        row("long tensor name", gb::start(1, 0) + gb::tensor(std::string(64, 'n'), {1}, 0, 0), "at most 63");
        row("tensor twice", gb::padded(gb::start(2, 0) + gb::tensor("t", {1}, 0, 0) + gb::tensor("t", {1}, 0, 32)) + std::string(64, '\0'),
            "found twice");
        row("no extents", gb::start(1, 0) + gb::tensor("t", {}, 0, 0) + huge, "1 to 4 extents");
        row("five extents", gb::start(1, 0) + gb::tensor("t", {1, 1, 1, 1, 1}, 0, 0), "1 to 4 extents");
        row("extent of 0", gb::start(1, 0) + gb::tensor("t", {4, 0}, 0, 0), "product");
        row("extent of 2^63", gb::start(1, 0) + gb::tensor("t", {1ULL << 63U}, 0, 0), "product");
        row("product beyond 2^63", gb::start(1, 0) + gb::tensor("t", {1ULL << 32U, 1ULL << 32U}, 0, 0), "product");
        row("bytes beyond 2^63", gb::start(1, 0) + gb::tensor("t", {1ULL << 62U}, 0, 0), "too large");
        row("type that is not read", gb::start(1, 0) + gb::tensor("t", {256}, 16, 0), "IQ2_XXS");
        row("unknown type", gb::start(1, 0) + gb::tensor("t", {256}, 4000, 0), "type 4000");
        row("row of half a block", gb::start(1, 0) + gb::tensor("t", {16, 2}, 2, 0), "multiple of 32");
        row("data cut", gb::padded(gb::start(1, 0) + one) + std::string(17, '\0'), "bytes in file");
        row("data missing", gb::start(1, 0) + one, "bytes in file");
        row("hole", gb::padded(gb::start(1, 0) + gb::tensor("t", {32}, 2, 32)) + std::string(64, '\0'), "expected to begin at byte 0");
        row("overlap", gb::padded(gb::start(2, 0) + one + gb::tensor("u", {32}, 2, 0)) + std::string(64, '\0'),
            "expected to begin at byte 32");
        row("part of a model", gb::start(0, 1) + gb::u32Key("split.count", 3), "one of 3 parts");
        row("pickle", std::string("PK\x03\x04", 4) + std::string(60, '\0'), "pickle");
    }
    void whatBreaksTheFormatIsRefused() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, reason);
        write(bytes.toStdString());
        try {
            static_cast<void>(GgufFile::open(path()));
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains(reason), error.what());
            return;
        }
        QFAIL("expected an error, found none");
    }

    void everyPrefixOfAFileIsRefused() {
        const std::string whole = readBytes(kFolder / "types.gguf");
        for (std::size_t size = 0; size + 64 < whole.size(); size += 7) {
            write(whole.substr(0, size));
            expectError([&] { return GgufFile::open(path()); }, ErrorCode::Format, "readGguf");
        }
    }

    void controlCharactersOfANameStayOutOfTheMessage() {
        write(gb::start(1, 0) + gb::tensor("a\x1b[31m\n", {3}, 2, 0));
        expectError([&] { return GgufFile::open(path()); }, ErrorCode::Format, "\\x1B[31m\\x0A");
    }

    void aFileThatShrinksIsAnError() {
        write(gb::padded(gb::start(1, 0) + gb::tensor("t", {4}, 0, 0)) + std::string(16, '\0'));
        const GgufFile file = GgufFile::open(path());
        std::filesystem::resize_file(path(), 8);
        expectError([&] { return toFloats(file.tensors().at("t")); }, ErrorCode::Io, "found 8");
    }

private:
    std::filesystem::path path() const { return folder_ / "m.gguf"; }
    void write(const std::string& bytes) const { writeBytes(path(), bytes); }
    Folder folder_;
};

QTEST_APPLESS_MAIN(TestGguf)
#include "tst_gguf.moc"
