#pragma once

#include <filesystem>

namespace salient {

/// "out/" and "out/." mean "out", as an absolute path: a name is needed to put a sibling beside it.
[[nodiscard]] std::filesystem::path withoutTrailingSlash(const std::filesystem::path& path);

/// Throws Error{InvalidOption} when a directory that is to be written is a file or holds any.
void requireNewOrEmpty(const std::filesystem::path& target);

/// Renames a filled directory to its target, which may be an empty directory. After a power cut the target is complete or not there.
/// Throws Error{Io}.
void publishDirectory(const std::filesystem::path& filled, const std::filesystem::path& target);

}  // namespace salient
