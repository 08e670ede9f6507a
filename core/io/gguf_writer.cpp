#include "core/io/gguf_writer.h"

#include <cstring>
#include <system_error>
#include <utility>

#include "core/io/tensor_slots.h"

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
    State(const std::filesystem::path& path, const GgufKeys& keys, const std::vector<GgufTensorLayout>& layout) : slots("writeGguf", path) {
        begin(layOut(keys, layout));
    }
    /// In place.
    State(const std::filesystem::path& path, const GgufKeys& keys, const std::vector<GgufTensorLayout>& layout,
          const std::set<std::string>& written)
        : slots("writeGguf", path, true) {
        const std::string header = layOut(keys, layout);
        if (slots.setWritten(written)) {
            slots.goOn(header.size() + data, std::as_bytes(std::span(header)));
            return;
        }
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        begin(header);
    }

    std::string layOut(const GgufKeys& keys, const std::vector<GgufTensorLayout>& layout) {
        std::string header = "GGUF";
        append(header, kVersion);
        append(header, static_cast<std::uint64_t>(layout.size()));
        append(header, keys.count());
        header += keys.bytes();
        for (const GgufTensorLayout& tensor : layout) {
            if (tensor.name.empty() || tensor.name.size() > kMostNameBytes) slots.fail(tensor.name, "expected a name of 1 to 63 bytes");
            const auto n_bytes = static_cast<std::uint64_t>(tensor.size_bytes);
            addSlots(tensor, n_bytes);
            appendText(header, tensor.name);
            append(header, static_cast<std::uint32_t>(tensor.shape.size()));
            for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent)
                append(header, static_cast<std::uint64_t>(*extent));
            append(header, tensor.type);
            append(header, data);
            data += aligned(n_bytes);
        }
        header.resize(aligned(header.size()), '\0');
        slots.moveAllBy(header.size());
        return header;
    }

    /// The tensor's place, or one for each of its slices.
    void addSlots(const GgufTensorLayout& tensor, std::uint64_t n_bytes) {
        if (tensor.n_parts == 0) return slots.add(tensor.name, data, n_bytes);
        if (tensor.n_parts < 0 || tensor.size_bytes % tensor.n_parts != 0) {
            slots.fail(tensor.name, "expected " + std::to_string(tensor.n_parts) + " equal parts, found " +
                                        std::to_string(tensor.size_bytes) + " bytes");
        }
        const std::uint64_t part_bytes = n_bytes / static_cast<std::uint64_t>(tensor.n_parts);
        for (std::int64_t number = 0; number < tensor.n_parts; ++number)
            slots.add(ggufPartName(tensor.name, number), data + static_cast<std::uint64_t>(number) * part_bytes, part_bytes);
    }

    void begin(const std::string& header) {
        slots.create(header.size() + data, std::as_bytes(std::span(header)));  // what lies between tensors reads as zeros
    }

    TensorSlots slots;
    std::uint64_t data = 0;  // bytes
};

GgufWriter::GgufWriter(const std::filesystem::path& path, const GgufKeys& keys, const std::vector<GgufTensorLayout>& layout)
    : state_(std::make_unique<State>(path, keys, layout)) {}
GgufWriter::GgufWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
GgufWriter GgufWriter::inPlace(const std::filesystem::path& path, const GgufKeys& keys, const std::vector<GgufTensorLayout>& layout,
                               const std::set<std::string>& written) {
    return GgufWriter(std::make_unique<State>(path, keys, layout, written));
}
GgufWriter::~GgufWriter() = default;
GgufWriter::GgufWriter(GgufWriter&&) noexcept = default;
GgufWriter& GgufWriter::operator=(GgufWriter&&) noexcept = default;

void GgufWriter::write(const std::string& name, std::span<const std::byte> bytes) { state_->slots.write(name, bytes); }
void GgufWriter::writePart(const std::string& name, std::int64_t number, std::span<const std::byte> bytes) {
    state_->slots.write(ggufPartName(name, number), bytes);
}
void GgufWriter::sync() { state_->slots.file().sync(); }
void GgufWriter::finish() { state_->slots.finish(false); }

}  // namespace salient
