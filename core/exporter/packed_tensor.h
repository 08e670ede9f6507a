#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/io/safetensors.h"
#include "core/tensor/matrix.h"

namespace salient {

/// One tensor of a packed layer, ready to be written.
struct PackedTensor {
    TensorLayout layout;
    std::vector<std::byte> bytes;
};

/// Elements as bytes. The formats are little-endian, and so is every machine Salient runs on (checked at compile time by its users).
template <typename T>
[[nodiscard]] std::vector<std::byte> bytesOf(const std::vector<T>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

/// Packs `count` values of `bits` bits each as one little-endian bit stream: value i occupies stream bits i·bits … i·bits + bits − 1, 32 to
/// a word, a last partial word filled up with zero bits. Distances between values and between words are in elements.
inline void packBits(const std::uint8_t* values, Index count, Index value_stride, int bits, std::uint32_t* words, Index word_stride) {
    std::uint64_t pending = 0;
    int n_pending = 0;
    for (Index i = 0; i < count; ++i) {
        pending |= static_cast<std::uint64_t>(values[i * value_stride]) << static_cast<unsigned>(n_pending);
        n_pending += bits;
        if (n_pending >= 32) {
            *words = static_cast<std::uint32_t>(pending);
            words += word_stride;
            pending >>= 32U;
            n_pending -= 32;
        }
    }
    if (n_pending > 0) *words = static_cast<std::uint32_t>(pending);
}

}  // namespace salient
