#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

/// Every file below a directory with its bytes: what two exports are compared by.
inline std::map<std::string, std::string> contentOf(const std::filesystem::path& directory) {
    std::map<std::string, std::string> content;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, ignored)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        content[std::filesystem::relative(entry.path(), directory).string()] = {std::istreambuf_iterator<char>(file), {}};
    }
    return content;
}
