#include "core/io/gguf_writer.h"

#include <cstring>
#include <map>
#include <system_error>

#include "core/error.h"
#include "core/io/file_descriptor.h"

namespace salient {
namespace {

constexpr std::uint32_t kVersion = 3;
constexpr std::uint64_t kAlignment = 32;
constexpr std::size_t kMostNameBytes = 63;

// Numbers of value types.
constexpr std::uint32_t kU32 = 4;
constexpr std::uint32_t kI32 = 5;
constexpr std::uint32_t kF32 = 6;
constexpr std::uint32_t kBool = 7;
constexpr std::uint32_t kText = 8;
constexpr std::uint32_t kArray = 9;

template <typename Number>
void append(std::string& bytes, Number value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof raw);
}

void appendText(std::string& bytes, const std::string& text) {
    append(bytes, static_cast<std::uint64_t>(text.size()));
    bytes += text;
}

constexpr std::uint64_t aligned(std::uint64_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& tensor, const std::string& reason,
                       ErrorCode code = ErrorCode::Format) {
    throw Error(code, "writeGguf: " + path.string() + ": tensor '" + tensor + "': " + reason);
}

}  // namespace

void GgufKeys::begin(const std::string& key, std::uint32_t type) {
    appendText(bytes_, key);
    append(bytes_, type);
    ++count_;
}

void GgufKeys::addText(const std::string& key, const std::string& value) {
    begin(key, kText);
    appendText(bytes_, value);
}

void GgufKeys::addU32(const std::string& key, std::uint32_t value) {
    begin(key, kU32);
    append(bytes_, value);
}

void GgufKeys::addF32(const std::string& key, float value) {
    begin(key, kF32);
    append(bytes_, value);
}

void GgufKeys::addBool(const std::string& key, bool value) {
    begin(key, kBool);
    append(bytes_, static_cast<std::uint8_t>(value ? 1 : 0));
}

void GgufKeys::addTexts(const std::string& key, std::span<const std::string> values) {
    begin(key, kArray);
    append(bytes_, kText);
    append(bytes_, static_cast<std::uint64_t>(values.size()));
    for (const std::string& value : values) appendText(bytes_, value);
}

void GgufKeys::addI32s(const std::string& key, std::span<const std::int32_t> values) {
    begin(key, kArray);
    append(bytes_, kI32);
    append(bytes_, static_cast<std::uint64_t>(values.size()));
    for (const std::int32_t value : values) append(bytes_, value);
}

void GgufKeys::addF32s(const std::string& key, std::span<const float> values) {
    begin(key, kArray);
    append(bytes_, kF32);
    append(bytes_, static_cast<std::uint64_t>(values.size()));
    for (const float value : values) append(bytes_, value);
}

struct GgufWriter::State {
    struct Slot {
        std::uint64_t offset = 0;  ///< from the start of the file
        std::uint64_t n_bytes = 0;
        bool is_written = false;
    };

    State(const std::filesystem::path& target, const GgufKeys& keys, const std::vector<GgufTensorLayout>& layout)
        : path(target), temporary(temporaryNameBeside(target)) {
        std::string header = "GGUF";
        append(header, kVersion);
        append(header, static_cast<std::uint64_t>(layout.size()));
        append(header, keys.count());
        header += keys.bytes();
        std::uint64_t data = 0;
        for (const GgufTensorLayout& tensor : layout) {
            if (tensor.name.empty() || tensor.name.size() > kMostNameBytes) fail(path, tensor.name, "expected a name of 1 to 63 bytes");
            const auto n_bytes = static_cast<std::uint64_t>(tensor.size_bytes);
            if (!slots.emplace(tensor.name, Slot{data, n_bytes, false}).second) fail(path, tensor.name, "expected each name once");
            appendText(header, tensor.name);
            append(header, static_cast<std::uint32_t>(tensor.shape.size()));
            for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent)
                append(header, static_cast<std::uint64_t>(*extent));
            append(header, tensor.type);
            append(header, data);
            data += aligned(n_bytes);
        }
        header.resize(aligned(header.size()), '\0');
        for (auto& [name, slot] : slots) slot.offset += header.size();
        file = FileDescriptor::createNew(temporary, path);
        try {
            file.reserve(header.size() + data);  // what lies between tensors reads as zeros
            file.writeAt(std::as_bytes(std::span(header)), 0);
        } catch (...) {
            discard();
            throw;
        }
    }
    ~State() { discard(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void discard() const noexcept {
        if (is_finished) return;
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
    }

    std::filesystem::path path;
    std::filesystem::path temporary;
    FileDescriptor file;
    std::map<std::string, Slot> slots;
    bool is_finished = false;
};

GgufWriter::GgufWriter(const std::filesystem::path& path, const GgufKeys& keys, const std::vector<GgufTensorLayout>& layout)
    : state_(std::make_unique<State>(path, keys, layout)) {}
GgufWriter::~GgufWriter() = default;

void GgufWriter::write(const std::string& name, std::span<const std::byte> bytes) {
    const auto found = state_->slots.find(name);
    if (found == state_->slots.end()) fail(state_->path, name, "expected a tensor of the layout, found none of that name");
    State::Slot& slot = found->second;
    if (slot.is_written) fail(state_->path, name, "expected to be written once, found a second time");
    if (bytes.size() != slot.n_bytes) {
        fail(state_->path, name, "expected " + std::to_string(slot.n_bytes) + " bytes, found " + std::to_string(bytes.size()),
             ErrorCode::ShapeMismatch);
    }
    state_->file.writeAt(bytes, slot.offset);
    slot.is_written = true;
}

void GgufWriter::finish() {
    for (const auto& [name, slot] : state_->slots) {
        if (!slot.is_written) fail(state_->path, name, "expected to be written, found missing");
    }
    state_->file.sync();
    state_->file.close();
    std::error_code error;
    std::filesystem::rename(state_->temporary, state_->path, error);
    if (error) throwSystemError("writeGguf", state_->path, error.value());
    state_->is_finished = true;
}

}  // namespace salient
