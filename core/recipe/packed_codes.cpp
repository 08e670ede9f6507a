#include "core/recipe/packed_codes.h"

#include <cstdint>

namespace salient {

std::vector<std::byte> packCodes(const CodeMatrix& codes, int bits) {
    std::vector<std::byte> packed(static_cast<std::size_t>(codes.rows() * packedRowBytes(codes.cols(), bits)));
    std::byte* target = packed.data();
    for (Index row = 0; row < codes.rows(); ++row) {
        std::uint32_t held = 0;
        int n_held = 0;
        for (Index column = 0; column < codes.cols(); ++column) {
            held |= std::uint32_t{codes(row, column)} << static_cast<unsigned>(n_held);
            for (n_held += bits; n_held >= 8; n_held -= 8) {
                *target++ = static_cast<std::byte>(held & 0xFFU);
                held >>= 8U;
            }
        }
        if (n_held > 0) *target++ = static_cast<std::byte>(held & 0xFFU);
    }
    return packed;
}

CodeMatrix unpackCodes(std::span<const std::byte> packed, Index rows, Index cols, int bits) {
    CodeMatrix codes(rows, cols);
    const std::byte* source = packed.data();
    const std::uint32_t mask = (std::uint32_t{1} << static_cast<unsigned>(bits)) - 1U;
    for (Index row = 0; row < rows; ++row) {
        std::uint32_t held = 0;
        int n_held = 0;
        for (Index column = 0; column < cols; ++column) {
            if (n_held < bits) {
                held |= std::to_integer<std::uint32_t>(*source++) << static_cast<unsigned>(n_held);
                n_held += 8;
            }
            codes(row, column) = static_cast<std::uint8_t>(held & mask);
            held >>= static_cast<unsigned>(bits);
            n_held -= bits;
        }
    }
    return codes;
}

}  // namespace salient
