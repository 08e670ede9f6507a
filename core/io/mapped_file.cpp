#include "core/io/mapped_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "core/error.h"

namespace salient {

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
    FileDescriptor file = FileDescriptor::openForReading(path);
    const FileDescriptor::Stamp stamp = file.stamp();
    const std::uint64_t size = stamp.size_bytes;
    if (size > std::numeric_limits<std::size_t>::max()) throwSystemError("map", path, EFBIG);
    std::span<const std::byte> bytes;
    if (size > 0) {  // mmap refuses a length of zero; an empty file is an empty span
        void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (address == MAP_FAILED) throwSystemError("map", path, errno);
        bytes = {static_cast<const std::byte*>(address), size};
    }
    return std::shared_ptr<const MappedFile>(new MappedFile(std::move(file), stamp, bytes));
}

MappedFile::MappedFile(FileDescriptor file, FileDescriptor::Stamp stamp, std::span<const std::byte> bytes)
    : file_(std::move(file)), stamp_(stamp), bytes_(bytes) {
    if (!bytes.empty()) guard_.emplace(bytes);
}

MappedFile::~MappedFile() {
    guard_.reset();  // before the addresses can belong to another mapping
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());  // NOLINT: munmap takes void*
}

void MappedFile::letGo(std::span<const std::byte> bytes) const noexcept {
    constexpr std::size_t kWorthACall = std::size_t{1} << 20;
    if (bytes.size() < kWorthACall) return;
    static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t last = (begin + bytes.size()) / page * page;
    (void)::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);  // NOLINT: an address that was cut out of a mapping
}

void MappedFile::requireIntact() const {
    const bool is_damaged = guard_ && guard_->isDamaged();
    const FileDescriptor::Stamp now = file_.stamp();
    if (!is_damaged && now == stamp_) return;
    std::string reason =
        "expected to read it to its end, found pages that could not be read: its device fails, or it was shortened for a while";
    if (now.size_bytes != stamp_.size_bytes) {
        reason = "expected " + std::to_string(stamp_.size_bytes) + " bytes as when it was opened, found " + std::to_string(now.size_bytes) +
                 ": the file was changed while it was in use; open it again";
    } else if (now != stamp_) {
        reason = "expected the file as it was opened, found it written to since; open it again";
    }
    throw Error(ErrorCode::Io, "read: " + file_.path().string() + ": " + reason);
}

}  // namespace salient
