#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/io/gguf_part.h"

namespace salient {

/// Keys and values of a GGUF file to be written, in the order in which they are added. The type is the caller's choice, for llama.cpp
/// compares it exactly: a count is a u32.
class GgufKeys {
public:
    void addText(const std::string& key, const std::string& value);
    void addU32(const std::string& key, std::uint32_t value);
    void addF32(const std::string& key, float value);
    void addBool(const std::string& key, bool value);
    void addTexts(const std::string& key, std::span<const std::string> values);
    void addI32s(const std::string& key, std::span<const std::int32_t> values);
    void addF32s(const std::string& key, std::span<const float> values);

    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    void begin(const std::string& key, std::uint32_t type);
    std::string bytes_;
    std::uint64_t count_ = 0;
};

/// A tensor of a GGUF file to be written.
struct GgufTensorLayout {
    std::string name;
    std::uint32_t type = 0;           ///< ggml's number
    std::vector<std::int64_t> shape;  ///< slowest first
    std::int64_t size_bytes = 0;
    std::int64_t n_parts = 0;  ///< > 0: it is written in so many equal slices along its first extent, which follow one another in the file
};

/// Writes one GGUF file (version 3, alignment 32) whose layout is known beforehand, tensor by tensor in any order. As SafetensorsWriter
/// does, it fills the file under a hidden temporary name beside `path`; finish() renames it, and without finish() it disappears.
class GgufWriter {
public:
    /// Throws Error{Io}, Error{Format} for a name that is empty, longer than 63 bytes or given twice, or parts that are not equal.
    GgufWriter(const std::filesystem::path& path, const GgufKeys& keys, const std::vector<GgufTensorLayout>& layout);
    /// Under the file's own name, going on where an earlier writer of the same layout stopped: `written` is there already, slices by their
    /// ggufPartName(). With nothing written it begins anew. The file stays without finish(). Throws also Error{Format} when the file is
    /// not the one that was begun.
    [[nodiscard]] static GgufWriter inPlace(const std::filesystem::path& path, const GgufKeys& keys,
                                            const std::vector<GgufTensorLayout>& layout, const std::set<std::string>& written);
    ~GgufWriter();
    GgufWriter(GgufWriter&&) noexcept;
    GgufWriter& operator=(GgufWriter&&) noexcept;

    /// Throws Error{ShapeMismatch} when the byte count differs from the layout, Error{Format} for a name that is not in the layout or was
    /// written before, Error{Io}.
    void write(const std::string& name, std::span<const std::byte> bytes);
    /// One slice, from 0, of a tensor that is laid out in parts. The same errors.
    void writePart(const std::string& name, std::int64_t number, std::span<const std::byte> bytes);
    /// Puts what was written so far on the disk.
    void sync();
    /// Flushes to the disk. Throws Error{Format} naming a tensor that was never written.
    void finish();

private:
    struct State;
    explicit GgufWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace salient
