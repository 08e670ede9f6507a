#pragma once

#include <cstddef>
#include <span>

namespace salient {

// Arithmetic on one row of floats, on the calling thread, vectorized for the processor at hand, in one pass. Sums are float32 in several
// partial sums; e^x is accurate to one unit in the last place. Lengths are taken on trust.
//
// Behind each stands its definition: one value after the other, in double precision, rounded once at the end.

[[nodiscard]] float sumOf(std::span<const float> row) noexcept;
[[nodiscard]] float sumOfPlain(std::span<const float> row) noexcept;
/// Σ (x − mean)²
[[nodiscard]] float sumOfSquares(std::span<const float> row, float mean = 0.0F) noexcept;
[[nodiscard]] float sumOfSquaresPlain(std::span<const float> row, float mean = 0.0F) noexcept;
/// −∞ of an empty row.
[[nodiscard]] float largestOf(std::span<const float> row) noexcept;
[[nodiscard]] float largestOfPlain(std::span<const float> row) noexcept;
/// x = e^(x − shift); returns the sum. The error grows with |x − shift|, the difference being a float.
float expInPlace(std::span<float> row, float shift) noexcept;
float expInPlacePlain(std::span<float> row, float shift) noexcept;
/// x_j = x_j + start + j · step
void addRamp(std::span<float> row, float start, float step) noexcept;
void addRampPlain(std::span<float> row, float start, float step) noexcept;
/// x = cap · tanh(x / cap). cap > 0.
void softCapInPlace(std::span<float> row, float cap) noexcept;
void softCapInPlacePlain(std::span<float> row, float cap) noexcept;
/// x = x · factor
void scaleInPlace(std::span<float> row, float factor) noexcept;
void scaleInPlacePlain(std::span<float> row, float factor) noexcept;
/// y = (x − mean) · factor · gain + bias; gain and y are as long as x, bias too or empty. y may be x itself.
void normalizeRow(std::span<const float> x, float mean, float factor, std::span<const float> gain, std::span<const float> bias,
                  std::span<float> y) noexcept;
void normalizeRowPlain(std::span<const float> x, float mean, float factor, std::span<const float> gain, std::span<const float> bias,
                       std::span<float> y) noexcept;
/// x = x / (1 + e^−x)
void siluInPlace(std::span<float> row) noexcept;
void siluInPlacePlain(std::span<float> row) noexcept;
/// x = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))
void geluTanhInPlace(std::span<float> row) noexcept;
void geluTanhInPlacePlain(std::span<float> row) noexcept;

}  // namespace salient
