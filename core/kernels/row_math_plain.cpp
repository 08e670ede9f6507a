#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/kernels/row_math.h"

namespace salient {
namespace {

// x = function(x) in double precision.
template <typename Function>
void transform(std::span<float> row, Function function) {
    for (float& x : row) x = static_cast<float>(function(static_cast<double>(x)));
}

}  // namespace

float sumOfPlain(std::span<const float> row) noexcept {
    double sum = 0.0;
    for (const float x : row) sum += static_cast<double>(x);
    return static_cast<float>(sum);
}

float sumOfSquaresPlain(std::span<const float> row, float mean) noexcept {
    double sum = 0.0;
    for (const float x : row) {
        const double deviation = static_cast<double>(x) - static_cast<double>(mean);
        sum += deviation * deviation;
    }
    return static_cast<float>(sum);
}

float largestOfPlain(std::span<const float> row) noexcept {
    float largest = -std::numeric_limits<float>::infinity();
    for (const float x : row) largest = std::max(largest, x);
    return largest;
}

float expInPlacePlain(std::span<float> row, float shift) noexcept {
    double sum = 0.0;
    transform(row, [&sum, shift](double x) {
        const double power = std::exp(x - static_cast<double>(shift));
        sum += power;
        return power;
    });
    return static_cast<float>(sum);
}

void addRampPlain(std::span<float> row, float start, float step) noexcept {
    for (std::size_t j = 0; j < row.size(); ++j) {
        const double ramp = static_cast<double>(start) + static_cast<double>(j) * static_cast<double>(step);
        row[j] = static_cast<float>(static_cast<double>(row[j]) + ramp);
    }
}

void softCapInPlacePlain(std::span<float> row, float cap) noexcept {
    const auto bound = static_cast<double>(cap);
    transform(row, [bound](double x) { return bound * std::tanh(x / bound); });
}

void scaleInPlacePlain(std::span<float> row, float factor) noexcept {
    transform(row, [factor](double x) { return x * static_cast<double>(factor); });
}

void normalizeRowPlain(std::span<const float> x, float mean, float factor, std::span<const float> gain, std::span<const float> bias,
                       std::span<float> y) noexcept {
    for (std::size_t j = 0; j < x.size(); ++j) {
        const double normal = (static_cast<double>(x[j]) - static_cast<double>(mean)) * static_cast<double>(factor);
        const double shift = bias.empty() ? 0.0 : static_cast<double>(bias[j]);
        y[j] = static_cast<float>(normal * static_cast<double>(gain[j]) + shift);
    }
}

void siluInPlacePlain(std::span<float> row) noexcept {
    transform(row, [](double x) { return x / (1.0 + std::exp(-x)); });
}

void geluTanhInPlacePlain(std::span<float> row) noexcept {
    transform(row, [](double x) { return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x))); });
}

}  // namespace salient
