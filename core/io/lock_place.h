#pragma once

#include <filesystem>

#include "core/io/file_descriptor.h"

namespace salient {

/// The file that lockPlace() holds: empty, and of a name that nobody else gives a file.
inline constexpr const char* kLockFile = ".salient-lock";

/// Creates a directory that is not there; refuses a link or a file in its place. Errors speak of `target`, the name the user gave.
void createDirectory(const std::filesystem::path& directory, const std::filesystem::path& target);

/// Creates a directory and holds the file kLockFile in it (flock), so that one process at a time works there; the system takes the lock
/// back when that process dies, however it dies. Throws Error{InvalidOption} when another holds it, or when there is a file of that name
/// that is not empty and so nobody's lock; Error{Io}.
[[nodiscard]] FileDescriptor lockPlace(const std::filesystem::path& place, const std::filesystem::path& target);

}  // namespace salient
