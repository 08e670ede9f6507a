#include "core/io/mapped_file.h"

#include <sys/mman.h>

#include <cerrno>
#include <limits>

#include "core/error.h"
#include "core/io/file_descriptor.h"

namespace salient {

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
    const FileDescriptor file = FileDescriptor::openForReading(path);
    const std::uint64_t size = file.sizeBytes();
    if (size > std::numeric_limits<std::size_t>::max()) throwSystemError("map", path, EFBIG);
    std::span<const std::byte> bytes;
    if (size > 0) {  // mmap refuses a length of zero; an empty file is an empty span
        void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (address == MAP_FAILED) throwSystemError("map", path, errno);
        bytes = {static_cast<const std::byte*>(address), size};
    }
    return std::shared_ptr<const MappedFile>(new MappedFile(bytes));
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());  // NOLINT: munmap takes void*
}

}  // namespace salient
