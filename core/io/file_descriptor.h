#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace salient {

/// An open file; closes itself. Every failure is Error{Io} "operation: path: reason".
class FileDescriptor {
public:
    FileDescriptor() = default;
    /// Opens a regular file for reading; refuses anything else (a directory, a pipe, a device) without waiting for it.
    [[nodiscard]] static FileDescriptor openForReading(const std::filesystem::path& path);
    /// Creates a file that must not exist yet, for writing. Errors speak of `target`, the name the user gave, where the file at `path`
    /// only stands in for it until it is complete.
    [[nodiscard]] static FileDescriptor createNew(const std::filesystem::path& path, const std::filesystem::path& target);
    /// Opens for reading and writing; creates the file when it is not there. Errors speak of `target`.
    [[nodiscard]] static FileDescriptor createOrOpen(const std::filesystem::path& path, const std::filesystem::path& target);
    /// Opens a file that is there for reading and writing.
    [[nodiscard]] static FileDescriptor openForUpdate(const std::filesystem::path& path);
    /// Opens a file or directory only to flush it.
    [[nodiscard]] static FileDescriptor openForSync(const std::filesystem::path& path);
    ~FileDescriptor();
    FileDescriptor(FileDescriptor&& other) noexcept;
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;

    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::uint64_t sizeBytes() const;
    /// What shows that a file was written to: its size, and when its content was last changed.
    struct Stamp {
        std::uint64_t size_bytes = 0;
        std::int64_t modified_ns = 0;  ///< since 1970
        bool operator==(const Stamp&) const = default;
    };
    [[nodiscard]] Stamp stamp() const;

    /// Sets the length and reserves the space, so that a full disk shows before the work and not after it. File systems
    /// that cannot reserve only get the length.
    void reserve(std::uint64_t size_bytes);
    /// Writes all bytes at that offset.
    void writeAt(std::span<const std::byte> bytes, std::uint64_t offset);
    /// Reads up to bytes.size() from the current position; 0 at the end.
    [[nodiscard]] std::size_t read(std::span<std::byte> bytes);
    /// Flushes to the disk.
    void sync();
    /// Closes and reports what close() itself reports (a network file system may fail only here).
    void close();

private:
    FileDescriptor(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}
    int descriptor_ = -1;
    std::filesystem::path path_;
};

/// Throws Error{Io} "operation: path: reason" for an errno value.
[[noreturn]] void throwSystemError(std::string_view operation, const std::filesystem::path& path, int error_number);

/// A hidden name beside `target` that nothing else uses: ".NAME.partial-PID-RANDOM".
[[nodiscard]] std::filesystem::path temporaryNameBeside(const std::filesystem::path& target);

}  // namespace salient
