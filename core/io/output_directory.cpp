#include "core/io/output_directory.h"

#include <signal.h>
#include <sys/file.h>

#include <cerrno>
#include <charconv>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "core/error.h"
#include "core/io/file_descriptor.h"
#include "core/io/publish_directory.h"

namespace salient {

namespace fs = std::filesystem;

namespace {

/// The process that chose a temporary name for that target (temporaryNameBeside()); 0 for another name.
pid_t chooserOf(std::string_view name, const fs::path& target) {
    std::string start(".");
    start += target.filename().string() + ".partial-";
    if (!name.starts_with(start)) return 0;
    const char* const end = name.data() + name.size();
    pid_t process = 0;
    const auto [dash, bad_process] = std::from_chars(name.data() + start.size(), end, process);
    if (bad_process != std::errc{} || process <= 0 || dash == end || *dash != '-') return 0;
    unsigned random = 0;
    const auto [last, bad_random] = std::from_chars(dash + 1, end, random);
    return bad_random == std::errc{} && last == end ? process : 0;
}

/// Whether the lock is this one's now. Not where another holds it, nor where directories have none (NFS).
bool takeLock(const FileDescriptor& directory) { return ::flock(directory.get(), LOCK_EX | LOCK_NB) == 0; }

/// Nobody fills it any more. The number alone does not say so: a process of another container or machine has one that is not seen here.
bool isLeftOver(const fs::directory_entry& entry, const fs::path& target) {
    const pid_t chooser = chooserOf(entry.path().filename().string(), target);
    if (chooser == 0 || ::kill(chooser, 0) == 0 || errno != ESRCH) return false;
    return fs::is_directory(entry.symlink_status()) && takeLock(FileDescriptor::openForSync(entry.path()));
}

void removeLeftOvers(const fs::path& target) noexcept {
    try {
        std::vector<fs::path> left_over;
        for (const fs::directory_entry& entry : fs::directory_iterator(target.parent_path())) {
            if (isLeftOver(entry, target)) left_over.push_back(entry.path());
        }
        std::error_code ignored;
        for (const fs::path& path : left_over) fs::remove_all(path, ignored);
    } catch (const std::exception&) {  // what cannot be looked at stays; whether the target can be written shows next
    }
}

}  // namespace

OutputDirectory::OutputDirectory(const fs::path& target) : target_(withoutTrailingSlash(target)) {
    requireNewOrEmpty(target_);
    removeLeftOvers(target_);
    temporary_ = temporaryNameBeside(target_);
    std::error_code error;
    if (!fs::create_directory(temporary_, error)) throwSystemError("create directory", target_, error ? error.value() : EEXIST);
    try {
        lock_ = FileDescriptor::openForSync(temporary_);
    } catch (const Error&) {
        fs::remove(temporary_, error);
        throw;
    }
    static_cast<void>(takeLock(lock_));
}

OutputDirectory::~OutputDirectory() {
    if (committed_) return;
    std::error_code ignored;  // a destructor must not throw; what is left carries ".partial" in its name
    fs::remove_all(temporary_, ignored);
}

void writeNewFile(const fs::path& path, std::string_view content) {
    FileDescriptor file = FileDescriptor::createNew(path, path);
    file.writeAt(std::as_bytes(std::span(content)), 0);
    file.close();
}

void OutputDirectory::commit() {
    publishDirectory(temporary_, target_);
    committed_ = true;
}

}  // namespace salient
