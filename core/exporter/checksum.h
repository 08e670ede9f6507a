#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor/matrix.h"

namespace salient {

// The checksum of salient.json, made so that a page of NumPy can recompute it: bytes are taken as little-endian 32-bit words (the last
// one padded with zeros) in chunks of 4096 words. A chunk gives h = 14695981039346656037, then for each word h = (h ^ word) ·
// 1099511628211 modulo 2^64 (FNV-1a on words). The same recurrence over the chunks' values and then the byte count gives the checksum.
// Any single changed word changes it; it is no protection against intent.

/// Checksum of bytes. Chunks run in parallel; the result does not depend on the number of threads.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes);
/// Checksum of a weight's float32 values, row after row. The matrix must be contiguous.
[[nodiscard]] std::uint64_t checksum(const Matrix& values);

/// 16 hexadecimal digits.
[[nodiscard]] std::string checksumText(std::uint64_t value);

/// Floats as text, eight hexadecimal digits of IEEE bits each: exact, and half the size of decimals.
[[nodiscard]] std::string floatsToText(std::span<const float> values);
/// Back again; nothing when the text is not of that form.
[[nodiscard]] std::optional<std::vector<float>> floatsFromText(std::string_view text);

}  // namespace salient
