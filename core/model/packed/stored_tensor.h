#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "core/io/checkpoint.h"
#include "core/tensor/matrix.h"

namespace salient {

/// Elements of a tensor where they lie in the mapped file, read one by one. finish() says that they have been read.
template <typename Element>
class StoredElements {
public:
    explicit StoredElements(const TensorView& tensor) : tensor_(&tensor) {}
    [[nodiscard]] Element operator[](Index i) const noexcept {
        Element value;
        std::memcpy(&value, tensor_->bytes.data() + static_cast<std::size_t>(i) * sizeof(Element), sizeof(Element));
        return value;
    }
    void finish() const { tensor_->finishReading(); }

private:
    const TensorView* tensor_;
};

/// The tensor, if it has that type and shape. Throws Error{Format} naming tensor, expected and found.
[[nodiscard]] const TensorView& storedTensor(const Checkpoint& checkpoint, const std::string& name, DType type,
                                             const std::vector<std::int64_t>& shape);
/// The 32-bit words of an I32 tensor of exactly that shape.
[[nodiscard]] StoredElements<std::int32_t> storedWords(const Checkpoint& checkpoint, const std::string& name,
                                                       const std::vector<std::int64_t>& shape);
/// The same, copied.
[[nodiscard]] std::vector<std::int32_t> storedInts(const Checkpoint& checkpoint, const std::string& name,
                                                   const std::vector<std::int64_t>& shape);
/// The tensor, if it has that shape and elements F16, BF16 or F32.
[[nodiscard]] const TensorView& storedFloats(const Checkpoint& checkpoint, const std::string& name, const std::vector<std::int64_t>& shape);
[[noreturn]] void failStored(const std::string& tensor, const std::string& reason);

/// How numbers of `bits` bits follow one another in 32-bit words, lowest bits first. The same for 2, 4 and 8 bits.
enum class Packing {
    Dense,       ///< one bit stream
    WholeCodes,  ///< ⌊32/bits⌋ in each word, its highest bits unused
};

/// Words that `count` numbers take.
[[nodiscard]] constexpr Index wordCount(Index count, int bits, Packing packing) noexcept {
    const Index per_word = 32 / bits;
    return packing == Packing::Dense ? (count * bits + 31) / 32 : (count + per_word - 1) / per_word;
}

/// Number `index`; `word(w)` gives the 32-bit words.
template <typename Word>
[[nodiscard]] unsigned bitField(const Word& word, Index index, int bits, Packing packing = Packing::Dense) {
    const Index per_word = 32 / bits;
    const Index first_bit = packing == Packing::Dense ? index * bits : index / per_word * 32 + index % per_word * bits;
    const auto shift = static_cast<unsigned>(first_bit & 31);
    const auto mask = (1U << static_cast<unsigned>(bits)) - 1U;
    const auto low = static_cast<std::uint32_t>(word(first_bit >> 5)) >> shift;
    const int n_low = 32 - static_cast<int>(shift);
    if (n_low >= bits) return low & mask;
    return (low | (static_cast<std::uint32_t>(word((first_bit >> 5) + 1)) << static_cast<unsigned>(n_low))) & mask;
}

}  // namespace salient
