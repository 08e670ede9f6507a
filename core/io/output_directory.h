#pragma once

#include <filesystem>
#include <string_view>

#include "core/io/file_descriptor.h"

namespace salient {

/// A directory that appears only when it is complete: it is filled under a temporary name beside the target and renamed by
/// commit(). Without commit() the destructor removes it, so a cancelled or failed job leaves nothing behind. What a process that was
/// killed left for the same target, the next one removes.
class OutputDirectory {
public:
    /// Throws Error{Io} when the parent cannot be written, Error{InvalidOption} when the target exists and is not empty.
    explicit OutputDirectory(const std::filesystem::path& target);
    ~OutputDirectory();
    OutputDirectory(const OutputDirectory&) = delete;
    OutputDirectory& operator=(const OutputDirectory&) = delete;

    /// Where to write now.
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return temporary_; }
    [[nodiscard]] const std::filesystem::path& target() const noexcept { return target_; }
    /// Renames to the target. Throws Error{Io}.
    void commit();

private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    FileDescriptor lock_;  // of the temporary directory, while it is in use
    bool committed_ = false;
};

/// Writes a file of such a directory that is not there yet, so that it carries the user's default permissions and not those of a
/// read-only cache it may come from. Throws Error{Io}.
void writeNewFile(const std::filesystem::path& path, std::string_view content);

}  // namespace salient
