#pragma once

#include <cstddef>
#include <span>

namespace salient {

/// Keeps the bytes of tensor views alive, and knows whether they are still those that were there when the views were made.
class ByteOwner {
public:
    ByteOwner() = default;
    virtual ~ByteOwner() = default;
    ByteOwner(const ByteOwner&) = delete;
    ByteOwner& operator=(const ByteOwner&) = delete;

    /// Throws Error{Io} when the bytes are not what they were: their file was shortened or rewritten, or its device failed.
    /// Ask after reading bytes: what was read before then counts.
    virtual void requireIntact() const = 0;
    /// These of the bytes are not needed for now: what memory they take may be given back. They can be read again.
    virtual void letGo(std::span<const std::byte> bytes) const noexcept = 0;
};

}  // namespace salient
