#include "core/io/gguf_writer.h"

#include <algorithm>

#include "core/io/gguf.h"
#include "tests/core/io/io_testing.h"

using namespace salient;

namespace {

/// Two tensors: one of three slices, whose bytes are no multiple of the file's alignment, and one behind it.
std::vector<GgufTensorLayout> layoutInParts(std::int64_t n_parts) {
    constexpr std::uint32_t kQ4_0 = 2;
    constexpr std::uint32_t kF32 = 0;
    return {{"slices", kQ4_0, {3, 1, 32}, 3 * 18, n_parts}, {"whole", kF32, {2}, 8}};
}

std::vector<std::byte> bytesFrom(int first, std::size_t count) {
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(first + static_cast<int>(i));
    return bytes;
}

/// One slice of 18 bytes.
std::vector<std::byte> slice(int number) { return bytesFrom(1 + 18 * number, 18); }

GgufKeys someKeys() {
    GgufKeys keys;
    keys.addText("general.architecture", "none");
    return keys;
}

}  // namespace

/// Tensors that are written slice by slice: the file is that of tensors written as a whole, whatever the order and however often it stops.
class TestGgufWriter : public QObject {
    Q_OBJECT

private slots:
    void namesOfSlicesComeBack() {
        QCOMPARE(ggufPartName("blk.0.ffn_up_exps.weight", 12), std::string("blk.0.ffn_up_exps.weight[12]"));
        QVERIFY((ggufPartOf("blk.0.ffn_up_exps.weight[12]") == GgufPart{"blk.0.ffn_up_exps.weight", 12}));
        for (const char* whole : {"", "a", "a[", "a]", "a[]", "a[-1]", "a[1", "a[x]", "a[1]b", "a[1x]", "a[99999999999999999999]"})
            QVERIFY2((ggufPartOf(whole) == GgufPart{whole, -1}), whole);
    }

    void slicesInAnyOrderMakeTheTensor() {
        GgufWriter writer(folder_ / "parts.gguf", someKeys(), layoutInParts(3));
        writer.writePart("slices", 2, slice(2));
        writer.write("whole", bytesFrom(100, 8));
        writer.writePart("slices", 0, slice(0));
        writer.writePart("slices", 1, slice(1));
        writer.finish();
        QCOMPARE(readBytes(folder_ / "parts.gguf"), wholeFile());
        const GgufFile file = GgufFile::open(folder_ / "parts.gguf");
        QCOMPARE(file.tensors().size(), std::size_t{2});
        QCOMPARE(file.tensors().at("slices").shape, (std::vector<std::int64_t>{3, 1, 32}));
        QVERIFY(std::ranges::equal(file.tensors().at("slices").bytes, bytesFrom(1, 54)));
    }

    void aFileGoesOnSliceBySlice() {
        const std::filesystem::path path = folder_ / "stopped.gguf";
        std::set<std::string> written;
        for (const int number : {1, 0, 2}) {
            GgufWriter writer = GgufWriter::inPlace(path, someKeys(), layoutInParts(3), written);
            writer.writePart("slices", number, slice(number));
            writer.sync();
            written.insert(ggufPartName("slices", number));
        }
        GgufWriter writer = GgufWriter::inPlace(path, someKeys(), layoutInParts(3), written);
        expectError([&] { writer.writePart("slices", 1, slice(1)); }, ErrorCode::Format, "'slices[1]': expected to be written once");
        writer.write("whole", bytesFrom(100, 8));
        writer.finish();
        QCOMPARE(readBytes(path), wholeFile());
    }

    void whatIsNoSliceIsRefused() {
        GgufWriter writer(folder_ / "refused.gguf", someKeys(), layoutInParts(3));
        writer.writePart("slices", 0, slice(0));
        expectError([&] { writer.writePart("slices", 0, slice(0)); }, ErrorCode::Format, "'slices[0]': expected to be written once");
        expectError([&] { writer.writePart("slices", 3, slice(3)); }, ErrorCode::Format, "'slices[3]': expected a tensor of the layout");
        expectError([&] { writer.writePart("slices", 1, bytesFrom(0, 54)); }, ErrorCode::ShapeMismatch, "expected 18 bytes, found 54");
        expectError([&] { writer.write("slices", bytesFrom(1, 54)); }, ErrorCode::Format, "'slices': expected a tensor of the layout");
        expectError([&] { writer.writePart("whole", 0, bytesFrom(0, 8)); }, ErrorCode::Format, "'whole[0]'");
        writer.writePart("slices", 1, slice(1));
        writer.write("whole", bytesFrom(100, 8));
        expectError([&] { writer.finish(); }, ErrorCode::Format, "'slices[2]': expected to be written, found missing");
        expectError([&] { GgufWriter(folder_ / "uneven.gguf", someKeys(), layoutInParts(4)); }, ErrorCode::Format, "4 equal parts");
    }

private:
    /// The same tensors, each written at once.
    std::string wholeFile() const {
        GgufWriter writer(folder_ / "whole.gguf", someKeys(), layoutInParts(0));
        writer.write("slices", bytesFrom(1, 54));
        writer.write("whole", bytesFrom(100, 8));
        writer.finish();
        return readBytes(folder_ / "whole.gguf");
    }

    Folder folder_;
};

QTEST_APPLESS_MAIN(TestGgufWriter)
#include "tst_gguf_writer.moc"
