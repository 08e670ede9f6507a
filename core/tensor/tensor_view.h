#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/tensor/byte_owner.h"
#include "core/tensor/dtype.h"
#include "core/tensor/stored_form.h"

namespace salient {

/// A named, shaped, read-only array of stored elements, little-endian, last index fastest. `owner` keeps the bytes
/// alive (a mapped file), so a view may outlive the reader that made it. A mapped file can change under its readers: whoever reads
/// `bytes` calls finishReading() afterwards, before what was read counts (toFloats() and toMatrix() do).
struct TensorView {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const ByteOwner> owner;  ///< none: bytes that the maker of the view keeps
    /// None: elements of type `dtype`, one after the other. Else `dtype` is a type that holds every element exactly, and `bytes` are what
    /// the form reads.
    std::shared_ptr<const StoredForm> form = nullptr;

    [[nodiscard]] std::int64_t elementCount() const noexcept {
        std::int64_t n = 1;
        for (const std::int64_t extent : shape) n *= extent;
        return n;
    }
    /// Name of the type that the file stores: "F16", "Q4_0".
    [[nodiscard]] std::string_view storedName() const noexcept { return form ? form->name() : salient::name(dtype); }
    [[nodiscard]] std::int64_t rowCount() const noexcept {
        std::int64_t n = 1;
        for (std::size_t i = 0; i + 1 < shape.size(); ++i) n *= shape[i];
        return n;
    }
    [[nodiscard]] std::int64_t rowLength() const noexcept { return shape.empty() ? 1 : shape.back(); }
    /// Says that `read`, some of the bytes, have been read. The memory that they took, being mapped, may be given back, so that a model
    /// larger than memory can be gone through. Throws Error{Io} when the bytes are no longer those that the view was made of.
    void finishReading(std::span<const std::byte> read) const {
        if (!owner) return;
        owner->requireIntact();
        owner->letGo(read);
    }
    void finishReading() const { finishReading(bytes); }
};

}  // namespace salient
