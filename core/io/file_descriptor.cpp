#include "core/io/file_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <limits>
#include <random>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace salient {
namespace {

int openRetrying(const std::filesystem::path& path, int flags) {
    int descriptor = -1;
    do {
        descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0666);  // NOLINT(cppcoreguidelines-pro-type-vararg): POSIX
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

struct stat statusOf(int descriptor, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) throwSystemError("stat", path, errno);
    return status;
}

/// What is there in place of a regular file.
std::string_view kindOf(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    return S_ISFIFO(mode) ? "a pipe" : "a device";
}

}  // namespace

void throwSystemError(std::string_view operation, const std::filesystem::path& path, int error_number) {
    throw Error(ErrorCode::Io, std::string(operation) + ": " + path.string() + ": " + std::system_category().message(error_number));
}

std::filesystem::path temporaryNameBeside(const std::filesystem::path& target) {
    std::random_device random;
    std::string name(".");  // not "." + …, in which GCC 12 sees an overlap that is not
    name += target.filename().string() + ".partial-" + std::to_string(::getpid()) + "-" + std::to_string(random());
    return target.parent_path() / name;
}

FileDescriptor FileDescriptor::openForReading(const std::filesystem::path& path) {
    // O_NONBLOCK: a pipe that nobody writes to would be waited for here, out of reach of a cancel. A regular file does not know the flag.
    FileDescriptor file(openRetrying(path, O_RDONLY | O_NONBLOCK), path);
    if (file.descriptor_ < 0) throwSystemError("open", path, errno);
    const mode_t mode = statusOf(file.descriptor_, path).st_mode;
    if (!S_ISREG(mode)) {
        throw Error(ErrorCode::Io, "open: " + path.string() + ": expected a regular file, found " + std::string(kindOf(mode)));
    }
    return file;
}

FileDescriptor FileDescriptor::createNew(const std::filesystem::path& path, const std::filesystem::path& target) {
    FileDescriptor file(openRetrying(path, O_RDWR | O_CREAT | O_EXCL), target);
    if (file.descriptor_ < 0) throwSystemError("create", target, errno);
    return file;
}

FileDescriptor FileDescriptor::createOrOpen(const std::filesystem::path& path, const std::filesystem::path& target) {
    FileDescriptor file(openRetrying(path, O_RDWR | O_CREAT | O_NOFOLLOW), target);
    if (file.descriptor_ < 0) throwSystemError("create", target, errno);
    return file;
}

FileDescriptor FileDescriptor::openForUpdate(const std::filesystem::path& path) {
    FileDescriptor file(openRetrying(path, O_RDWR | O_NOFOLLOW), path);
    if (file.descriptor_ < 0) throwSystemError("open", path, errno);
    return file;
}

FileDescriptor FileDescriptor::openForSync(const std::filesystem::path& path) {
    FileDescriptor file(openRetrying(path, O_RDONLY), path);
    if (file.descriptor_ < 0) throwSystemError("open", path, errno);
    return file;
}

FileDescriptor::~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(path_, other.path_);
    return *this;
}

std::uint64_t FileDescriptor::sizeBytes() const { return static_cast<std::uint64_t>(statusOf(descriptor_, path_).st_size); }

FileDescriptor::Stamp FileDescriptor::stamp() const {
    constexpr std::int64_t kNanoseconds = 1'000'000'000;
    const struct stat status = statusOf(descriptor_, path_);
    return {static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

void FileDescriptor::reserve(std::uint64_t size_bytes) {
    if (size_bytes > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) throwSystemError("reserve", path_, EFBIG);
    const auto length = static_cast<off_t>(size_bytes);
    if (::ftruncate(descriptor_, length) != 0) throwSystemError("resize", path_, errno);
    if (length == 0) return;
    int result = 0;
    do {
        // Not posix_fallocate: where the file system cannot reserve, that one writes every block itself.
        result = ::fallocate(descriptor_, 0, 0, length);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS) throwSystemError("reserve", path_, errno);
}

void FileDescriptor::writeAt(std::span<const std::byte> bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0) {
            if (errno == EINTR) continue;
            throwSystemError("write", path_, errno);
        }
        if (written == 0) throwSystemError("write", path_, ENOSPC);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
}

std::size_t FileDescriptor::read(std::span<std::byte> bytes) {
    for (;;) {
        const ssize_t n = ::read(descriptor_, bytes.data(), bytes.size());
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) throwSystemError("read", path_, errno);
    }
}

void FileDescriptor::sync() {
    int result = 0;
    do {
        result = ::fsync(descriptor_);
    } while (result != 0 && errno == EINTR);
    // Some file systems cannot flush a directory and say EINVAL; there is nothing more to do then.
    if (result != 0 && errno != EINVAL) throwSystemError("flush", path_, errno);
}

void FileDescriptor::close() {
    const int descriptor = std::exchange(descriptor_, -1);
    // After EINTR the descriptor is gone all the same on Linux, so there is no retry.
    if (descriptor >= 0 && ::close(descriptor) != 0 && errno != EINTR) throwSystemError("close", path_, errno);
}

}  // namespace salient
