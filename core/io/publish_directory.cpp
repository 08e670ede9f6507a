#include "core/io/publish_directory.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/error.h"
#include "core/io/file_descriptor.h"

namespace salient {

namespace fs = std::filesystem;

fs::path withoutTrailingSlash(const fs::path& path) {
    fs::path absolute = fs::absolute(path).lexically_normal();
    return absolute.has_filename() ? absolute : absolute.parent_path();
}

void requireNewOrEmpty(const fs::path& target) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(target, error);
    if (!fs::exists(status)) return;
    if (!fs::is_directory(status)) {
        throw Error(ErrorCode::InvalidOption, "write: " + target.string() + ": expected a new directory, found a file");
    }
    if (!fs::is_empty(target, error)) {
        throw Error(ErrorCode::InvalidOption, "write: " + target.string() + ": expected a new or empty directory, found files in it");
    }
}

void publishDirectory(const fs::path& filled, const fs::path& target) {
    // Contents first, then the directory that names them, then the rename, then the parent that holds the new name.
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(filled)) {
        if (entry.is_symlink()) continue;
        if (entry.is_regular_file() || entry.is_directory()) FileDescriptor::openForSync(entry.path()).sync();
    }
    FileDescriptor::openForSync(filled).sync();
    // rename(2) replaces an empty directory and fails on one that got files in the meantime.
    if (std::rename(filled.c_str(), target.c_str()) != 0) throwSystemError("rename to", target, errno);
    FileDescriptor::openForSync(target.parent_path()).sync();
}

}  // namespace salient
