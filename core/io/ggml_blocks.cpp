#include "core/io/ggml_blocks.h"

#include <cstring>

#include "core/tensor/float16.h"

namespace salient {
namespace {

constexpr unsigned kHalf = 16;  // elements whose codes are the low four bits of qs

float halfAt(const std::byte* at) noexcept {
    std::uint16_t bits = 0;
    std::memcpy(&bits, at, sizeof bits);
    return fromFloat16(bits);
}

std::uint32_t wordAt(const std::byte* at) noexcept {
    std::uint32_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

int low(std::byte byte) noexcept { return std::to_integer<int>(byte & std::byte{15}); }
int high(std::byte byte) noexcept { return std::to_integer<int>(byte >> 4U); }
int fifth(std::uint32_t word, unsigned element) noexcept { return static_cast<int>((word >> element) & 1U) << 4; }

}  // namespace

void decodeQ4_0(const std::byte* block, float* to) noexcept {
    const float d = halfAt(block);
    const std::byte* const qs = block + 2;
    for (unsigned j = 0; j < kHalf; ++j) {
        to[j] = d * static_cast<float>(low(qs[j]) - 8);
        to[j + kHalf] = d * static_cast<float>(high(qs[j]) - 8);
    }
}

void decodeQ4_1(const std::byte* block, float* to) noexcept {
    const float d = halfAt(block);
    const float m = halfAt(block + 2);
    const std::byte* const qs = block + 4;
    for (unsigned j = 0; j < kHalf; ++j) {
        to[j] = d * static_cast<float>(low(qs[j])) + m;
        to[j + kHalf] = d * static_cast<float>(high(qs[j])) + m;
    }
}

void decodeQ5_0(const std::byte* block, float* to) noexcept {
    const float d = halfAt(block);
    const std::uint32_t qh = wordAt(block + 2);
    const std::byte* const qs = block + 6;
    for (unsigned j = 0; j < kHalf; ++j) {
        to[j] = d * static_cast<float>((low(qs[j]) | fifth(qh, j)) - 16);
        to[j + kHalf] = d * static_cast<float>((high(qs[j]) | fifth(qh, j + kHalf)) - 16);
    }
}

void decodeQ5_1(const std::byte* block, float* to) noexcept {
    const float d = halfAt(block);
    const float m = halfAt(block + 2);
    const std::uint32_t qh = wordAt(block + 4);
    const std::byte* const qs = block + 8;
    for (unsigned j = 0; j < kHalf; ++j) {
        to[j] = d * static_cast<float>(low(qs[j]) | fifth(qh, j)) + m;
        to[j + kHalf] = d * static_cast<float>(high(qs[j]) | fifth(qh, j + kHalf)) + m;
    }
}

void decodeQ8_0(const std::byte* block, float* to) noexcept {
    const float d = halfAt(block);
    for (unsigned j = 0; j < 2 * kHalf; ++j) to[j] = d * static_cast<float>(std::to_integer<std::int8_t>(block[2 + j]));
}

}  // namespace salient
