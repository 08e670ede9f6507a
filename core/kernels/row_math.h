#pragma once

#include <cstddef>
#include <span>

namespace salient {

// Arithmetic on one row of floats, on the calling thread, vectorized for the processor at hand. Sums are float32 in several partial
// sums; e^x is accurate to one unit in the last place.

[[nodiscard]] float sumOf(std::span<const float> row) noexcept;
/// Σ (x − mean)²
[[nodiscard]] float sumOfSquares(std::span<const float> row, float mean = 0.0F) noexcept;
/// −∞ of an empty row.
[[nodiscard]] float largestOf(std::span<const float> row) noexcept;
/// x = e^(x − shift); returns the sum.
float expInPlace(std::span<float> row, float shift) noexcept;
/// x_j = x_j + start + j · step
void addRamp(std::span<float> row, float start, float step) noexcept;
/// x = cap · tanh(x / cap)
void softCapInPlace(std::span<float> row, float cap) noexcept;
/// x = x · factor
void scaleInPlace(std::span<float> row, float factor) noexcept;
/// y = (x − mean) · factor · gain + bias; bias may be empty.
void normalizeRow(std::span<const float> x, float mean, float factor, std::span<const float> gain, std::span<const float> bias,
                  std::span<float> y) noexcept;
/// x = x / (1 + e^−x)
void siluInPlace(std::span<float> row) noexcept;
/// x = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))
void geluTanhInPlace(std::span<float> row) noexcept;

}  // namespace salient
