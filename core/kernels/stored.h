#pragma once

#include <cstddef>
#include <cstdint>

namespace salient {

// Runs of `count` floats to and from 16-bit forms, little-endian, on the calling thread, vectorized for the processor at hand; bit for bit
// what core/tensor/float16.h defines, NaN included. Bytes may lie at any address; the two runs do not overlap.

void widenFloat16(const std::byte* from, std::size_t count, float* to) noexcept;
void widenBFloat16(const std::byte* from, std::size_t count, float* to) noexcept;
void narrowToFloat16(const float* from, std::size_t count, std::byte* to) noexcept;
void narrowToBFloat16(const float* from, std::size_t count, std::byte* to) noexcept;
/// values = values rounded to bfloat16 and widened again.
void roundToBFloat16(float* values, std::size_t count) noexcept;
/// Whether some value is NaN or infinite.
[[nodiscard]] bool hasNonFinite(const float* values, std::size_t count) noexcept;

// The definitions: value by value through core/tensor/float16.h.

void widenFloat16Plain(const std::byte* from, std::size_t count, float* to) noexcept;
void widenBFloat16Plain(const std::byte* from, std::size_t count, float* to) noexcept;
void narrowToFloat16Plain(const float* from, std::size_t count, std::byte* to) noexcept;
void narrowToBFloat16Plain(const float* from, std::size_t count, std::byte* to) noexcept;
void roundToBFloat16Plain(float* values, std::size_t count) noexcept;
[[nodiscard]] bool hasNonFinitePlain(const float* values, std::size_t count) noexcept;

}  // namespace salient
