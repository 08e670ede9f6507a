#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace salient {

/// Writes a float16, which stands at any address in a block.
inline void putHalf(std::byte* to, std::uint16_t bits) { std::memcpy(to, &bits, sizeof bits); }

}  // namespace salient
