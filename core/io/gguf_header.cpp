#include "core/io/gguf_header.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "core/io/ggml_blocks.h"
#include "core/io/pickle.h"

namespace salient {
namespace {

constexpr std::uint64_t kMostKeyBytes = 65535;
constexpr std::uint64_t kMostNameBytes = 63;  // of a tensor: ggml keeps 64 bytes with the final NUL
constexpr std::uint32_t kMostExtents = 4;
constexpr std::uint64_t kDefaultAlignment = 32;
constexpr std::uint64_t kLargestAlignment = 1U << 20U;

enum ValueType : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, Text, Array, U64, I64, F64 };

/// Bytes that one element has at least.
std::uint64_t leastBytes(std::uint32_t type) {
    constexpr std::uint64_t kBytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};
    return kBytes[type];
}

/// Reads from left to right; whatever a number claims is compared with what is left of the file first.
class Reader {
public:
    Reader(const std::filesystem::path& path, std::shared_ptr<const MappedFile> file)
        : path_(path), file_(std::move(file)), bytes_(file_->bytes()) {}

    GgufHeader read() {
        readStart();
        GgufHeader header;
        for (std::uint64_t i = 0; i < n_keys_; ++i) readKey(header.metadata);
        readAlignment(header.metadata);
        std::uint64_t offset = 0;
        for (std::uint64_t i = 0; i < n_tensors_; ++i) readTensor(header.tensors, offset);
        placeTensors(header.tensors);
        file_->requireIntact();  // every number above was copied before it was checked
        return header;
    }

private:
    [[noreturn]] void fail(const std::string& reason, ErrorCode code = ErrorCode::Format) const {
        throw Error(code, "readGguf: " + path_.string() + ": " + reason);
    }

    [[nodiscard]] std::uint64_t left() const noexcept { return bytes_.size() - position_; }

    template <typename Number>
    Number number(const char* what) {
        if (left() < sizeof(Number))
            fail(std::string(what) + ": expected " + std::to_string(sizeof(Number)) + " bytes, found the file's end");
        Number value;
        std::memcpy(&value, bytes_.data() + position_, sizeof value);
        position_ += sizeof value;
        return value;
    }

    std::string string(const std::string& what, std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
        const auto length = number<std::uint64_t>("length of a text");
        if (length > most) fail(what + ": expected at most " + std::to_string(most) + " bytes, found " + std::to_string(length));
        if (length > left()) {
            fail(what + ": " + std::to_string(length) + " bytes declared, " + std::to_string(left()) + " left in file");
        }
        std::string text(reinterpret_cast<const char*>(bytes_.data()) + position_, length);
        position_ += length;
        return text;
    }

    void readStart() {
        if (bytes_.size() < 4 || std::memcmp(bytes_.data(), "GGUF", 4) != 0) {
            refusePickle(path_, bytes_);
            fail("expected the letters GGUF at its start, found none");
        }
        position_ = 4;
        const auto version = number<std::uint32_t>("version");
        if (version == 2U << 24U || version == 3U << 24U)
            fail("expected a little-endian file, found a big-endian one", ErrorCode::Unsupported);
        if (version != 2 && version != 3) fail("expected version 2 or 3, found " + std::to_string(version), ErrorCode::Unsupported);
        n_tensors_ = number<std::uint64_t>("number of tensors");
        n_keys_ = number<std::uint64_t>("number of keys");
        // The shortest key and the shortest tensor: a count beyond them is refused before anything is read for it.
        constexpr std::uint64_t kLeastKey = 8 + 1 + 4 + 1;
        constexpr std::uint64_t kLeastTensor = 8 + 1 + 4 + 8 + 4 + 8;
        if (n_keys_ > left() / kLeastKey)
            fail(std::to_string(n_keys_) + " keys declared, " + std::to_string(left()) + " bytes left in file");
        if (n_tensors_ > left() / kLeastTensor)
            fail(std::to_string(n_tensors_) + " tensors declared, " + std::to_string(left()) + " bytes left in file");
    }

