#include "tests/support/places.h"

namespace salient::test {

std::filesystem::path sourceFolder() { return SALIENT_SOURCE; }
std::filesystem::path testDataFolder() { return sourceFolder() / "tests" / "data"; }
std::filesystem::path resourceFolder() { return sourceFolder() / "resources"; }
std::filesystem::path sharedFolder() { return sourceFolder().parent_path() / "shared"; }

}  // namespace salient::test
