#include <limits>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/io/file_descriptor.h"
#include "core/io/json_file.h"
#include "core/io/safetensors.h"

namespace salient {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& tensor, const std::string& reason,
                       ErrorCode code = ErrorCode::Format) {
    throw Error(code, "writeSafetensors: " + path.string() + ": tensor '" + tensor + "': " + reason);
}

std::uint64_t byteCount(const std::filesystem::path& path, const TensorLayout& tensor) {
    auto n = static_cast<std::int64_t>(sizeBytes(tensor.dtype));
    for (const std::int64_t extent : tensor.shape) {
        if (extent < 0 || __builtin_mul_overflow(n, extent, &n)) {
            fail(path, tensor.name, "shape: expected non-negative extents of countable size", ErrorCode::ShapeMismatch);
        }
    }
    return static_cast<std::uint64_t>(n);
}

}  // namespace

struct SafetensorsWriter::State {
    struct Slot {
        std::uint64_t offset = 0;  ///< from the start of the file
        std::uint64_t n_bytes = 0;
        bool is_written = false;
    };

    State(const std::filesystem::path& target, const std::vector<TensorLayout>& layout, const std::map<std::string, std::string>& metadata)
        : path(target), temporary(temporaryNameBeside(target)) {
        const std::string header = layOut(layout, metadata);
        file = FileDescriptor::createNew(temporary, path);
        try {
            file.reserve(data_begin + data_bytes);
            const auto length = static_cast<std::uint64_t>(header.size());
            file.writeAt(std::as_bytes(std::span(&length, 1)), 0);
            file.writeAt(std::as_bytes(std::span(header)), sizeof length);
        } catch (...) {
            discard();
            throw;
        }
    }
    ~State() { discard(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    std::string layOut(const std::vector<TensorLayout>& layout, const std::map<std::string, std::string>& metadata) {
        Json fields = Json::object();
        fields["format"] = "pt";
        for (const auto& [key, value] : metadata) fields[key] = value;
        // The members are joined by hand because Json looks each key up linearly, and a mixture of experts has tens of thousands.
        std::string header = "{\"__metadata__\":" + fields.dump();
        for (const TensorLayout& tensor : layout) {
            const std::uint64_t n_bytes = byteCount(path, tensor);
            if (n_bytes > std::numeric_limits<std::int64_t>::max() - data_bytes) fail(path, tensor.name, "file too large");
            const Json entry = {{"dtype", std::string(salient::name(tensor.dtype))},
                                {"shape", tensor.shape},
                                {"data_offsets", {data_bytes, data_bytes + n_bytes}}};
            if (tensor.name == "__metadata__" || !slots.emplace(tensor.name, Slot{data_bytes, n_bytes}).second) {
                fail(path, tensor.name, "expected each name once");
            }
            header += ',' + Json(tensor.name).dump() + ':' + entry.dump();
            data_bytes += n_bytes;
        }
        header += '}';
        header.resize((header.size() + 7) / 8 * 8, ' ');  // so that the data start aligned
        data_begin = sizeof(std::uint64_t) + header.size();
        for (auto& [name, slot] : slots) slot.offset += data_begin;
        return header;
    }

    void discard() noexcept {
        if (is_finished) return;
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
    }

    std::filesystem::path path;
    std::filesystem::path temporary;
    FileDescriptor file;
    std::map<std::string, Slot> slots;
    std::uint64_t data_begin = 0;
    std::uint64_t data_bytes = 0;
    bool is_finished = false;
};

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, const std::vector<TensorLayout>& layout,
                                     const std::map<std::string, std::string>& metadata)
    : state_(std::make_unique<State>(path, layout, metadata)) {}
SafetensorsWriter::~SafetensorsWriter() = default;
SafetensorsWriter::SafetensorsWriter(SafetensorsWriter&&) noexcept = default;
SafetensorsWriter& SafetensorsWriter::operator=(SafetensorsWriter&&) noexcept = default;

void SafetensorsWriter::write(const std::string& name, std::span<const std::byte> bytes) {
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

void SafetensorsWriter::finish() {
    for (const auto& [name, slot] : state_->slots) {
        if (!slot.is_written && slot.n_bytes > 0) fail(state_->path, name, "expected to be written, found missing");
    }
    state_->file.sync();
    state_->file.close();
    std::error_code error;
    std::filesystem::rename(state_->temporary, state_->path, error);
    if (error) throwSystemError("writeSafetensors", state_->path, error.value());
    state_->is_finished = true;
}

}  // namespace salient
