#include "widgets/colour_map.h"

#include <QtMath>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace salient {

namespace {

constexpr int kTableSize = 512;
using Table = std::array<QRgb, kTableSize>;

// Oklab (B. Ottosson, 2020): equal steps of lightness look equal, which plain RGB interpolation does not give.
struct Lch {
    double lightness;
    double chroma;
    double hue_degrees;
};

struct LinearRgb {
    double red, green, blue;
};

LinearRgb toLinearRgb(const Lch& colour) {
    const double a = colour.chroma * std::cos(qDegreesToRadians(colour.hue_degrees));
    const double b = colour.chroma * std::sin(qDegreesToRadians(colour.hue_degrees));
    const double l = std::pow(colour.lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    const double m = std::pow(colour.lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    const double s = std::pow(colour.lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

[[maybe_unused]] bool isDisplayable(const LinearRgb& c) {
    return std::min({c.red, c.green, c.blue}) >= 0.0 && std::max({c.red, c.green, c.blue}) <= 1.0;
}

int gammaByte(double linear) {
    const double v = std::clamp(linear, 0.0, 1.0);
    const double encoded = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1.0 / 2.4) - 0.055;
    return static_cast<int>(std::lround(encoded * 255.0));
}

// The maps keep their chroma inside what a screen can show at every lightness. Cutting it off there instead leaves edges in the picture
// that are not in the data.
QRgb toRgb(const Lch& colour) {
    const LinearRgb c = toLinearRgb(colour);
    assert(isDisplayable(c));
    return qRgb(gammaByte(c.red), gammaByte(c.green), gammaByte(c.blue));
}

Table makeSequential() {
    Table table;
    for (int i = 0; i < kTableSize; ++i) {
        const double t = static_cast<double>(i) / (kTableSize - 1);
        const double from_least = t - 0.45;  // screens show the least chroma about there, among the dark greens
        const double chroma = 0.098 + (from_least < 0.0 ? 0.11 : 0.22) * from_least * from_least;
        table[static_cast<std::size_t>(i)] = toRgb({0.27 + 0.65 * t, chroma, 312.0 - 204.0 * t});
    }
    return table;
}

Table makeDiverging() {
    Table table;
    for (int i = 0; i < kTableSize; ++i) {
        const double t = 2.0 * i / (kTableSize - 1) - 1.0;
        const double magnitude = std::abs(t);
        const double hue = t < 0.0 ? 255.0 : 28.0;
        table[static_cast<std::size_t>(i)] = toRgb({0.965 - 0.555 * magnitude, (0.265 - 0.135 * magnitude) * magnitude, hue});
    }
    return table;
}

QRgb lookUp(const Table& table, double fraction) noexcept {
    const double bounded = std::clamp(fraction, 0.0, 1.0);
    return table[static_cast<std::size_t>(std::lround(bounded * (kTableSize - 1)))];
}

const Table& sequentialTable() noexcept {
    static const Table kTable = makeSequential();
    return kTable;
}

const Table& divergingTable() noexcept {
    static const Table kTable = makeDiverging();
    return kTable;
}

}  // namespace

QRgb sequentialColour(double position) noexcept { return std::isnan(position) ? nanColour() : lookUp(sequentialTable(), position); }

QRgb divergingColour(double position) noexcept {
    return std::isnan(position) ? nanColour() : lookUp(divergingTable(), 0.5 + 0.5 * position);
}

QRgb nanColour() noexcept { return qRgb(255, 0, 255); }

ColourScale divergingScale(float limit) noexcept {
    if (!(limit > 0.0F) || !std::isfinite(limit)) limit = 1.0F;
    return {ColourMap::Diverging, -limit, limit};
}

ColourScale sequentialScale(float low, float high) noexcept {
    if (!std::isfinite(low)) low = 0.0F;
    if (!std::isfinite(high) || high <= low) high = low + 1.0F;
    return {ColourMap::Sequential, low, high};
}

QRgb colourOf(float value, const ColourScale& scale) noexcept {
    QRgb colour = 0;
    paintColours(&value, &colour, 1, scale);
    return colour;
}

void paintColours(const float* values, QRgb* colours, int n, const ColourScale& scale) noexcept {
    const Table& table = scale.map == ColourMap::Sequential ? sequentialTable() : divergingTable();
    const float span = scale.high - scale.low;
    const float factor = span > 0.0F ? (kTableSize - 1) / span : 0.0F;
    for (int i = 0; i < n; ++i) {
        const float slot = (values[i] - scale.low) * factor + 0.5F;
        // Written so that infinities are clamped and NaN falls through to the end.
        if (slot >= static_cast<float>(kTableSize - 1)) {
            colours[i] = table[kTableSize - 1];
        } else if (slot >= 0.0F) {
            colours[i] = table[static_cast<std::size_t>(slot)];
        } else {
            colours[i] = slot < 0.0F ? table[0] : nanColour();
        }
    }
}

}  // namespace salient
