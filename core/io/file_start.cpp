#include "core/io/file_start.h"

#include <span>
#include <string>

#include "core/io/file_descriptor.h"

namespace salient {

bool startsWith(const std::filesystem::path& path, std::string_view bytes) noexcept {
    try {
        FileDescriptor file = FileDescriptor::openForReading(path);
        std::string start(bytes.size(), '\0');
        return file.read(std::as_writable_bytes(std::span(start))) == bytes.size() && start == bytes;
    } catch (...) {
        return false;
    }
}

}  // namespace salient
