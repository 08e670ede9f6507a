#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

/// Bytes of a row of `in_features` codes of that width.
[[nodiscard]] constexpr Index packedRowBytes(Index in_features, int bits) { return (in_features * bits + 7) / 8; }
/// Codes of 1 to 8 bits, one after another, the lowest bits of a byte first; each row starts a new byte.
[[nodiscard]] std::vector<std::byte> packCodes(const CodeMatrix& codes, int bits);
/// Back again. packed: rows · packedRowBytes(cols, bits) bytes.
[[nodiscard]] CodeMatrix unpackCodes(std::span<const std::byte> packed, Index rows, Index cols, int bits);

}  // namespace salient
