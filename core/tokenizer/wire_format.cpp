#include "core/tokenizer/wire_format.h"

#include <cstring>

#include "core/error.h"

namespace salient {
namespace {

void appendVarint(std::string& message, std::uint64_t value) {
    while (value >= 0x80) {
        message.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
        value >>= 7U;
    }
    message.push_back(static_cast<char>(value));
}

void appendTag(std::string& message, unsigned number, WireKind kind) {
    appendVarint(message, static_cast<std::uint64_t>(number) << 3U | static_cast<std::uint64_t>(kind));
}

}  // namespace

float WireField::asFloat() const noexcept {
    float number_in_bytes = 0.0F;
    if (bytes.size() == sizeof number_in_bytes) std::memcpy(&number_in_bytes, bytes.data(), sizeof number_in_bytes);
    return number_in_bytes;
}

void WireReader::fail(const std::string& reason) const { throw Error(ErrorCode::Format, std::string(place_) + ": " + reason); }

std::uint64_t WireReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (left_.empty()) fail("ends inside a number");
        const auto byte = static_cast<unsigned char>(left_.front());
        left_.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80) return value;
    }
    fail("a number of more than 64 bits");
}

std::optional<WireField> WireReader::next() {
    if (left_.empty()) return std::nullopt;
    const std::uint64_t tag = varint();
    WireField field;
    field.number = tag >> 3U;
    field.kind = static_cast<WireKind>(tag & 7U);
    std::uint64_t n_bytes = 0;
    switch (field.kind) {
        case WireKind::Varint:
            field.value = varint();
            return field;
        case WireKind::Eight:
            n_bytes = 8;
            break;
        case WireKind::Four:
            n_bytes = 4;
            break;
        case WireKind::Bytes:
            n_bytes = varint();
            break;
        default:
            fail("an unknown kind of field");
    }
    if (n_bytes > left_.size()) {
        fail("field " + std::to_string(field.number) + ": expected " + std::to_string(n_bytes) + " bytes, found " +
             std::to_string(left_.size()));
    }
    field.bytes = left_.substr(0, n_bytes);
    left_.remove_prefix(n_bytes);
    return field;
}

void appendWireNumber(std::string& message, unsigned number, std::uint64_t value) {
    appendTag(message, number, WireKind::Varint);
    appendVarint(message, value);
}

void appendWireFloat(std::string& message, unsigned number, float value) {
    appendTag(message, number, WireKind::Four);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    message.append(bytes, sizeof bytes);
}

void appendWireBytes(std::string& message, unsigned number, std::string_view bytes) {
    appendTag(message, number, WireKind::Bytes);
    appendVarint(message, bytes.size());
    message += bytes;
}

}  // namespace salient
