#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "core/io/file_descriptor.h"
#include "core/io/mapping_guard.h"
#include "core/tensor/byte_owner.h"

namespace salient {

/// A whole file mapped read-only into memory; pages are read when touched. Shared by all views into it.
///
/// Someone may shorten or rewrite the file meanwhile. Reading then gives zeros or new bytes, never a signal, and requireIntact() says
/// so. A file that is replaced under its name (written beside it and renamed) is another file: the mapping keeps the old one.
class MappedFile final : public ByteOwner {
public:
    /// Throws Error{Io} naming the file and the reason.
    [[nodiscard]] static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
    ~MappedFile() override;

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
    /// Throws Error{Io} "read: FILE: expected …, found …" when the file has another size or time of change than when it was opened, or
    /// could not be read. One fstat(2). Any thread.
    void requireIntact() const override;
    /// Gives the pages within `bytes` back, from 1 MiB on: touched again, they come from the system's cache or from the file.
    void letGo(std::span<const std::byte> bytes) const noexcept override;

private:
    MappedFile(FileDescriptor file, FileDescriptor::Stamp stamp, std::span<const std::byte> bytes);
    FileDescriptor file_;  // stays open: its status is that of what is mapped, whatever the name stands for by now
    FileDescriptor::Stamp stamp_;
    std::span<const std::byte> bytes_;
    std::optional<MappingGuard> guard_;
};

}  // namespace salient
