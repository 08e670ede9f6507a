#include "core/io/contained_path.h"

#include <algorithm>
#include <system_error>

#include "core/error.h"
#include "core/io/file_descriptor.h"

namespace salient {
namespace {

namespace fs = std::filesystem;

bool isInside(const fs::path& path, const fs::path& directory) {
    const auto [rest, unused] = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
    return rest == directory.end();
}

}  // namespace

fs::path containedPath(const fs::path& directory, const std::string& file_name) {
    const bool is_plain = !file_name.empty() && file_name != "." && file_name != ".." &&
                          file_name.find_first_of(std::string("/\\\0", 3)) == std::string::npos;
    if (!is_plain) {
        throw Error(ErrorCode::Format,
                    "open: " + directory.string() + ": expected the plain name of a file in this directory, found '" + file_name + "'");
    }
    fs::path path = directory / file_name;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);  // of what a link leads to
    if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
        throw Error(ErrorCode::Io, "open: " + path.string() + ": expected a file, found a pipe, a socket or a device");
    }
    if (!fs::is_symlink(fs::symlink_status(path, error))) return path;

    const fs::path home = fs::canonical(directory, error);
    fs::path target;
    if (!error) target = fs::weakly_canonical(path, error);
    if (error) throwSystemError("open", path, error.value());  // a link to itself, say
    bool is_contained = isInside(target, home);
    if (home.parent_path().filename() == "snapshots") {
        is_contained = is_contained || isInside(target, home.parent_path().parent_path() / "blobs");
    }
    if (!is_contained) {
        throw Error(ErrorCode::Io, "open: " + path.string() + ": symbolic link leads out of the model directory, to " + target.string() +
                                       "; copy the file or open the directory it lies in");
    }
    return path;
}

bool holdsFile(const fs::path& directory, const std::string& file_name) noexcept {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(directory / file_name, error);
    return fs::exists(status) || (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory &&
                                  error != std::errc::filename_too_long);
}

std::vector<std::string> namesIn(const fs::path& directory) {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    if (error) throwSystemError("list", directory, error.value());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace salient
