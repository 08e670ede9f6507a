#include "core/io/lock_place.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "core/error.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

/// Whether the file behind the descriptor is still the one of that name: the process that held the lock may have removed it.
bool isStillThere(const FileDescriptor& file, const fs::path& path) {
    struct stat held {};
    struct stat named {};
    return ::fstat(file.get(), &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

}  // namespace

void createDirectory(const fs::path& directory, const fs::path& target) {
    std::error_code error;
    fs::create_directory(directory, error);
    if (error) throwSystemError("create directory", target, error.value());
    if (!fs::is_directory(fs::symlink_status(directory, error))) throwSystemError("create directory", directory, ENOTDIR);
}

FileDescriptor lockPlace(const fs::path& place, const fs::path& target) {
    constexpr int kAttempts = 10;  // each lost to a process that ended just then
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        createDirectory(place, target);
        FileDescriptor lock = FileDescriptor::createOrOpen(place / kLockFile, target);
        if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) throwSystemError("lock", place / kLockFile, errno);
            throw Error(ErrorCode::InvalidOption,
                        "write: " + target.string() + ": expected no other job that writes it, found one at work in " + place.string());
        }
        if (!isStillThere(lock, place / kLockFile)) continue;
        if (lock.stamp().size_bytes == 0) return lock;
        throw Error(ErrorCode::InvalidOption,
                    "write: " + target.string() + ": expected an empty " + (place / kLockFile).string() + ", found a file with content");
    }
    throwSystemError("lock", place / kLockFile, EBUSY);
}

}  // namespace salient
