#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>

#include "core/error.h"
#include "core/io/file_descriptor.h"

namespace salient {

/// A file of named tensors while it is filled, in any order: where each one's bytes go and which are there. The file has a hidden temporary
/// name beside its own until finish() renames it, and disappears without; in place, it has its own from the start and stays.
/// Errors begin with `operation` and the path.
class TensorSlots {
public:
    TensorSlots(const char* operation, std::filesystem::path path, bool is_in_place = false);
    ~TensorSlots();
    TensorSlots(const TensorSlots&) = delete;
    TensorSlots& operator=(const TensorSlots&) = delete;

    /// Throws Error{Format} for a name given twice.
    void add(const std::string& name, std::uint64_t offset, std::uint64_t n_bytes);
    /// What was counted from the start of the data is counted from the start of the file.
    void moveAllBy(std::uint64_t n_bytes);
    /// Those of the names that have a slot are there already. Returns whether any has.
    bool setWritten(const std::set<std::string>& names);

    /// A new file of that size that begins with `head`. Throws Error{Io}.
    void create(std::uint64_t size_bytes, std::span<const std::byte> head);
    /// The file as an earlier process left it, in place. Throws Error{Format} when it does not have that size or begins otherwise.
    void goOn(std::uint64_t size_bytes, std::span<const std::byte> head);

    /// Throws Error{ShapeMismatch} for another number of bytes than planned, Error{Format} for a name without a slot or one that was
    /// written before, Error{Io}.
    void write(const std::string& name, std::span<const std::byte> bytes);
    /// Flushes to the disk, and names the file. Throws Error{Format} naming a tensor that was never written, unless it has no bytes and
    /// `may_leave_empty`.
    void finish(bool may_leave_empty);

    [[nodiscard]] FileDescriptor& file() noexcept { return file_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[noreturn]] void fail(const std::string& tensor, const std::string& reason, ErrorCode code = ErrorCode::Format) const;

private:
    struct Slot {
        std::uint64_t offset = 0;
        std::uint64_t n_bytes = 0;
        bool is_written = false;
    };
    void discard() noexcept;

    const char* operation_;
    std::filesystem::path path_;
    std::filesystem::path temporary_;  ///< in place: the path itself
    FileDescriptor file_;
    std::map<std::string, Slot> slots_;
    bool has_temporary_ = false;  ///< one of our making, which nothing has taken over
};

}  // namespace salient
