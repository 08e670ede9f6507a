#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace salient {

// protobuf's wire format: a message is its fields, one after the other, each a tag (its number times eight plus its kind) and its value: a
// varint (seven bits a byte, the lowest first; bit 7: more follow), eight bytes, four bytes, or a length and as many bytes, which are a
// text or another message.

enum class WireKind : unsigned { Varint = 0, Eight = 1, Bytes = 2, Four = 5 };

struct WireField {
    std::uint64_t number = 0;
    WireKind kind = WireKind::Varint;
    std::uint64_t value = 0;      ///< of a varint
    std::string_view bytes = {};  ///< of the other kinds, inside the message

    /// A field of another kind than its message gives that number is passed over, as protobuf does.
    [[nodiscard]] bool is(std::uint64_t wanted_number, WireKind wanted_kind) const noexcept {
        return number == wanted_number && kind == wanted_kind;
    }
    /// The number that four bytes stand for.
    [[nodiscard]] float asFloat() const noexcept;
};

/// Reads the fields of one message in their order. Refers to the message; copies nothing.
class WireReader {
public:
    /// `place` is what messages begin with.
    WireReader(std::string_view message, std::string_view place) : left_(message), place_(place) {}

    /// Nothing behind the last one. Throws Error{Format} "place: …" for a message that is cut off or has a kind that is none of these.
    [[nodiscard]] std::optional<WireField> next();

private:
    [[nodiscard]] std::uint64_t varint();
    [[noreturn]] void fail(const std::string& reason) const;

    std::string_view left_;
    std::string_view place_;
};

// Each appends a field to a message.
void appendWireNumber(std::string& message, unsigned number, std::uint64_t value);
void appendWireFloat(std::string& message, unsigned number, float value);
void appendWireBytes(std::string& message, unsigned number, std::string_view bytes);

}  // namespace salient
