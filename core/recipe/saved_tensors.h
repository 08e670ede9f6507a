#pragma once

#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "core/job.h"
#include "core/tensor/matrix.h"

namespace salient {

// A file of a session: safetensors with two metadata strings, "format" (what it is, "salient-run 2") and "document" (its JSON), and one
// tensor more than it names, "checksums" I64: those of the other tensors' bytes in the order of their names, then the document's. A bit
// that flips on the disk is an error, not a wrong number.

/// The file as it is being put together: layouts first, bytes only when they are written.
class TensorsToSave {
public:
    void add(std::string name, DType dtype, std::vector<std::int64_t> shape, std::function<std::vector<std::byte>()> bytes);
    /// Values that live until write() is done.
    template <typename T>
    void addValues(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape, const T* values, std::size_t count) {
        static_assert(std::is_trivially_copyable_v<T>);
        add(name, dtype, shape, [values, count] {
            std::vector<std::byte> bytes(count * sizeof(T));
            if (count > 0) std::memcpy(bytes.data(), values, bytes.size());
            return bytes;
        });
    }
    void addFloats(const std::string& name, const std::vector<float>& values) {
        addValues(name, DType::F32, {static_cast<std::int64_t>(values.size())}, values.data(), values.size());
    }
    void addMatrix(const std::string& name, const Matrix& values) {
        addValues(name, DType::F32, {values.rows(), values.cols()}, values.data(), static_cast<std::size_t>(values.size()));
    }
    [[nodiscard]] std::int64_t sizeBytes() const noexcept;
    /// Written beside its target and renamed when complete. Checkpoints per tensor ("saving the session"). Throws Error{Io}.
    void write(const std::filesystem::path& file, const std::string& format, const Json& document, JobContext& job) const;

private:
    std::vector<TensorLayout> layout_;
    std::vector<std::function<std::vector<std::byte>()>> bytes_;
};

/// Such a file as a stranger's: whoever takes a tensor says what it must be, its checksum is compared, and finish() refuses what nobody
/// took.
/// All errors are Error{Format} "session: FILE: …" but for those of the file system.
class SavedTensors {
public:
    SavedTensors(const std::filesystem::path& file, const std::string& format);

    [[nodiscard]] const Json& document() const noexcept { return document_; }
    [[nodiscard]] std::string origin() const;
    [[nodiscard]] bool contains(const std::string& name) const { return file_.tensors().contains(name); }
    template <typename T>
    [[nodiscard]] std::vector<T> take(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape) {
        const TensorView& view = checked(name, dtype, shape);
        std::vector<T> values(view.bytes.size() / sizeof(T));
        copyTo(name, view, values.data());
        return values;
    }
    [[nodiscard]] std::vector<float> takeFloats(const std::string& name, Index count) { return take<float>(name, DType::F32, {count}); }
    [[nodiscard]] Matrix takeMatrix(const std::string& name, Index rows, Index cols);
    [[noreturn]] void fail(const std::string& what) const;
    void finish() const;

private:
    const TensorView& checked(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape);
    void copyTo(const std::string& name, const TensorView& view, void* target) const;
    void readChecksums(std::string_view document);

    SafetensorsFile file_;
    Json document_;
    std::map<std::string, std::uint64_t> checksums_;
    std::set<std::string> taken_;
};

/// Whether a file says that it is one. False for what cannot be read.
[[nodiscard]] bool isSavedTensors(const std::filesystem::path& file) noexcept;

}  // namespace salient
