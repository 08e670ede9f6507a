// Files that change while they are mapped: an Error where a process would have ended.

#include "core/io/mapped_file.h"

#include <sys/mman.h>

#include <QTest>
#include <array>
#include <atomic>
#include <csetjmp>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "core/io/safetensors.h"
#include "core/kernels/convert.h"
#include "tests/core/io/io_testing.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kPages = 16;

sigjmp_buf outside;
// The handler that a program may have had before: it must get what is not ours.
void leaveTheFault(int) { siglongjmp(outside, 1); }

std::size_t countOf(std::span<const std::byte> bytes, std::byte wanted) {
    std::size_t n = 0;
    for (const std::byte byte : bytes) n += byte == wanted ? 1 : 0;
    return n;
}

// What this process holds of the mapping that starts at an address, from /proc/self/smaps.
std::size_t residentBytes(const void* address) {
    std::ifstream maps("/proc/self/smaps");
    std::ostringstream start;
    start << std::hex << reinterpret_cast<std::uintptr_t>(address) << '-';
    bool is_found = false;
    for (std::string line; std::getline(maps, line);) {
        is_found = is_found || line.starts_with(start.str());
        if (is_found && line.starts_with("Rss:")) return std::stoul(line.substr(4)) * 1024;
    }
    return 0;
}

void fill(const fs::path& path) { writeBytes(path, std::string(kPages * kPage, 'x')); }

}  // namespace

