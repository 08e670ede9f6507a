#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "core/error.h"

/// Runs a reader. salient::Error is the one answer to a bad file; any other exception ends the process, which is a finding.
template <typename Read>
void refusesOrReads(Read&& read) {
    try {
        read();
    } catch (const salient::Error& error) {
        // Promised by core/error.h: one line, shown to the user as it is.
        for (const char* c = error.what(); *c != '\0'; ++c) {
            if (static_cast<unsigned char>(*c) < 0x20 || *c == 0x7F) std::abort();
        }
    }
}

/// A directory of this process, kept in memory where the system has such a place, and removed with the process.
class Folder {
public:
    Folder() {
        const std::filesystem::path memory = "/dev/shm";
        std::error_code none;
        const auto base = std::filesystem::is_directory(memory, none) ? memory : std::filesystem::temp_directory_path();
        std::string name = (base / "salient-fuzz-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    void write(const std::string& name, std::string_view bytes) const {
        std::ofstream file(path_ / name, std::ios::binary | std::ios::trunc);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

private:
    std::filesystem::path path_;
};

[[nodiscard]] inline std::string_view asText(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}
