#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/places.h"

/// The small seeded random models in tests/data/models: at least one for every structural variant of every family.
namespace salient::samples {

inline std::filesystem::path smallModelDirectory(const std::string& name) { return salient::test::testDataFolder() / "models" / name; }

/// Names of all of them, sorted.
inline std::vector<std::string> smallModels() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(smallModelDirectory(""))) {
        if (std::filesystem::exists(entry.path() / "config.json")) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace salient::samples
