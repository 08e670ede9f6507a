#include "core/io/contained_path.h"

#include <algorithm>
#include <system_error>

#include "core/error.h"

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
    if (!fs::is_symlink(fs::symlink_status(path, error))) return path;

    const fs::path target = fs::weakly_canonical(path, error);
    const fs::path home = fs::canonical(directory, error);
    bool is_contained = !error && isInside(target, home);
    if (!error && home.parent_path().filename() == "snapshots") {
        is_contained = is_contained || isInside(target, home.parent_path().parent_path() / "blobs");
    }
    if (!is_contained) {
        throw Error(ErrorCode::Io, "open: " + path.string() + ": symbolic link leads out of the model directory, to " + target.string() +
                                       "; copy the file or open the directory it lies in");
    }
    return path;
}

}  // namespace salient
