#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor/dtype.h"
#include "core/tensor/matrix.h"

namespace salient {

// NumPy's archive of arrays: a zip file whose members are called NAME.npy, stored or deflated (libzip reads it). A member is
//
//   "\x93NUMPY"  u8 major  u8 minor  u16 (version 1) or u32 (2 and 3) length of the header, little-endian
//   header: {'descr': '<f4', 'fortran_order': False, 'shape': (128, 64), }  padded with spaces and ended by a line feed
//   data: the elements, last index fastest, or the first where fortran_order is True
//
// Read here: descr '<f2', '<f4' and '<f8'. A member of Python objects ('|O') is a pickle, which can run code when it is read: the file is
// refused. Arrays of other types are listed, and refused when they are asked for.

/// One array as its header describes it.
struct NpyHeader {
    std::string descr;           ///< "<f4"
    std::optional<DType> dtype;  ///< none: a type that is not read
    bool is_fortran = false;
    std::vector<std::int64_t> shape;
    std::int64_t header_bytes = 0;
    [[nodiscard]] std::int64_t elementCount() const noexcept;
};

/// The header at the start of a member. `start`: its first bytes, up to kMostNpyHeaderBytes of them. Throws Error{Format},
/// Error{Unsupported} with `origin` in front.
[[nodiscard]] NpyHeader parseNpyHeader(std::string_view start, const std::string& origin);
inline constexpr std::size_t kMostNpyHeaderBytes = 65536;

/// An opened .npz file. Opening reads the headers of all members.
class NpzFile {
public:
    /// Throws Error{Io}, Error{Format}, Error{Unsupported}. What an array claims to hold is compared with what the archive says of its
    /// member, and that with what so many packed bytes can hold at most, before anything is allocated.
    [[nodiscard]] static NpzFile open(const std::filesystem::path& path);
    ~NpzFile();
    NpzFile(NpzFile&&) noexcept;
    NpzFile& operator=(NpzFile&&) noexcept;

    /// By name, without ".npy".
    [[nodiscard]] const std::map<std::string, NpyHeader>& arrays() const noexcept;

    /// Receives rows [first, first + rows.rows()) of an array.
    using RowSink = std::function<void(MatrixView rows, Index first)>;
    /// Hands out an array as [product of all extents but the last, last], in order, at most rows_at_once rows at a time; nothing for an
    /// empty one. Holds that many rows; the whole array where its first index is the fastest. Throws Error{Unsupported} for a type that is
    /// not read, Error{Format} for damage (the zip file's checksum), Error{Io} when the file changed since it was opened. Not for several
    /// threads at once.
    void readRows(const std::string& name, Index rows_at_once, const RowSink& sink) const;

private:
    struct State;
    explicit NpzFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Whether the file starts as a zip file does. False for what cannot be read.
[[nodiscard]] bool isZip(const std::filesystem::path& path) noexcept;

}  // namespace salient
