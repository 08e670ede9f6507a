#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "core/io/tensor_slots.h"

namespace salient {
namespace {

std::uint64_t byteCount(const TensorSlots& slots, const TensorLayout& tensor) {
    auto n = static_cast<std::int64_t>(sizeBytes(tensor.dtype));
    for (const std::int64_t extent : tensor.shape) {
        if (extent < 0 || __builtin_mul_overflow(n, extent, &n)) {
            slots.fail(tensor.name, "shape: expected non-negative extents of countable size", ErrorCode::ShapeMismatch);
        }
    }
    return static_cast<std::uint64_t>(n);
}

}  // namespace

struct SafetensorsWriter::State {
    State(const std::filesystem::path& path, const std::vector<TensorLayout>& layout, const std::map<std::string, std::string>& metadata)
        : slots("writeSafetensors", path) {
        begin(layOut(layout, metadata));
    }
    /// In place.
    State(const std::filesystem::path& path, const std::vector<TensorLayout>& layout, const std::set<std::string>& written,
          const std::map<std::string, std::string>& metadata)
        : slots("writeSafetensors", path, true) {
        const std::string header = layOut(layout, metadata);
        if (slots.setWritten(written)) {
            goOn(header);
            return;
        }
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        begin(header);
    }

    std::string layOut(const std::vector<TensorLayout>& layout, const std::map<std::string, std::string>& metadata) {
        Json fields = Json::object();
        fields["format"] = "pt";
        for (const auto& [key, value] : metadata) fields[key] = value;
        // The members are joined by hand because Json looks each key up linearly, and a mixture of experts has tens of thousands.
        std::string header = "{\"__metadata__\":" + fields.dump();
        for (const TensorLayout& tensor : layout) {
            const std::uint64_t n_bytes = byteCount(slots, tensor);
            if (n_bytes > std::numeric_limits<std::int64_t>::max() - data_bytes) slots.fail(tensor.name, "file too large");
            const Json entry = {{"dtype", std::string(salient::name(tensor.dtype))},
                                {"shape", tensor.shape},
                                {"data_offsets", {data_bytes, data_bytes + n_bytes}}};
            if (tensor.name == "__metadata__") slots.fail(tensor.name, "expected each name once");
            slots.add(tensor.name, data_bytes, n_bytes);
            header += ',' + Json(tensor.name).dump() + ':' + entry.dump();
            data_bytes += n_bytes;
        }
        header += '}';
        header.resize((header.size() + 7) / 8 * 8, ' ');  // so that the data start aligned
        data_begin = sizeof(std::uint64_t) + header.size();
        slots.moveAllBy(data_begin);
        return header;
    }

    [[nodiscard]] static std::string headOf(const std::string& header) {
        const auto length = static_cast<std::uint64_t>(header.size());
        std::string head(sizeof length, '\0');
        std::memcpy(head.data(), &length, sizeof length);
        return head + header;
    }

    void begin(const std::string& header) {
        const std::string head = headOf(header);
        slots.create(data_begin + data_bytes, std::as_bytes(std::span(head)));
    }

    void goOn(const std::string& header) {
        const std::string head = headOf(header);
        slots.goOn(data_begin + data_bytes, std::as_bytes(std::span(head)));
    }

    TensorSlots slots;
    std::uint64_t data_begin = 0;
    std::uint64_t data_bytes = 0;
};

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, const std::vector<TensorLayout>& layout,
                                     const std::map<std::string, std::string>& metadata)
    : state_(std::make_unique<State>(path, layout, metadata)) {}
SafetensorsWriter::SafetensorsWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
SafetensorsWriter SafetensorsWriter::inPlace(const std::filesystem::path& path, const std::vector<TensorLayout>& layout,
                                             const std::set<std::string>& written, const std::map<std::string, std::string>& metadata) {
    return SafetensorsWriter(std::make_unique<State>(path, layout, written, metadata));
}
SafetensorsWriter::~SafetensorsWriter() = default;
SafetensorsWriter::SafetensorsWriter(SafetensorsWriter&&) noexcept = default;
SafetensorsWriter& SafetensorsWriter::operator=(SafetensorsWriter&&) noexcept = default;

void SafetensorsWriter::write(const std::string& name, std::span<const std::byte> bytes) { state_->slots.write(name, bytes); }
void SafetensorsWriter::sync() { state_->slots.file().sync(); }
void SafetensorsWriter::finish() { state_->slots.finish(true); }

}  // namespace salient
