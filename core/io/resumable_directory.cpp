#include "core/io/resumable_directory.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include "core/io/lock_place.h"
#include "core/io/publish_directory.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

constexpr const char* kContent = "checkpoint";

}  // namespace

fs::path ResumableDirectory::placeFor(const fs::path& target) {
    const fs::path whole = withoutTrailingSlash(target);
    std::string name(".");
    name += whole.filename().string() + ".unfinished";
    return whole.parent_path() / name;
}

fs::path ResumableDirectory::contentFor(const fs::path& target) { return placeFor(target) / kContent; }

ResumableDirectory::ResumableDirectory(const fs::path& target)
    : target_(withoutTrailingSlash(target)), place_(placeFor(target)), content_(contentFor(target)) {
    requireNewOrEmpty(target_);
    lock_ = lockPlace(place_, target_);
    try {
        createDirectory(content_, target_);
    } catch (...) {
        removeContents(true);
        throw;
    }
}

ResumableDirectory::~ResumableDirectory() {
    if (!committed_ && !is_kept_) removeContents(true);
}

void ResumableDirectory::clear() {
    std::vector<fs::path> old;
    for (const fs::directory_entry& entry : fs::directory_iterator(place_)) {
        if (entry.path().filename() != kLockFile) old.push_back(entry.path());
    }
    for (const fs::path& path : old) {
        std::error_code error;
        fs::remove_all(path, error);
        if (error) throwSystemError("remove", path, error.value());
    }
    createDirectory(content_, target_);
}

void ResumableDirectory::removeAllBut(const std::vector<std::string>& names) {
    std::vector<std::filesystem::path> others;
    for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(content_)) {
        if (std::ranges::find(names, entry.path().filename().string()) == names.end()) others.push_back(entry.path());
    }
    for (const std::filesystem::path& path : others) {
        std::error_code error;
        std::filesystem::remove_all(path, error);
        if (error) throwSystemError("remove", path, error.value());
    }
}

void ResumableDirectory::commit() {
    publishDirectory(content_, target_);
    committed_ = true;
    removeContents(false);
}

void ResumableDirectory::removeContents(bool with_content) noexcept {
    // The lock goes last, and is held until then. What cannot be removed carries ".unfinished" in its name.
    std::error_code ignored;
    std::vector<fs::path> paths;
    for (fs::directory_iterator entry(place_, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
        const fs::path& path = entry->path();
        if (path.filename() != kLockFile && (with_content || path != content_)) paths.push_back(path);
    }
    for (const fs::path& path : paths) fs::remove_all(path, ignored);
    fs::remove(place_ / kLockFile, ignored);
    fs::remove(place_, ignored);
}

}  // namespace salient
