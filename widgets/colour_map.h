#pragma once

#include <QRgb>

namespace salient {

/// How numbers become colours.
enum class ColourMap {
    Sequential,  ///< dark violet → teal → yellow, for values of one sign: the larger, the lighter
    Diverging,   ///< blue → near white → red, for signed values: zero is the light middle
};

/// Position on the sequential map, 0 … 1; clamped. Lightness rises evenly, so it reads in grey and with any colour vision.
[[nodiscard]] QRgb sequentialColour(double position) noexcept;
/// Position on the diverging map, −1 … 1; clamped. Equal magnitudes are equally dark.
[[nodiscard]] QRgb divergingColour(double position) noexcept;
/// Shown for NaN: a magenta that neither map contains.
[[nodiscard]] QRgb nanColour() noexcept;

/// A colour map with the values of its ends. Views that are compared share one.
struct ColourScale {
    ColourMap map = ColourMap::Diverging;
    float low = -1.0F;
    float high = 1.0F;
    bool operator==(const ColourScale&) const = default;
};

/// −limit … limit on the diverging map; limit ≤ 0 or not finite gives ±1, so that a zero matrix has a colour.
[[nodiscard]] ColourScale divergingScale(float limit) noexcept;
/// low … high on the sequential map; an empty range is widened.
[[nodiscard]] ColourScale sequentialScale(float low, float high) noexcept;

/// The colour of a value: values beyond the ends take the colour of the end, NaN has its own.
[[nodiscard]] QRgb colourOf(float value, const ColourScale& scale) noexcept;
/// colourOf() of n values in a row, for pictures.
void paintColours(const float* values, QRgb* colours, int n, const ColourScale& scale) noexcept;

}  // namespace salient
