#include "core/exporter/checksum.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <vector>

#include "core/kernels/parallel.h"

namespace salient {
namespace {

constexpr std::uint64_t kBasis = 14695981039346656037U;
constexpr std::uint64_t kPrime = 1099511628211U;
constexpr std::size_t kChunkBytes = std::size_t{4096} * 4;

constexpr std::uint64_t step(std::uint64_t h, std::uint64_t word) noexcept { return (h ^ word) * kPrime; }

std::uint64_t chunkValue(std::span<const std::byte> bytes) noexcept {
    std::uint64_t h = kBasis;
    std::size_t at = 0;
    for (; at + 4 <= bytes.size(); at += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data() + at, 4);
        h = step(h, word);
    }
    if (at < bytes.size()) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data() + at, bytes.size() - at);
        h = step(h, word);
    }
    return h;
}

void appendHex(std::string& text, std::uint64_t value, int n_digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int shift = 4 * (n_digits - 1); shift >= 0; shift -= 4) text.push_back(kDigits[(value >> static_cast<unsigned>(shift)) & 15U]);
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) {
    const std::size_t n_chunks = (bytes.size() + kChunkBytes - 1) / kChunkBytes;
    std::vector<std::uint64_t> values(n_chunks);
    parallelFor(static_cast<Index>(n_chunks), 64, [&](Index first, Index last) {
        for (auto chunk = static_cast<std::size_t>(first); chunk < static_cast<std::size_t>(last); ++chunk) {
            const std::size_t begin = chunk * kChunkBytes;
            values[chunk] = chunkValue(bytes.subspan(begin, std::min(kChunkBytes, bytes.size() - begin)));
        }
    });
    std::uint64_t h = kBasis;
    for (const std::uint64_t value : values) h = step(h, value);
    return step(h, bytes.size());
}

std::uint64_t checksum(const Matrix& values) {
    return checksum(std::as_bytes(std::span(values.data(), static_cast<std::size_t>(values.size()))));
}

std::string checksumText(std::uint64_t value) {
    std::string text;
    appendHex(text, value, 16);
    return text;
}

std::string floatsToText(std::span<const float> values) {
    std::string text;
    text.reserve(values.size() * 8);
    for (const float value : values) appendHex(text, std::bit_cast<std::uint32_t>(value), 8);
    return text;
}

std::optional<std::vector<float>> floatsFromText(std::string_view text) {
    if (text.size() % 8 != 0) return std::nullopt;
    std::vector<float> values;
    values.reserve(text.size() / 8);
    for (std::size_t at = 0; at < text.size(); at += 8) {
        const char* begin = text.data() + at;
        std::uint32_t bits = 0;
        const auto [end, error] = std::from_chars(begin, begin + 8, bits, 16);
        if (error != std::errc{} || end != begin + 8) return std::nullopt;
        values.push_back(std::bit_cast<float>(bits));
    }
    return values;
}

}  // namespace salient
