#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace salient {

/// A whole file mapped read-only into memory; pages are read when touched. Shared by all views into it.
class MappedFile {
public:
    /// Throws Error{Io} naming the file and the reason.
    [[nodiscard]] static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
    explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
    std::span<const std::byte> bytes_;
};

}  // namespace salient
