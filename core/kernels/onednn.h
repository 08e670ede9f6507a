#pragma once

#include <string>

namespace salient {

/// Keeps oneDNN calls of this thread on this thread. oneDNN is built with OpenMP in most distributions; the one pool that spreads
/// work here is oneTBB's, so OpenMP's thread count, which is a property of the calling thread, is set to one.
void useOneThreadInOneDnn() noexcept;

/// Whether the processor has matrix tiles (AMX) and oneDNN is not told to do without.
[[nodiscard]] bool hasTileInstructions() noexcept;

/// Whether the processor multiplies vectors of bfloat16 pairs (AVX512_BF16), and oneDNN is not told to do without.
[[nodiscard]] bool hasBFloat16Instructions() noexcept;

/// Whether 8-bit products accumulate exactly: without VNNI, oneDNN's int8 products may saturate in between.
[[nodiscard]] bool hasExactInt8Products() noexcept;

/// The instructions that products are computed with ("avx2", "avx512_core_amx", …) and those of Highway's routines: with others, sums
/// round differently.
[[nodiscard]] std::string instructionSetName();

}  // namespace salient