class TestMappedFile : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { std::signal(SIGBUS, &leaveTheFault); }  // before the first mapping installs its own

    void anUntouchedFileIsIntact() {
        const Folder folder;
        fill(folder / "f");
        const auto file = MappedFile::open(folder / "f");
        QCOMPARE(countOf(file->bytes(), std::byte{'x'}), kPages * kPage);
        file->requireIntact();
        writeBytes(folder / "empty", "");
        MappedFile::open(folder / "empty")->requireIntact();
    }

    void bytesThatWereReadTakeNoMemoryAndCanBeReadAgain() {
        constexpr std::size_t kBytes = std::size_t{8} << 20;
        const Folder folder;
        writeBytes(folder / "f", std::string(kBytes, 'x'));
        const auto file = MappedFile::open(folder / "f");
        TensorView view{"t", DType::U8, {kBytes}, file->bytes(), file};
        QCOMPARE(countOf(view.bytes, std::byte{'x'}), kBytes);
        QVERIFY(residentBytes(view.bytes.data()) >= kBytes / 2);
        view.finishReading(view.bytes.subspan(0, 1000));
        QVERIFY(residentBytes(view.bytes.data()) >= kBytes / 2);
        view.finishReading();
        QVERIFY(residentBytes(view.bytes.data()) <= kBytes / 8);
        QCOMPARE(countOf(view.bytes, std::byte{'x'}), kBytes);
    }

    void aFileThatIsShortenedGivesZerosAndThenAnError() {
        const Folder folder;
        fill(folder / "f");
        const auto file = MappedFile::open(folder / "f");
        fs::resize_file(folder / "f", kPage);
        QCOMPARE(countOf(file->bytes(), std::byte{'x'}), kPage);  // without a guard the process ends here
        QCOMPARE(countOf(file->bytes(), std::byte{0}), (kPages - 1) * kPage);
        expectError([&] { file->requireIntact(); }, ErrorCode::Io, "/f: expected 65536 bytes as when it was opened, found 4096");
    }

    void aFileThatLostAndRegainedItsSizeIsAnError() {
        const Folder folder;
        fill(folder / "f");
        const auto file = MappedFile::open(folder / "f");
        const auto time = fs::last_write_time(folder / "f");
        fs::resize_file(folder / "f", 0);
        QCOMPARE(countOf(file->bytes(), std::byte{'x'}), std::size_t{0});
        fill(folder / "f");
        fs::last_write_time(folder / "f", time);  // nothing shows it but the page that was read as zeros
        expectError([&] { file->requireIntact(); }, ErrorCode::Io, "pages that could not be read");
    }

    void aFileThatIsShortenedWithinItsLastPageIsAnError() {
        const Folder folder;
        fill(folder / "f");
        const auto file = MappedFile::open(folder / "f");
        fs::resize_file(folder / "f", kPages * kPage - 5);  // no fault: the system fills the page with zeros by itself
        QCOMPARE(countOf(file->bytes(), std::byte{0}), std::size_t{5});
        expectError([&] { file->requireIntact(); }, ErrorCode::Io, "found 65531");
    }

    void aFileThatIsWrittenToIsAnError() {
        const Folder folder;
        fill(folder / "f");
        const auto file = MappedFile::open(folder / "f");
        fs::last_write_time(folder / "f", fs::last_write_time(folder / "f") + std::chrono::milliseconds(10));
        expectError([&] { file->requireIntact(); }, ErrorCode::Io, "written to since");
    }

    void aFileThatIsReplacedUnderItsNameStaysWhatItWas() {
        const Folder folder;
        fill(folder / "f");
        const auto file = MappedFile::open(folder / "f");
        writeBytes(folder / "g", "short");
        fs::rename(folder / "g", folder / "f");
        QCOMPARE(countOf(file->bytes(), std::byte{'x'}), kPages * kPage);
        file->requireIntact();
    }

    void manyThreadsAndMappingsGoOn() {
        const Folder folder;
        std::vector<std::shared_ptr<const MappedFile>> damaged;
        for (int i = 0; i < 100; ++i) {  // more than one chunk of the table
            fill(folder / ("f" + std::to_string(i)));
            damaged.push_back(MappedFile::open(folder / ("f" + std::to_string(i))));
        }
        fill(folder / "whole");
        const auto whole = MappedFile::open(folder / "whole");
        for (int i = 0; i < 100; ++i) fs::resize_file(folder / ("f" + std::to_string(i)), 2 * kPage);

        std::atomic<int> n_errors{0};
        std::atomic<int> n_wrong{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&] {
                for (const auto& file : damaged) {  // all threads fault in the same places
                    if (countOf(file->bytes(), std::byte{'x'}) != 2 * kPage) ++n_wrong;
                    try {
                        file->requireIntact();
                    } catch (const Error&) {
                        ++n_errors;
                    }
                    if (countOf(whole->bytes(), std::byte{'x'}) != kPages * kPage) ++n_wrong;
                    MappedFile::open(folder / "whole")->requireIntact();  // slots change hands meanwhile
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        QCOMPARE(n_errors.load(), 8 * 100);
        QCOMPARE(n_wrong.load(), 0);
        whole->requireIntact();
    }

    void aFaultThatIsNotOursGoesToTheHandlerBefore() {
        const Folder folder;
        fill(folder / "f");
        const auto ours = MappedFile::open(folder / "f");
        fill(folder / "foreign");
        const FileDescriptor file = FileDescriptor::openForReading(folder / "foreign");
        void* const address = ::mmap(nullptr, kPages * kPage, PROT_READ, MAP_PRIVATE, file.get(), 0);
        QVERIFY(address != MAP_FAILED);
        fs::resize_file(folder / "foreign", 0);
        volatile bool was_told = true;
        if (sigsetjmp(outside, 1) == 0) {
            static_cast<void>(*static_cast<volatile const char*>(address));
            was_told = false;
        }
        QVERIFY(was_told);
        if (sigsetjmp(outside, 1) == 0) {
            std::raise(SIGBUS);
            was_told = false;
        }
        QVERIFY(was_told);
        ::munmap(address, kPages * kPage);
        ours->requireIntact();
    }

    void aTensorOfAShortenedFileIsAnErrorAndTheOthersAreNot() {
        const Folder folder;
        const std::string header = R"({"t":{"dtype":"F32","shape":[32,512],"data_offsets":[0,65536]}})";
        for (const char* const name : {"a", "b"}) writeBytes(folder / name, safetensorsBytes(header, std::string(65536, '\0')));
        const SafetensorsFile a = SafetensorsFile::open(folder / "a");
        const SafetensorsFile b = SafetensorsFile::open(folder / "b");
        fs::resize_file(folder / "a", 1000);
        expectError([&] { return toFloats(a.tensor("t")); }, ErrorCode::Io, "found 1000");
        expectError([&] { return toMatrixRows(a.tensor("t"), 31, 1); }, ErrorCode::Io, "found 1000");
        QCOMPARE(toFloats(b.tensor("t")).size(), std::size_t{32 * 512});
    }
};

QTEST_APPLESS_MAIN(TestMappedFile)
#include "tst_mapped_file.moc"
