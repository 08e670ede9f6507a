#include <cstring>
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
        begin(layOut(layout, metadata));
    }
    /// In place: `temporary` is the file itself.
    State(const std::filesystem::path& target, const std::vector<TensorLayout>& layout, const std::set<std::string>& written,
          const std::map<std::string, std::string>& metadata)
        : path(target), temporary(target) {
        const std::string header = layOut(layout, metadata);
        bool has_any = false;
        for (auto& [name, slot] : slots) {
            slot.is_written = written.contains(name);
            has_any = has_any || slot.is_written;
        }
        if (has_any) {
            goOn(header);
            return;
        }
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        begin(header);
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

    void begin(const std::string& header) {
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

    void goOn(const std::string& header) {
        file = FileDescriptor::openForUpdate(path);
        std::string found(data_begin, '\0');
        std::size_t n = 0;
        while (n < found.size()) {
            const std::size_t more = file.read(std::as_writable_bytes(std::span(found).subspan(n)));
            if (more == 0) break;
            n += more;
        }
        std::uint64_t length = 0;
        std::memcpy(&length, found.data(), sizeof length);
        if (file.sizeBytes() != data_begin + data_bytes || length != header.size() ||
            found.compare(sizeof length, header.size(), header) != 0) {
            throw Error(ErrorCode::Format, "writeSafetensors: " + path.string() + ": expected the file that was begun, found another");
        }
    }

    void discard() noexcept {
        if (is_finished || temporary == path) return;
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
SafetensorsWriter::SafetensorsWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
SafetensorsWriter SafetensorsWriter::inPlace(const std::filesystem::path& path, const std::vector<TensorLayout>& layout,
                                             const std::set<std::string>& written, const std::map<std::string, std::string>& metadata) {
    return SafetensorsWriter(std::make_unique<State>(path, layout, written, metadata));
}
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

void SafetensorsWriter::sync() { state_->file.sync(); }

void SafetensorsWriter::finish() {
    for (const auto& [name, slot] : state_->slots) {
        if (!slot.is_written && slot.n_bytes > 0) fail(state_->path, name, "expected to be written, found missing");
    }
    state_->file.sync();
    state_->file.close();
    std::error_code error;
    if (state_->temporary != state_->path) std::filesystem::rename(state_->temporary, state_->path, error);
    if (error) throwSystemError("writeSafetensors", state_->path, error.value());
    state_->is_finished = true;
}

}  // namespace salient
