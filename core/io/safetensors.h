#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/tensor/tensor_view.h"

namespace salient {

// The safetensors format: u64 little-endian n; n bytes of JSON, an object that starts with '{' and may be padded with
// spaces; then the data. Each entry is "name": {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]} with offsets
// relative to the data. The optional entry "__metadata__" is an object of strings. Tensors tile the data exactly.

/// One mapped safetensors file. Opening reads the header only.
class SafetensorsFile {
public:
    /// Throws Error{Io}, Error{Format}, or Error{Unsupported} for an element type outside DType; every size is checked
    /// against the file before it is used. Views are aligned only as far as the file's header length allows.
    [[nodiscard]] static SafetensorsFile open(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// All tensors, by name.
    [[nodiscard]] const std::map<std::string, TensorView>& tensors() const noexcept { return tensors_; }
    /// Throws Error{Format} naming the file when there is no such tensor.
    [[nodiscard]] const TensorView& tensor(const std::string& name) const;
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept { return metadata_; }

private:
    std::filesystem::path path_;
    std::map<std::string, TensorView> tensors_;
    std::map<std::string, std::string> metadata_;
};

/// Name, type and shape of a tensor to be written.
struct TensorLayout {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
};

/// Writes one safetensors file whose layout is known beforehand, tensor by tensor in any order, so that a model can be
/// written while it is being made. The file is filled under a hidden temporary name beside `path` and renamed by finish();
/// without finish() it disappears, and a file that was there before stays. Data start at a multiple of 8, in layout order.
class SafetensorsWriter {
public:
    /// Reserves the disk space and writes the header ("format": "pt" is in the metadata unless given otherwise). Throws
    /// Error{Io}, Error{Format} for a name given twice, Error{ShapeMismatch} for an extent below zero.
    SafetensorsWriter(const std::filesystem::path& path, const std::vector<TensorLayout>& layout,
                      const std::map<std::string, std::string>& metadata = {});
    /// Writes under the file's own name from the start and leaves it there whatever happens, so that a later writer of the same layout can
    /// go on with it: for a directory that is itself hidden until it is complete. `written`: the tensors that an earlier writer wrote and
    /// flushed; with none of them in the layout the file is made anew. Throws also Error{Format} when what is there is not that file.
    [[nodiscard]] static SafetensorsWriter inPlace(const std::filesystem::path& path, const std::vector<TensorLayout>& layout,
                                                   const std::set<std::string>& written,
                                                   const std::map<std::string, std::string>& metadata = {});
    ~SafetensorsWriter();
    SafetensorsWriter(SafetensorsWriter&&) noexcept;
    SafetensorsWriter& operator=(SafetensorsWriter&&) noexcept;

    /// Throws Error{ShapeMismatch} when the byte count differs from the layout, Error{Format} for a name that is not in the
    /// layout or was written before, Error{Io} when writing fails.
    void write(const std::string& name, std::span<const std::byte> bytes);
    /// Flushes what was written so far to the disk. Throws Error{Io}.
    void sync();
    /// Flushes to the disk. Throws Error{Format} naming a tensor that was never written.
    void finish();

private:
    struct State;
    explicit SafetensorsWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace salient
