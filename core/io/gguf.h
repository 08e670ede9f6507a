#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/tensor/tensor_view.h"

namespace salient {

// The GGUF format, versions 2 and 3 (llama.cpp's), all numbers little-endian:
//
//   "GGUF"  u32 version  u64 number of tensors  u64 number of keys
//   keys:     string key, u32 type, value
//   tensors:  string name, u32 number of extents, u64 extents (fastest first), u32 element type (ggml_blocks.h), u64 offset
//   zero bytes up to a multiple of the alignment, from the start of the file
//   data:     each tensor at its offset from here, which is the sum of the sizes before it, each rounded up to the alignment
//
// A string is a u64 number of bytes and UTF-8. Types of values: 0 u8, 1 i8, 2 u16, 3 i16, 4 u32, 5 i32, 6 f32, 7 bool (one byte), 8 string,
// 9 array, 10 u64, 11 i64, 12 f64; an array is a u32 type, a u64 number of elements and these, and holds no arrays. The key
// "general.alignment" (u32, a power of two) says the alignment; 32 without it. A row, the first extent, is a whole number of blocks.

/// A value of a GGUF key; arrays of numbers in the widest form of their kind.
using GgufValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

/// One mapped GGUF file. Opening reads the header only.
class GgufFile {
public:
    /// Throws Error{Io}, Error{Format}, or Error{Unsupported} for an element type that is not read, a big-endian file, one part of a
    /// model that was split; every count and size is checked against the file before it is used. Memory: a few times the header.
    [[nodiscard]] static GgufFile open(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// All tensors by name; extents slowest first, as everywhere in Salient.
    [[nodiscard]] const std::map<std::string, TensorView>& tensors() const noexcept { return tensors_; }
    [[nodiscard]] const std::map<std::string, GgufValue>& metadata() const noexcept { return metadata_; }
    [[nodiscard]] bool has(const std::string& key) const { return metadata_.contains(key); }

    // Values by key; nothing when there is no such key. Throw Error{Format} naming file and key for a value of another kind.
    [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
    [[nodiscard]] std::optional<std::int64_t> integer(const std::string& key) const;
    [[nodiscard]] std::optional<double> number(const std::string& key) const;  ///< an integer, too
    [[nodiscard]] std::optional<bool> boolean(const std::string& key) const;
    // Arrays; null when there is no such key.
    [[nodiscard]] const std::vector<std::string>* texts(const std::string& key) const;
    [[nodiscard]] const std::vector<std::int64_t>* integers(const std::string& key) const;
    [[nodiscard]] const std::vector<double>* numbers(const std::string& key) const;

    /// Throws "readGguf: FILE: reason".
    [[noreturn]] void fail(const std::string& reason) const;
    [[noreturn]] void failUnsupported(const std::string& reason) const;

private:
    std::filesystem::path path_;
    std::map<std::string, TensorView> tensors_;
    std::map<std::string, GgufValue> metadata_;
};

/// Whether the file starts with GGUF's four letters. False for what cannot be read.
[[nodiscard]] bool isGguf(const std::filesystem::path& path) noexcept;

}  // namespace salient
