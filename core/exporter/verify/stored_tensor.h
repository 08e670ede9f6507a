#pragma once

#include <string>
#include <vector>

#include "core/io/checkpoint.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Elements of an I32 tensor of exactly that shape. Throws Error{Format} naming tensor, expected and found.
[[nodiscard]] std::vector<std::int32_t> storedInts(const Checkpoint& checkpoint, const std::string& name,
                                                   const std::vector<std::int64_t>& shape);
/// Elements of a float tensor of exactly that shape.
[[nodiscard]] std::vector<float> storedFloats(const Checkpoint& checkpoint, const std::string& name,
                                              const std::vector<std::int64_t>& shape);
/// The tensor, if it has that type and shape.
[[nodiscard]] const TensorView& storedTensor(const Checkpoint& checkpoint, const std::string& name, DType type,
                                             const std::vector<std::int64_t>& shape);
[[noreturn]] void failStored(const std::string& tensor, const std::string& reason);

/// Number `index` of a little-endian bit stream of `bits`-bit numbers; `word(w)` gives the stream's 32-bit words.
template <typename Word>
[[nodiscard]] unsigned bitField(const Word& word, Index index, int bits) {
    const Index first_bit = index * bits;
    const auto shift = static_cast<unsigned>(first_bit & 31);
    const auto mask = (1U << static_cast<unsigned>(bits)) - 1U;
    const auto low = static_cast<std::uint32_t>(word(first_bit >> 5)) >> shift;
    const int n_low = 32 - static_cast<int>(shift);
    if (n_low >= bits) return low & mask;
    return (low | (static_cast<std::uint32_t>(word((first_bit >> 5) + 1)) << static_cast<unsigned>(n_low))) & mask;
}

}  // namespace salient