    std::int64_t integer(std::uint32_t type, const std::string& key) {
        switch (type) {
            case U8:
                return number<std::uint8_t>("value");
            case I8:
                return number<std::int8_t>("value");
            case U16:
                return number<std::uint16_t>("value");
            case I16:
                return number<std::int16_t>("value");
            case U32:
                return number<std::uint32_t>("value");
            case I32:
                return number<std::int32_t>("value");
            case I64:
                return number<std::int64_t>("value");
            case U64: {
                const auto value = number<std::uint64_t>("value");
                if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                    fail("key '" + key + "': expected a number below 2^63, found " + std::to_string(value));
                return static_cast<std::int64_t>(value);
            }
            default:
                return boolean(key) ? 1 : 0;
        }
    }

    bool boolean(const std::string& key) {
        const auto value = number<std::uint8_t>("value");
        if (value > 1) fail("key '" + key + "': expected a boolean, 0 or 1, found " + std::to_string(value));
        return value == 1;
    }

    double real(std::uint32_t type) { return type == F32 ? static_cast<double>(number<float>("value")) : number<double>("value"); }

    GgufValue array(const std::string& key) {
        const auto type = number<std::uint32_t>("type of an array");
        if (type == Array) fail("key '" + key + "': expected an array of numbers or texts, found one of arrays", ErrorCode::Unsupported);
        if (type > F64) fail("key '" + key + "': expected a type from 0 to 12, found " + std::to_string(type));
        const auto count = number<std::uint64_t>("length of an array");
        if (count > left() / leastBytes(type)) {
            fail("key '" + key + "': " + std::to_string(count) + " elements declared, " + std::to_string(left()) + " bytes left in file");
        }
        if (type == Text) {
            std::vector<std::string> texts;
            texts.reserve(count);
            for (std::uint64_t i = 0; i < count; ++i) texts.push_back(string("key '" + key + "'"));
            return texts;
        }
        if (type == F32 || type == F64) {
            std::vector<double> values;
            values.reserve(count);
            for (std::uint64_t i = 0; i < count; ++i) values.push_back(real(type));
            return values;
        }
        std::vector<std::int64_t> values;
        values.reserve(count);
        for (std::uint64_t i = 0; i < count; ++i) values.push_back(integer(type, key));
        return values;
    }

    GgufValue value(std::uint32_t type, const std::string& key) {
        if (type > F64) fail("key '" + key + "': expected a type from 0 to 12, found " + std::to_string(type));
        if (type == Text) return string("key '" + key + "'");
        if (type == Array) return array(key);
        if (type == Bool) return boolean(key);
        if (type == F32 || type == F64) return real(type);
        return integer(type, key);
    }

    void readKey(std::map<std::string, GgufValue>& metadata) {
        std::string key = string("key", kMostKeyBytes);
        if (key.empty()) fail("expected a key with a name, found an empty one");
        if (metadata.contains(key)) fail("key '" + key + "': expected once, found twice");
        GgufValue read = value(number<std::uint32_t>("type of a value"), key);
        metadata.emplace(std::move(key), std::move(read));
    }

    void readAlignment(const std::map<std::string, GgufValue>& metadata) {
        const auto found = metadata.find("general.alignment");
        if (found == metadata.end()) return;
        const auto* const given = std::get_if<std::int64_t>(&found->second);
        const std::uint64_t wanted = given == nullptr || *given < 0 ? 0 : static_cast<std::uint64_t>(*given);
        if (wanted == 0 || wanted > kLargestAlignment || (wanted & (wanted - 1)) != 0)
            fail("general.alignment: expected a power of two up to " + std::to_string(kLargestAlignment));
        alignment_ = wanted;
    }

    [[nodiscard]] std::uint64_t padded(std::uint64_t size) const noexcept { return (size + alignment_ - 1) / alignment_ * alignment_; }

    struct Placed {
        std::string name;
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
    };

