#include "core/io/output_directory.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/error.h"
#include "core/io/file_descriptor.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

// "out/" and "out/." mean "out"; a name is needed to put a sibling beside it.
fs::path withoutTrailingSlash(const fs::path& path) {
    fs::path absolute = fs::absolute(path).lexically_normal();
    return absolute.has_filename() ? absolute : absolute.parent_path();
}

}  // namespace

OutputDirectory::OutputDirectory(const fs::path& target) : target_(withoutTrailingSlash(target)) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(target_, error);
    if (fs::exists(status)) {
        if (!fs::is_directory(status)) {
            throw Error(ErrorCode::InvalidOption, "write: " + target_.string() + ": expected a new directory, found a file");
        }
        if (!fs::is_empty(target_, error)) {
            throw Error(ErrorCode::InvalidOption, "write: " + target_.string() + ": expected a new or empty directory, found files in it");
        }
    }
    temporary_ = temporaryNameBeside(target_);
    error.clear();
    if (!fs::create_directory(temporary_, error)) throwSystemError("create directory", target_, error ? error.value() : EEXIST);
}

OutputDirectory::~OutputDirectory() {
    if (committed_) return;
    std::error_code ignored;  // a destructor must not throw; what is left carries ".partial" in its name
    fs::remove_all(temporary_, ignored);
}

void OutputDirectory::commit() {
    // Contents first, then the directory that names them, then the rename, then the parent that holds the new name: after
    // a power cut the target is either complete or not there.
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(temporary_)) {
        if (entry.is_symlink()) continue;
        if (entry.is_regular_file() || entry.is_directory()) FileDescriptor::openForSync(entry.path()).sync();
    }
    FileDescriptor::openForSync(temporary_).sync();
    // rename(2) replaces an empty directory and fails on one that got files in the meantime.
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) throwSystemError("rename to", target_, errno);
    committed_ = true;
    FileDescriptor::openForSync(target_.parent_path()).sync();
}

}  // namespace salient
