#include <QColor>
#include <QTest>
#include <cmath>
#include <limits>

#include "widgets/colour_map.h"
#include "widgets/theme.h"

using namespace salient;

namespace {

/// Relative luminance of sRGB (IEC 61966-2-1).
double luminance(QRgb colour) {
    const auto linear = [](int byte) {
        const double v = byte / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(qRed(colour)) + 0.7152 * linear(qGreen(colour)) + 0.0722 * linear(qBlue(colour));
}

}  // namespace

class TestColourMap : public QObject {
    Q_OBJECT

private slots:
    void sequentialGetsLighterAllTheWay() {
        double before = -1.0;
        for (int i = 0; i <= 100; ++i) {
            const double now = luminance(sequentialColour(i / 100.0));
            QVERIFY2(now > before, qPrintable(QString::number(i)));
            before = now;
        }
        QVERIFY(luminance(sequentialColour(0.0)) < 0.05);
        QVERIFY(luminance(sequentialColour(1.0)) > 0.7);
    }

    void neitherMapHasAnEdgeThatIsNotInTheData() {
        constexpr int kSteps = 64;
        const auto distance = [](QRgb a, QRgb b) { return std::hypot(qRed(a) - qRed(b), qGreen(a) - qGreen(b), qBlue(a) - qBlue(b)); };
        const auto isEven = [&](auto colour) {
            double before = distance(colour(0.0), colour(1.0 / kSteps));
            for (int i = 1; i < kSteps; ++i) {
                const double now = distance(colour(1.0 * i / kSteps), colour((i + 1.0) / kSteps));
                // Colours are whole numbers: a step of a few units is known to one or two.
                if (now > 1.35 * before + 2.0 || before > 1.35 * now + 2.0) return false;
                before = now;
            }
            return true;
        };
        QVERIFY(isEven([](double t) { return sequentialColour(t); }));
        QVERIFY(isEven([](double t) { return divergingColour(t); }));
        QVERIFY(isEven([](double t) { return divergingColour(-t); }));
    }

    void textCanBeReadOnEveryColour() {
        for (int i = 0; i <= 100; ++i) {
            for (const QRgb ground : {sequentialColour(i / 100.0), divergingColour(i / 50.0 - 1.0)}) {
                const double a = luminance(ground) + 0.05;
                const double b = luminance(textOn(QColor(ground)).rgb()) + 0.05;
                QVERIFY2(std::max(a, b) / std::min(a, b) >= 4.0, qPrintable(QString::number(i)));
            }
        }
    }

    void divergingIsLightestAtZeroAndEvenOnBothSides() {
        QVERIFY(luminance(divergingColour(0.0)) > 0.85);
        for (int i = 1; i <= 20; ++i) {
            const double t = i / 20.0;
            QVERIFY(luminance(divergingColour(t)) < luminance(divergingColour(t - 0.05)));
            // Equal lightness in Oklab is not exactly equal luminance: within a tenth of the range.
            QVERIFY(std::abs(luminance(divergingColour(t)) - luminance(divergingColour(-t))) < 0.1);
        }
    }

    void negativeIsBlueAndPositiveRed() {
        const QRgb low = divergingColour(-1.0);
        const QRgb high = divergingColour(1.0);
        QVERIFY(qBlue(low) > qRed(low) + 60);
        QVERIFY(qRed(high) > qBlue(high) + 60);
    }

    void zeroOfADivergingScaleIsTheMiddle() { QCOMPARE(colourOf(0.0F, divergingScale(3.0F)), divergingColour(0.0)); }

    void valuesBeyondTheEndsTakeTheColourOfTheEnd() {
        const ColourScale scale = sequentialScale(1.0F, 2.0F);
        QCOMPARE(colourOf(-5.0F, scale), sequentialColour(0.0));
        QCOMPARE(colourOf(9.0F, scale), sequentialColour(1.0));
        QCOMPARE(colourOf(std::numeric_limits<float>::infinity(), scale), sequentialColour(1.0));
        QCOMPARE(colourOf(-std::numeric_limits<float>::infinity(), scale), sequentialColour(0.0));
    }

    void nanHasAColourOfItsOwn() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(colourOf(nan, divergingScale(1.0F)), nanColour());
        for (int i = 0; i <= 200; ++i) {
            QVERIFY(divergingColour(i / 100.0 - 1.0) != nanColour());
            QVERIFY(sequentialColour(i / 200.0) != nanColour());
        }
    }

    void aRangeOfNothingStillHasColours() {
        QCOMPARE(divergingScale(0.0F), divergingScale(1.0F));
        QCOMPARE(divergingScale(std::numeric_limits<float>::quiet_NaN()), divergingScale(1.0F));
        QVERIFY(sequentialScale(2.0F, 2.0F).high > 2.0F);
    }
};

QTEST_APPLESS_MAIN(TestColourMap)
#include "tst_colour_map.moc"
