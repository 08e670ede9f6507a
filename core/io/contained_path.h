#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace salient {

/// The path of a file of a model directory, for a name that may come from an untrusted index.
/// The name must be plain (no separator, not "." or ".."): Error{Format}. A symbolic link is followed to a file inside the
/// directory, and to the blobs of the Hugging Face cache it lies in (models--X/snapshots/REVISION/name points to
/// models--X/blobs/HASH: this is how a downloaded model looks on every user's disk). Any other link leads out of what the
/// user chose to open, and is refused with Error{Io} naming where it leads; so is what is there but no file (a pipe, a device).
/// The file need not exist.
[[nodiscard]] std::filesystem::path containedPath(const std::filesystem::path& directory, const std::string& file_name);

/// Whether a model directory has something of that name. A name that cannot be looked at (too long, a link to itself) counts as
/// there where it may be a file that cannot be read: opening it then says why.
[[nodiscard]] bool holdsFile(const std::filesystem::path& directory, const std::string& file_name) noexcept;

/// Names of everything in a directory, sorted. Throws Error{Io} when it cannot be listed.
[[nodiscard]] std::vector<std::string> namesIn(const std::filesystem::path& directory);

}  // namespace salient
