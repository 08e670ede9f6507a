#include "core/io/safetensors.h"

#include <QTest>

#include "tests/core/io/io_testing.h"

using namespace salient;

namespace {

struct Broken {
    const char* claim;
    std::string bytes;
    ErrorCode code;
    const char* message;
};

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

std::string oneTensor(const std::string& dtype, const std::string& shape, const std::string& offsets, std::size_t n_bytes) {
    return safetensorsBytes(R"({"a":)" + entry(dtype, shape, offsets) + "}", std::string(n_bytes, 'x'));
}

std::string twoTensors(const std::string& first, const std::string& second, std::size_t n_bytes) {
    return safetensorsBytes(R"({"a":)" + entry("U8", "[4]", first) + R"(,"b":)" + entry("U8", "[4]", second) + "}",
                            std::string(n_bytes, 'x'));
}

std::vector<Broken> brokenFiles() {
    using enum ErrorCode;
    const std::string huge_length("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
    const std::string over_limit("\x01\xe1\xf5\x05\0\0\0\0{}", 10);
    std::string deep = R"({"__metadata__":)";
    for (int i = 0; i < 100000; ++i) deep += '[';
    return {
        {"empty", "", Format, "at least 8 bytes"},
        {"sevenBytes", "1234567", Format, "at least 8 bytes"},
        {"headerBeyondTheFile", std::string("\x20\0\0\0\0\0\0\0{}", 10), Format, "32 bytes declared, 2 left in file"},
        {"headerLengthNegative", huge_length, Format, "at most 100 MB"},
        {"headerOver100MB", over_limit, Format, "at most 100 MB, found 100000001"},
        {"headerOfNothing", safetensorsBytes(""), Format, "start with '{'"},
        {"headerStartsWithSpace", safetensorsBytes(" {}"), Format, "start with '{'"},
        {"headerCut", safetensorsBytes(R"({"a":)"), Format, "parse error"},
        {"headerNotUtf8", safetensorsBytes("{\"\xff\":{}}"), Format, "UTF-8"},
        {"headerWithTrailingText", safetensorsBytes("{}x"), Format, "parse error"},
        {"headerTooDeep", safetensorsBytes(deep), Format, "nested deeper than 64"},
        {"nameTwice", safetensorsBytes(R"({"a":)" + entry("U8", "[0]", "[0,0]") + R"(,"a":)" + entry("U8", "[0]", "[0,0]") + "}"), Format,
         "'a' appears twice"},
        {"entryNotAnObject", safetensorsBytes(R"({"a":3})"), Format, "tensor 'a': expected an object"},
        {"noDtype", safetensorsBytes(R"({"a":{"shape":[],"data_offsets":[0,4]}})", "xxxx"), Format, "expected a field 'dtype'"},
        {"noShape", safetensorsBytes(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", "xxxx"), Format, "expected a field 'shape'"},
        {"noOffsets", safetensorsBytes(R"({"a":{"dtype":"F32","shape":[]}})", "xxxx"), Format, "expected a field 'data_offsets'"},
        {"dtypeNotAString", safetensorsBytes(R"({"a":{"dtype":4,"shape":[],"data_offsets":[0,4]}})", "xxxx"), Format,
         "dtype: expected a string"},
        {"dtypeUnknown", oneTensor("F8_E4M3", "[4]", "[0,4]", 4), Unsupported, "F8_E4M3"},
        {"shapeNotAnArray", oneTensor("U8", "4", "[0,4]", 4), Format, "shape: expected an array"},
        {"shapeNegative", oneTensor("U8", "[-4]", "[0,4]", 4), Format, "non-negative integers, found -4"},
        {"shapeFractional", oneTensor("U8", "[4.0]", "[0,4]", 4), Format, "non-negative integers"},
        {"shapeOfTwiceNegative", oneTensor("U8", "[-2,-2]", "[0,4]", 4), Format, "non-negative integers"},
        {"shapeBeyond63Bits", oneTensor("U8", "[18446744073709551615]", "[0,4]", 4), Format, "non-negative integers"},
        // 2^32 · 2^32 wraps around to 0 elements, and 2^61 · 8 bytes to 0 bytes.
        {"elementsOverflow", oneTensor("U8", "[4294967296,4294967296]", "[0,0]", 0), Format, "too large to count its elements"},
        {"bytesOverflow", oneTensor("F64", "[2305843009213693952]", "[0,0]", 0), Format, "too large to count its bytes"},
        {"overflowBehindAZero", oneTensor("U8", "[0,4294967296,4294967296]", "[0,0]", 0), Format, "too large to count its elements"},
        {"offsetsNotAPair", oneTensor("U8", "[4]", "[0]", 4), Format, "two non-negative integers"},
        {"offsetsNegative", oneTensor("U8", "[4]", "[-4,0]", 4), Format, "two non-negative integers"},
        {"offsetsBackwards", oneTensor("U8", "[4]", "[4,0]", 4), Format, "begin before end"},
        {"offsetsBeyondTheFile", oneTensor("U8", "[9]", "[0,9]", 4), Format, "end at byte 9, 4 bytes of data in file"},
        {"tooFewBytesForTheShape", oneTensor("F32", "[2]", "[0,4]", 4), Format, "expected 8 bytes for its shape and dtype, found 4"},
        {"tooManyBytesForTheShape", oneTensor("F16", "[1]", "[0,4]", 4), Format, "expected 2 bytes for its shape and dtype, found 4"},
        {"hole", twoTensors("[0,4]", "[5,9]", 9), Format, "tensor 'b': data_offsets: expected to begin at byte 4, found 5 (hole)"},
        {"holeAtTheStart", oneTensor("U8", "[4]", "[1,5]", 5), Format, "expected to begin at byte 0, found 1 (hole)"},
        {"overlap", twoTensors("[0,4]", "[3,7]", 7), Format, "expected to begin at byte 4, found 3 (overlap)"},
        {"sameBytesTwice", twoTensors("[0,4]", "[0,4]", 4), Format, "(overlap)"},
        {"bytesAfterTheLastTensor", oneTensor("U8", "[4]", "[0,4]", 5), Format, "end at byte 4, found 5"},
        {"metadataNotAnObject", safetensorsBytes(R"({"__metadata__":[]})"), Format, "__metadata__: expected an object"},
        {"metadataNotAString", safetensorsBytes(R"({"__metadata__":{"n":1}})"), Format, "'n': expected a string, found number"},
    };
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

private slots:
    void openRejects_data() {
        QTest::addColumn<int>("index");
        const auto files = brokenFiles();
        for (std::size_t i = 0; i < files.size(); ++i) QTest::newRow(files[i].claim) << static_cast<int>(i);
    }
    void openRejects() {
        QFETCH(int, index);
        const Broken broken = brokenFiles().at(static_cast<std::size_t>(index));
        const Folder folder;
        writeBytes(folder / "model.safetensors", broken.bytes);
        expectError([&] { return SafetensorsFile::open(folder / "model.safetensors"); }, broken.code, broken.message);
        expectError([&] { return SafetensorsFile::open(folder / "model.safetensors"); }, broken.code, "model.safetensors");
    }

    void openRejectsEveryTruncation() {
        const std::string whole = twoTensors("[0,4]", "[4,8]", 8);
        const Folder folder;
        for (std::size_t n = 0; n < whole.size(); ++n) {
            writeBytes(folder / "t", whole.substr(0, n));
            expectError([&] { return SafetensorsFile::open(folder / "t"); }, ErrorCode::Format, "readSafetensors");
        }
        writeBytes(folder / "t", whole);
        QCOMPARE(SafetensorsFile::open(folder / "t").tensors().size(), std::size_t{2});
    }

    void openNamesWhatIsMissing() {
        const Folder folder;
        expectError([&] { return SafetensorsFile::open(folder / "no.safetensors"); }, ErrorCode::Io, "no.safetensors");
        expectError([&] { return SafetensorsFile::open(folder.path()); }, ErrorCode::Io, "directory");
        writeBytes(folder / "t", oneTensor("U8", "[4]", "[0,4]", 4));
        const auto file = SafetensorsFile::open(folder / "t");
        expectError([&] { return file.tensor("b").shape.size(); }, ErrorCode::Format, "no tensor 'b'");
    }

    void openReadsScalarsEmptyTensorsMetadataAndPadding() {
        const std::string header = R"({"__metadata__":{"format":"pt","ключ":"v"},"z":)" + entry("F32", "[]", "[4,8]") + R"(,"e":)" +
                                   entry("F16", "[3,0]", "[4,4]") + R"(,"u":)" + entry("U8", "[2,2]", "[0,4]") + "}     ";
        const Folder folder;
        writeBytes(folder / "t", safetensorsBytes(header, std::string("abcd\0\0\x80\x3f", 8)));
        const auto file = SafetensorsFile::open(folder / "t");
        QCOMPARE(file.metadata().at("ключ"), std::string("v"));
        QCOMPARE(file.tensor("z").shape.size(), std::size_t{0});
        QCOMPARE(file.tensor("z").elementCount(), std::int64_t{1});
        float one = 0;
        std::memcpy(&one, file.tensor("z").bytes.data(), sizeof one);
        QCOMPARE(one, 1.0F);
        QCOMPARE(file.tensor("e").elementCount(), std::int64_t{0});
        QCOMPARE(file.tensor("u").shape, (std::vector<std::int64_t>{2, 2}));
        QVERIFY(file.tensor("u").dtype == DType::U8);
        QCOMPARE(static_cast<char>(file.tensor("u").bytes[3]), 'd');
    }

    void aViewOutlivesItsReader() {
        const Folder folder;
        writeBytes(folder / "t", oneTensor("U8", "[4]", "[0,4]", 4));
        TensorView view;
        { view = SafetensorsFile::open(folder / "t").tensor("a"); }
        std::filesystem::remove(folder / "t");
        QCOMPARE(static_cast<char>(view.bytes[3]), 'x');
    }
};

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
