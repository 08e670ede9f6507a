#include "core/io/tensor_slots.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

namespace salient {

TensorSlots::TensorSlots(const char* operation, std::filesystem::path path, bool is_in_place)
    : operation_(operation), path_(std::move(path)), temporary_(is_in_place ? path_ : temporaryNameBeside(path_)) {}

TensorSlots::~TensorSlots() { discard(); }

void TensorSlots::discard() noexcept {
    if (!has_temporary_) return;
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
}

void TensorSlots::fail(const std::string& tensor, const std::string& reason, ErrorCode code) const {
    throw Error(code, std::string(operation_) + ": " + path_.string() + ": tensor '" + tensor + "': " + reason);
}

void TensorSlots::add(const std::string& name, std::uint64_t offset, std::uint64_t n_bytes) {
    if (!slots_.emplace(name, Slot{offset, n_bytes}).second) fail(name, "expected each name once");
}

void TensorSlots::moveAllBy(std::uint64_t n_bytes) {
    for (auto& [name, slot] : slots_) slot.offset += n_bytes;
}

bool TensorSlots::setWritten(const std::set<std::string>& names) {
    bool has_any = false;
    for (auto& [name, slot] : slots_) {
        slot.is_written = names.contains(name);
        has_any = has_any || slot.is_written;
    }
    return has_any;
}

void TensorSlots::create(std::uint64_t size_bytes, std::span<const std::byte> head) {
    file_ = FileDescriptor::createNew(temporary_, path_);
    has_temporary_ = temporary_ != path_;
    file_.reserve(size_bytes);
    file_.writeAt(head, 0);
}

void TensorSlots::goOn(std::uint64_t size_bytes, std::span<const std::byte> head) {
    file_ = FileDescriptor::openForUpdate(path_);
    std::vector<std::byte> found(head.size());
    std::size_t n = 0;
    while (n < found.size()) {
        const std::size_t more = file_.read(std::span(found).subspan(n));
        if (more == 0) break;
        n += more;
    }
    if (file_.sizeBytes() != size_bytes || !std::ranges::equal(found, head)) {
        throw Error(ErrorCode::Format,
                    std::string(operation_) + ": " + path_.string() + ": expected the file that was begun, found another");
    }
}

void TensorSlots::write(const std::string& name, std::span<const std::byte> bytes) {
    const auto found = slots_.find(name);
    if (found == slots_.end()) fail(name, "expected a tensor of the layout, found none of that name");
    Slot& slot = found->second;
    if (slot.is_written) fail(name, "expected to be written once, found a second time");
    if (bytes.size() != slot.n_bytes) {
        fail(name, "expected " + std::to_string(slot.n_bytes) + " bytes, found " + std::to_string(bytes.size()), ErrorCode::ShapeMismatch);
    }
    file_.writeAt(bytes, slot.offset);
    slot.is_written = true;
}

void TensorSlots::finish(bool may_leave_empty) {
    for (const auto& [name, slot] : slots_) {
        if (!slot.is_written && !(may_leave_empty && slot.n_bytes == 0)) fail(name, "expected to be written, found missing");
    }
    file_.sync();
    file_.close();
    std::error_code error;
    if (has_temporary_) std::filesystem::rename(temporary_, path_, error);
    if (error) throwSystemError(operation_, path_, error.value());
    has_temporary_ = false;
}

}  // namespace salient
