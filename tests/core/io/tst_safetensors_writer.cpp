#include <sys/resource.h>

#include <QTest>
#include <csignal>
#include <numeric>

#include "core/io/safetensors.h"
#include "tests/core/io/io_testing.h"

using namespace salient;

namespace {

const std::vector<TensorLayout> kLayout{
    {"b", DType::F32, {2, 3}}, {"a", DType::U8, {5}}, {"empty", DType::I32, {0, 7}}, {"s", DType::I64, {}}};

std::vector<std::byte> counting(std::size_t n, int first) {
    std::vector<std::byte> bytes(n);
    for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::byte>(first + static_cast<int>(i));
    return bytes;
}

/// Limits the size of files this process may write; lifted at the end of the scope.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t n_bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{n_bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

}  // namespace

class TestSafetensorsWriter : public QObject {
    Q_OBJECT

private slots:
    void whatIsWrittenInAnyOrderReadsBackInLayoutOrder() {
        const Folder folder;
        SafetensorsWriter writer(folder / "m.safetensors", kLayout, {{"key", "\"quoted\" ü"}});
        writer.write("s", counting(8, 90));
        writer.write("a", counting(5, 40));
        writer.write("b", counting(24, 1));
        writer.finish();

        const auto file = SafetensorsFile::open(folder / "m.safetensors");
        QCOMPARE(file.tensors().size(), std::size_t{4});
        for (const TensorLayout& tensor : kLayout) {
            QVERIFY(file.tensor(tensor.name).dtype == tensor.dtype);
            QCOMPARE(file.tensor(tensor.name).shape, tensor.shape);
        }
        QVERIFY(std::ranges::equal(file.tensor("b").bytes, counting(24, 1)));
        QVERIFY(std::ranges::equal(file.tensor("a").bytes, counting(5, 40)));
        QVERIFY(std::ranges::equal(file.tensor("s").bytes, counting(8, 90)));
        QCOMPARE(file.metadata().at("format"), std::string("pt"));
        QCOMPARE(file.metadata().at("key"), std::string("\"quoted\" ü"));
        // In the file the order is the layout's, and data start at a multiple of 8.
        QVERIFY(file.tensor("b").bytes.data() < file.tensor("a").bytes.data());
        const std::string bytes = readBytes(folder / "m.safetensors");
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), sizeof length);
        QCOMPARE(length % 8, std::uint64_t{0});
        QCOMPARE(bytes.size(), 8 + length + 24 + 5 + 8);
    }

    void nothingAppearsBeforeFinish() {
        const Folder folder;
        writeBytes(folder / "m.safetensors", "old");
        {
            SafetensorsWriter writer(folder / "m.safetensors", kLayout);
            writer.write("a", counting(5, 0));
            QCOMPARE(readBytes(folder / "m.safetensors"), std::string("old"));
            expectError([&] { writer.finish(); }, ErrorCode::Format, "tensor 'b': expected to be written");
        }
        QCOMPARE(folder.names(), std::set<std::string>{"m.safetensors"});
        QCOMPARE(readBytes(folder / "m.safetensors"), std::string("old"));
    }

    void misuseIsNamed() {
        const Folder folder;
        SafetensorsWriter writer(folder / "m.safetensors", kLayout);
        expectError([&] { writer.write("c", counting(1, 0)); }, ErrorCode::Format, "tensor 'c'");
        expectError([&] { writer.write("a", counting(6, 0)); }, ErrorCode::ShapeMismatch, "tensor 'a': expected 5 bytes, found 6");
        writer.write("a", counting(5, 0));
        expectError([&] { writer.write("a", counting(5, 0)); }, ErrorCode::Format, "tensor 'a': expected to be written once");
        const auto construct = [&](std::vector<TensorLayout> layout) { return SafetensorsWriter(folder / "x", std::move(layout)); };
        expectError(
            [&] {
                construct({{"t", DType::U8, {1}}, {"t", DType::U8, {1}}});
            },
            ErrorCode::Format, "tensor 't': expected each name once");
        expectError([&] { construct({{"__metadata__", DType::U8, {1}}}); }, ErrorCode::Format, "__metadata__");
        expectError([&] { construct({{"t", DType::U8, {-1}}}); }, ErrorCode::ShapeMismatch, "non-negative");
        expectError([&] { construct({{"t", DType::F32, {1LL << 40, 1LL << 40}}}); }, ErrorCode::ShapeMismatch, "countable size");
        expectError([&] { SafetensorsWriter(folder / "no" / "m.safetensors", kLayout); }, ErrorCode::Io, "No such file");
    }

    void aFullDiskIsAnErrorAndLeavesNothing() {
        const Folder folder;
        const FileSizeLimit limit(4096);
        expectError([&] { SafetensorsWriter(folder / "m.safetensors", {{"t", DType::U8, {100000}}}); }, ErrorCode::Io, "m.safetensors");
        QVERIFY(folder.names().empty());
    }

    void aWriterInPlaceGoesOnWhereAnEarlierOneWasFlushed() {
        const Folder folder;
        const std::filesystem::path path = folder / "m.safetensors";
        SafetensorsWriter whole(folder / "whole.safetensors", kLayout);
        whole.write("b", counting(24, 1));
        whole.write("a", counting(5, 100));
        whole.write("s", counting(8, 200));
        whole.finish();
        {
            SafetensorsWriter first = SafetensorsWriter::inPlace(path, kLayout, {});
            first.write("b", counting(24, 1));
            first.sync();
            first.write("a", counting(5, 0));  // not known to the next
        }
        QVERIFY(std::filesystem::exists(path));
        SafetensorsWriter next = SafetensorsWriter::inPlace(path, kLayout, {"b"});
        expectError([&] { next.write("b", counting(24, 1)); }, ErrorCode::Format, "found a second time");
        next.write("a", counting(5, 100));
        next.write("s", counting(8, 200));
        next.finish();
        QVERIFY(readBytes(path) == readBytes(folder / "whole.safetensors"));
        // A finished one can be taken up as well, and one of another layout is not touched.
        SafetensorsWriter::inPlace(path, kLayout, {"a", "b", "s"}).finish();
        QVERIFY(readBytes(path) == readBytes(folder / "whole.safetensors"));
        expectError(
            [&] {
                (void)SafetensorsWriter::inPlace(path, {{"b", DType::F32, {6}}, {"a", DType::U8, {5}}}, {"b"});
            },
            ErrorCode::Format, "expected the file that was begun");
        expectError([&] { (void)SafetensorsWriter::inPlace(folder / "none.safetensors", kLayout, {"b"}); }, ErrorCode::Io, "No such file");
        QVERIFY(readBytes(path) == readBytes(folder / "whole.safetensors"));
    }

    void manyTensorsAreWrittenInTimeThatGrowsWithTheirNumber() {
        // 20,000 tensors, as a mixture of experts has; looking each name up in a list would take 200 million comparisons.
        const Folder folder;
        std::vector<TensorLayout> layout;
        for (int i = 0; i < 20000; ++i) layout.push_back({"model.layers.0.mlp.experts." + std::to_string(i) + ".weight", DType::U8, {1}});
        SafetensorsWriter writer(folder / "m.safetensors", layout);
        for (const TensorLayout& tensor : layout) writer.write(tensor.name, counting(1, 7));
        writer.finish();
        QCOMPARE(SafetensorsFile::open(folder / "m.safetensors").tensors().size(), layout.size());
    }
};

QTEST_APPLESS_MAIN(TestSafetensorsWriter)
#include "tst_safetensors_writer.moc"
