#pragma once

#include <filesystem>

namespace salient::test {

// Where tests find files. The places are known to one object alone: all others compile to the same bytes wherever the source tree lies, so
// that a compiler cache serves every clone.

[[nodiscard]] std::filesystem::path sourceFolder();
/// tests/data
[[nodiscard]] std::filesystem::path testDataFolder();
[[nodiscard]] std::filesystem::path resourceFolder();
/// What stands beside the project, and need not.
[[nodiscard]] std::filesystem::path sharedFolder();

}  // namespace salient::test
