#include "core/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/io/mapped_file.h"
#include "core/io/pickle.h"

namespace salient {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are stored little-endian and used as they are");

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the reference implementation's limit

/// One error message style for a whole file: "readSafetensors: FILE: reason".
class HeaderReader {
public:
    HeaderReader(const std::filesystem::path& path, std::shared_ptr<const MappedFile> file) : path_(path), file_(std::move(file)) {}

    void read(std::map<std::string, TensorView>& tensors, std::map<std::string, std::string>& metadata) {
        const Json header = parseHeader();
        std::vector<Extent> extents;
        for (const auto& [name, entry] : header.items()) {
            if (name == "__metadata__") {
                metadata = readMetadata(entry);
                continue;
            }
            const Extent extent = readExtent(name, entry);
            TensorView view;
            view.name = name;
            view.dtype = readDType(name, entry);
            view.shape = readShape(name, entry);
            checkSize(view, extent);
            view.bytes = data_.subspan(extent.begin, extent.end - extent.begin);
            view.owner = file_;
            extents.push_back(extent);
            tensors.emplace(name, std::move(view));
        }
        checkTiling(std::move(extents));
    }

private:
    struct Extent {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::string name;
    };

    [[noreturn]] void fail(const std::string& reason, ErrorCode code = ErrorCode::Format) const {
        throw Error(code, "readSafetensors: " + path_.string() + ": " + reason);
    }
    [[noreturn]] void failTensor(const std::string& name, const std::string& reason, ErrorCode code = ErrorCode::Format) const {
        fail("tensor '" + name + "': " + reason, code);
    }

    Json parseHeader() {
        const std::span<const std::byte> bytes = file_->bytes();
        if (bytes.size() < kLengthBytes) fail("expected at least 8 bytes, found " + std::to_string(bytes.size()));
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), kLengthBytes);
        if (length > kMaxHeaderBytes) refusePickle(path_, bytes);  // a name is no proof of what a file is
        if (length > kMaxHeaderBytes) fail("expected a header of at most 100 MB, found " + std::to_string(length) + " bytes declared");
        if (length > bytes.size() - kLengthBytes) {
            fail("header: " + std::to_string(length) + " bytes declared, " + std::to_string(bytes.size() - kLengthBytes) + " left in file");
        }
        // A copy: what is checked here must not change before it is used.
        const std::string text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
        file_->requireIntact();
        if (!text.starts_with('{')) fail("header: expected it to start with '{'");
        data_ = bytes.subspan(kLengthBytes + length);
        return parseJson(text, path_.string() + " (header)");
    }

    std::map<std::string, std::string> readMetadata(const Json& entry) const {
        if (!entry.is_object()) fail("__metadata__: expected an object, found " + std::string(entry.type_name()));
        std::map<std::string, std::string> metadata;
        for (const auto& [key, value] : entry.items()) {
            if (!value.is_string()) fail("__metadata__: '" + key + "': expected a string, found " + std::string(value.type_name()));
            metadata.emplace(key, value.get<std::string>());
        }
        return metadata;
    }

    const Json& field(const std::string& name, const Json& entry, const char* key) const {
        if (!entry.is_object()) failTensor(name, "expected an object, found " + std::string(entry.type_name()));
        const auto found = entry.find(key);
        if (found == entry.end()) failTensor(name, std::string("expected a field '") + key + "', found none");
        return *found;
    }

    DType readDType(const std::string& name, const Json& entry) const {
        const Json& value = field(name, entry, "dtype");
        if (!value.is_string()) failTensor(name, "dtype: expected a string, found " + std::string(value.type_name()));
        const auto& text = value.get_ref<const std::string&>();
        const std::optional<DType> type = dtypeFromName(text);
        if (!type)
            failTensor(name, "dtype: expected F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL, found " + text, ErrorCode::Unsupported);
        return *type;
    }

    std::vector<std::int64_t> readShape(const std::string& name, const Json& entry) const {
        const Json& value = field(name, entry, "shape");
        if (!value.is_array()) failTensor(name, "shape: expected an array, found " + std::string(value.type_name()));
        std::vector<std::int64_t> shape;
        for (const Json& extent : value) {
            if (!extent.is_number_unsigned() || extent.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
                failTensor(name, "shape: expected non-negative integers, found " + extent.dump());
            }
            shape.push_back(extent.get<std::int64_t>());
        }
        return shape;
    }

    Extent readExtent(const std::string& name, const Json& entry) const {
        const Json& value = field(name, entry, "data_offsets");
        const bool well_formed = value.is_array() && value.size() == 2 && value[0].is_number_unsigned() && value[1].is_number_unsigned();
        if (!well_formed) failTensor(name, "data_offsets: expected two non-negative integers");
        Extent extent{value[0].get<std::uint64_t>(), value[1].get<std::uint64_t>(), name};
        if (extent.begin > extent.end) failTensor(name, "data_offsets: expected begin before end, found " + value.dump());
        if (extent.end > data_.size()) {
            failTensor(name, "data_offsets end at byte " + std::to_string(extent.end) + ", " + std::to_string(data_.size()) +
                                 " bytes of data in file");
        }
        return extent;
    }

    void checkSize(const TensorView& view, const Extent& extent) const {
        // A zero extent makes the product zero whatever the others are, so it is looked for before the overflow check; the
        // other extents must still multiply without overflow for elementCount() to be safe in any order.
        std::int64_t n = 1;
        bool is_empty = false;
        for (const std::int64_t value : view.shape) {
            if (value == 0) {
                is_empty = true;
            } else if (__builtin_mul_overflow(n, value, &n)) {
                failTensor(view.name, "shape: too large to count its elements");
            }
        }
        std::int64_t n_bytes = 0;
        if (!is_empty && __builtin_mul_overflow(n, static_cast<std::int64_t>(sizeBytes(view.dtype)), &n_bytes)) {
            failTensor(view.name, "shape: too large to count its bytes");
        }
        if (static_cast<std::uint64_t>(n_bytes) != extent.end - extent.begin) {
            failTensor(view.name, "expected " + std::to_string(n_bytes) + " bytes for its shape and dtype, found " +
                                      std::to_string(extent.end - extent.begin) + " in data_offsets");
        }
    }

    /// The tensors must cover the data once and wholly: a hole could smuggle bytes, an overlap alias two tensors.
    void checkTiling(std::vector<Extent> extents) const {
        std::sort(extents.begin(), extents.end(),
                  [](const Extent& a, const Extent& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
        std::uint64_t end = 0;
        for (const Extent& extent : extents) {
            if (extent.begin != end) {
                failTensor(extent.name, "data_offsets: expected to begin at byte " + std::to_string(end) + ", found " +
                                            std::to_string(extent.begin) + (extent.begin < end ? " (overlap)" : " (hole)"));
            }
            end = extent.end;
        }
        if (end != data_.size()) {
            fail("expected data to end at byte " + std::to_string(end) + ", found " + std::to_string(data_.size()) + " bytes of data");
        }
    }

    const std::filesystem::path& path_;
    std::shared_ptr<const MappedFile> file_;
    std::span<const std::byte> data_;
};

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
    SafetensorsFile file;
    file.path_ = path;
    HeaderReader(path, MappedFile::open(path)).read(file.tensors_, file.metadata_);
    return file;
}

const TensorView& SafetensorsFile::tensor(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw Error(ErrorCode::Format, "readSafetensors: " + path_.string() + ": no tensor '" + name + "'");
    return found->second;
}

}  // namespace salient
