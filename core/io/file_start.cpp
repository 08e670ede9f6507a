#include "core/io/file_start.h"

#include <fstream>
#include <string>

namespace salient {

bool startsWith(const std::filesystem::path& path, std::string_view bytes) noexcept {
    try {
        std::ifstream file(path, std::ios::binary);
        std::string start(bytes.size(), '\0');
        return file.read(start.data(), static_cast<std::streamsize>(start.size())) && start == bytes;
    } catch (...) {
        return false;
    }
}

}  // namespace salient