    /// `offset` is where the tensor must begin; moved to where the next one must.
    void readTensor(std::map<std::string, TensorView>& tensors, std::uint64_t& offset) {
        TensorView view;
        view.name = string("name of a tensor", kMostNameBytes);
        const std::string place = "tensor '" + view.name + "': ";
        if (view.name.empty()) fail("expected a tensor with a name, found an empty one");
        if (tensors.contains(view.name)) fail(place + "expected once, found twice");
        const auto n_extents = number<std::uint32_t>("number of extents");
        if (n_extents < 1 || n_extents > kMostExtents) fail(place + "expected 1 to 4 extents, found " + std::to_string(n_extents));
        std::int64_t n_elements = 1;
        for (std::uint32_t i = 0; i < n_extents; ++i) {
            const auto extent = number<std::uint64_t>("extent");
            if (extent < 1 || extent > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
                __builtin_mul_overflow(n_elements, static_cast<std::int64_t>(extent), &n_elements)) {
                fail(place + "expected extents whose product is a number of elements, found " + std::to_string(extent));
            }
            view.shape.insert(view.shape.begin(), static_cast<std::int64_t>(extent));
        }
        const auto type_id = number<std::uint32_t>("type of a tensor");
        const GgmlType* const type = findGgmlType(type_id);
        if (type == nullptr)
            fail(place + "expected one of " + readGgmlTypes() + ", found " + ggmlTypeName(type_id), ErrorCode::Unsupported);
        if (view.shape.back() % type->block_elements != 0) {
            fail(place + "expected rows of a multiple of " + std::to_string(type->block_elements) + " elements for " +
                 std::string(type->name) + ", found " + std::to_string(view.shape.back()));
        }
        std::int64_t size = 0;
        if (__builtin_mul_overflow(n_elements / type->block_elements, type->block_bytes, &size))
            fail(place + "too large to count its bytes");
        const auto found = number<std::uint64_t>("offset of a tensor");
        if (found != offset)
            fail(place + "expected to begin at byte " + std::to_string(offset) + " of the data, found " + std::to_string(found));
        const auto n_bytes = static_cast<std::uint64_t>(size);
        if (n_bytes > bytes_.size() || offset > bytes_.size() - n_bytes)
            fail(place + std::to_string(n_bytes) + " bytes expected at byte " + std::to_string(offset) +
                 " of the data, more than the file has");
        view.dtype = type->dtype;
        view.form = type->form;
        view.owner = file_;
        placed_.push_back({view.name, offset, n_bytes});
        tensors.emplace(view.name, std::move(view));
        offset += padded(n_bytes);
    }

    void placeTensors(std::map<std::string, TensorView>& tensors) {
        const std::uint64_t start = padded(position_);
        for (const Placed& placed : placed_) {
            if (start > bytes_.size() || placed.offset + placed.size > bytes_.size() - start) {
                fail("tensor '" + placed.name + "': data end at byte " + std::to_string(start + placed.offset + placed.size) + ", " +
                     std::to_string(bytes_.size()) + " bytes in file");
            }
            tensors.at(placed.name).bytes = bytes_.subspan(start + placed.offset, placed.size);
        }
    }

    const std::filesystem::path& path_;
    std::shared_ptr<const MappedFile> file_;
    std::span<const std::byte> bytes_;
    std::size_t position_ = 0;
    std::uint64_t n_tensors_ = 0;
    std::uint64_t n_keys_ = 0;
    std::uint64_t alignment_ = kDefaultAlignment;
    std::vector<Placed> placed_;  // in the order of the file
};

void refusePart(const std::filesystem::path& path, const std::map<std::string, GgufValue>& metadata) {
    const auto found = metadata.find("split.count");
    const auto* const count = found == metadata.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
    if (count == nullptr || *count <= 1) return;
    throw Error(ErrorCode::Unsupported, "readGguf: " + path.string() + ": expected a whole model, found one of " + std::to_string(*count) +
                                            " parts; join them with llama-gguf-split --merge");
}

}  // namespace

GgufHeader readGgufHeader(const std::filesystem::path& path, const std::shared_ptr<const MappedFile>& file) {
    GgufHeader header = Reader(path, file).read();
    refusePart(path, header.metadata);
    return header;
}

}  // namespace salient
