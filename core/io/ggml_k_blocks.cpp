// The block types of 256 elements.

#include <cstring>

#include "core/io/ggml_blocks.h"
#include "core/tensor/float16.h"

namespace salient {
namespace {

float halfAt(const std::byte* at) noexcept {
    std::uint16_t bits = 0;
    std::memcpy(&bits, at, sizeof bits);
    return fromFloat16(bits);
}

unsigned bits(std::byte byte) noexcept { return std::to_integer<unsigned>(byte); }

/// Scale and offset of one of the eight runs of Q4_K and Q5_K, six bits each, out of twelve bytes s: of runs 0 to 3, the low six bits of
/// s[run] and s[run + 4]; of runs 4 to 7, the two halves of s[run + 4], with the high two bits of s[run − 4] and of s[run] above them.
struct RunScale {
    float scale;
    float offset;
};

RunScale runScale(const std::byte* s, unsigned run) noexcept {
    if (run < 4) return {static_cast<float>(bits(s[run]) & 63U), static_cast<float>(bits(s[run + 4]) & 63U)};
    const unsigned scale = (bits(s[run + 4]) & 15U) | ((bits(s[run - 4]) >> 6U) << 4U);
    const unsigned offset = (bits(s[run + 4]) >> 4U) | ((bits(s[run]) >> 6U) << 4U);
    return {static_cast<float>(scale), static_cast<float>(offset)};
}

constexpr unsigned kRuns = 8;
constexpr unsigned kRunElements = 32;

/// Four bits of an element of Q4_K and Q5_K: 32 bytes hold run 2·i in their low halves and run 2·i + 1 in their high ones.
unsigned lowBits(const std::byte* qs, unsigned run, unsigned element) noexcept {
    return (bits(qs[run / 2 * kRunElements + element]) >> (run % 2 * 4)) & 15U;
}

}  // namespace

// d, dmin, s[12], qs[128]
void decodeQ4_K(const std::byte* block, float* to) noexcept {
    const float d = halfAt(block);
    const float dmin = halfAt(block + 2);
    const std::byte* const qs = block + 16;
    for (unsigned run = 0; run < kRuns; ++run) {
        const RunScale factors = runScale(block + 4, run);
        const float step = d * factors.scale;
        const float offset = dmin * factors.offset;
        for (unsigned l = 0; l < kRunElements; ++l) *to++ = step * static_cast<float>(lowBits(qs, run, l)) - offset;
    }
}

// d, dmin, s[12], qh[32], qs[128]: bit `run` of qh[l] is the fifth bit of element l of that run
void decodeQ5_K(const std::byte* block, float* to) noexcept {
    const float d = halfAt(block);
    const float dmin = halfAt(block + 2);
    const std::byte* const qh = block + 16;
    const std::byte* const qs = block + 48;
    for (unsigned run = 0; run < kRuns; ++run) {
        const RunScale factors = runScale(block + 4, run);
        const float step = d * factors.scale;
        const float offset = dmin * factors.offset;
        for (unsigned l = 0; l < kRunElements; ++l) {
            const unsigned q = lowBits(qs, run, l) | (((bits(qh[l]) >> run) & 1U) << 4U);
            *to++ = step * static_cast<float>(q) - offset;
        }
    }
}

// ql[128], qh[64], s[16], d. Each half of the block, 128 elements, has 64 bytes of ql and 32 of qh; its quarter i, 32 elements, takes the
// bytes 32·(i mod 2) … of ql, their low halves for i < 2 and their high ones else, and bits 2·i and 2·i + 1 of qh.
void decodeQ6_K(const std::byte* block, float* to) noexcept {
    const float d = halfAt(block + 208);
    const std::byte* const scales = block + 192;
    for (std::size_t half = 0; half < 2; ++half) {
        const std::byte* const ql = block + 64 * half;
        const std::byte* const qh = block + 128 + 32 * half;
        for (std::size_t quarter = 0; quarter < 4; ++quarter) {
            for (unsigned l = 0; l < 32; ++l) {
                const unsigned low = (bits(ql[32 * (quarter % 2) + l]) >> (quarter / 2 * 4)) & 15U;
                const unsigned q = low | (((bits(qh[l]) >> (2 * quarter)) & 3U) << 4U);
                const auto scale = static_cast<float>(std::to_integer<std::int8_t>(scales[8 * half + 2 * quarter + l / 16]));
                *to++ = d * scale * static_cast<float>(static_cast<int>(q) - 32);
            }
        }
    }
}

}  // namespace salient
