#include "core/io/resumable_directory.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/io/lock_place.h"
#include "core/io/publish_directory.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

constexpr const char* kContent = "checkpoint";

struct Entries {
    std::vector<fs::path> ours;
    std::vector<fs::path> others;
};

/// Adds what lies in a directory: files of names that are ours, and everything else.
void addEntries(Entries& entries, const fs::path& folder, bool (*is_ours)(std::string_view name)) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        const bool is_file = entry.symlink_status().type() == fs::file_type::regular;
        (is_file && is_ours != nullptr && is_ours(name) ? entries.ours : entries.others).push_back(entry.path());
    }
}

/// The same of a place, without the lock and the content.
void addPlaceEntries(Entries& entries, const fs::path& place, bool (*is_ours)(std::string_view name)) {
    addEntries(entries, place, is_ours);
    std::erase_if(entries.others, [&](const fs::path& path) {
        std::error_code ignored;
        const fs::file_type type = fs::symlink_status(path, ignored).type();
        return (path == place / kLockFile && type == fs::file_type::regular) ||
               (path == place / kContent && type == fs::file_type::directory);
    });
}

/// "'notes.txt', 'checkpoint/a.bin' and 3 more".
std::string inWords(std::vector<fs::path> paths, const fs::path& place) {
    constexpr std::size_t kMostNamed = 3;
    std::ranges::sort(paths);
    std::string text;
    for (std::size_t i = 0; i < std::min(paths.size(), kMostNamed); ++i)
        text += (i == 0 ? "'" : ", '") + paths[i].lexically_relative(place).string() + "'";
    if (paths.size() > kMostNamed) text += " and " + std::to_string(paths.size() - kMostNamed) + " more";
    return text;
}

}  // namespace

fs::path ResumableDirectory::placeFor(const fs::path& target) {
    const fs::path whole = withoutTrailingSlash(target);
    std::string name(".");
    name += whole.filename().string() + ".unfinished";
    return whole.parent_path() / name;
}

fs::path ResumableDirectory::contentFor(const fs::path& target) { return placeFor(target) / kContent; }

void ResumableDirectory::removeLeftOver(const fs::path& target, OwnNames ours) noexcept {
    try {
        const fs::path place = placeFor(target);
        const fs::path content = contentFor(target);
        const fs::path lock = place / kLockFile;
        std::error_code ignored;
        const auto is_directory = [&](const fs::path& path) { return fs::is_directory(fs::symlink_status(path, ignored)); };
        if (!is_directory(place)) return;
        const bool has_content = is_directory(content);
        Entries entries;
        addPlaceEntries(entries, place, ours.state);
        if (has_content) addEntries(entries, content, ours.content);
        for (const fs::path& path : entries.ours) fs::remove(path, ignored);
        if (has_content) fs::remove(content, ignored);  // if it is empty
        if (fs::is_regular_file(fs::symlink_status(lock, ignored)) && fs::is_empty(lock, ignored)) fs::remove(lock, ignored);
        fs::remove(place, ignored);
    } catch (const std::exception&) {  // what cannot be removed carries ".unfinished" in its name
    }
}

ResumableDirectory::ResumableDirectory(const fs::path& target, OwnNames ours)
    : target_(withoutTrailingSlash(target)), place_(placeFor(target)), content_(contentFor(target)), ours_(ours) {
    requireNewOrEmpty(target_);
    lock_ = lockPlace(place_, target_);
    try {
        createDirectory(content_, target_);
    } catch (...) {
        std::error_code ignored;
        fs::remove(place_ / kLockFile, ignored);
        fs::remove(place_, ignored);
        throw;
    }
}

ResumableDirectory::~ResumableDirectory() {
    if (!committed_ && !is_kept_) removeContents(true);
}

void ResumableDirectory::clear() {
    const bool was_kept = std::exchange(is_kept_, true);  // whatever is refused or fails below, what is there stays
    Entries entries;
    addPlaceEntries(entries, place_, ours_.state);
    addEntries(entries, content_, ours_.content);
    if (!entries.others.empty()) {
        std::error_code ignored;
        fs::remove(content_, ignored);  // if it is empty
        fs::remove(place_ / kLockFile, ignored);
        throw Error(ErrorCode::InvalidOption, "write: " + target_.string() + ": expected nothing but an unfinished job in " +
                                                  place_.string() + ", found " + inWords(std::move(entries.others), place_) +
                                                  " in it; move that elsewhere, or write to another directory");
    }
    for (const fs::path& path : entries.ours) {
        std::error_code error;
        fs::remove(path, error);
        if (error) throwSystemError("remove", path, error.value());
    }
    is_kept_ = was_kept;
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
    try {
        // The lock goes last, and is held until then.
        std::error_code ignored;
        Entries entries;
        addPlaceEntries(entries, place_, ours_.state);
        for (const fs::path& path : entries.ours) fs::remove(path, ignored);
        if (with_content) fs::remove_all(content_, ignored);
        fs::remove(place_ / kLockFile, ignored);
        fs::remove(place_, ignored);
    } catch (const std::exception&) {  // what cannot be removed carries ".unfinished" in its name
    }
}

}  // namespace salient
