#include "core/tensor/float16.h"

#include <QTest>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/tensor/dtype.h"

using namespace salient;

namespace {

// The definition of binary16, in double arithmetic: sign, then 2^(e-15) (1 + m/1024), or 2^-14 m/1024 for e = 0.
double binary16Value(unsigned bits) {
    const double sign = (bits & 0x8000U) != 0 ? -1.0 : 1.0;
    const int exponent = static_cast<int>((bits >> 10U) & 0x1FU);
    const int mantissa = static_cast<int>(bits & 0x3FFU);
    if (exponent == 31) return mantissa == 0 ? sign * HUGE_VAL : std::nan("");
    if (exponent == 0) return sign * std::ldexp(mantissa, -24);
    return sign * std::ldexp(1024 + mantissa, exponent - 25);
}

float fromBits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

}  // namespace

class TestFloat16 : public QObject {
    Q_OBJECT

private slots:
    void everyBinary16ValueIsWidenedAsDefined() {
        for (unsigned bits = 0; bits < 0x10000; ++bits) {
            const float value = fromFloat16(static_cast<std::uint16_t>(bits));
            const double expected = binary16Value(bits);
            if (std::isnan(expected)) {
                QVERIFY(std::isnan(value));
            } else {
                QCOMPARE(static_cast<double>(value), expected);
                QCOMPARE(std::signbit(value), (bits & 0x8000U) != 0);
            }
        }
    }

    void everyBinary16ValueSurvivesTheRoundTrip() {
        for (unsigned bits = 0; bits < 0x10000; ++bits) {
            const float value = fromFloat16(static_cast<std::uint16_t>(bits));
            if (std::isnan(value)) {
                QVERIFY(std::isnan(fromFloat16(toFloat16(value))));
            } else {
                QCOMPARE(static_cast<unsigned>(toFloat16(value)), bits);
            }
        }
    }

    // Between two neighbours the middle goes to the even one, and the next float on either side to its own.
    void everyMiddleRoundsToEven() {
        for (unsigned bits = 0; bits < 0x7C00; ++bits) {
            // Beyond the largest finite value the neighbour would be 2^16, which is spelled infinity.
            const double upper = bits + 1 == 0x7C00 ? 65536.0 : binary16Value(bits + 1);
            const auto middle = static_cast<float>((binary16Value(bits) + upper) / 2);  // exact: one bit more than binary16
            const unsigned even = (bits & 1U) == 0 ? bits : bits + 1;
            QCOMPARE(static_cast<unsigned>(toFloat16(middle)), even);
            QCOMPARE(static_cast<unsigned>(toFloat16(-middle)), even | 0x8000U);
            QCOMPARE(static_cast<unsigned>(toFloat16(std::nextafter(middle, 0.0F))), bits);
            QCOMPARE(static_cast<unsigned>(toFloat16(std::nextafter(middle, HUGE_VALF))), bits + 1);
        }
    }

    void extremesOfBinary16() {
        QCOMPARE(toFloat16(HUGE_VALF), std::uint16_t{0x7C00});
        QCOMPARE(toFloat16(-std::numeric_limits<float>::max()), std::uint16_t{0xFC00});
        QCOMPARE(toFloat16(std::numeric_limits<float>::denorm_min()), std::uint16_t{0});
        QCOMPARE(toFloat16(-0.0F), std::uint16_t{0x8000});
        // A NaN whose payload lies in the bits that go must not become infinity.
        QVERIFY(std::isnan(fromFloat16(toFloat16(fromBits(0x7F800001U)))));
        QVERIFY(std::isnan(fromFloat16(toFloat16(fromBits(0xFF800001U)))));
    }

    void bfloat16RoundsToNearestEven() {
        for (std::uint32_t high = 0; high < 0x7F80U; high += 7) {
            const auto bits = [&](std::uint32_t low) { return static_cast<std::uint32_t>(toBFloat16(fromBits((high << 16U) | low))); };
            QCOMPARE(bits(0), high);
            QCOMPARE(bits(0x7FFF), high);
            QCOMPARE(bits(0x8000), high + (high & 1U));
            QCOMPARE(bits(0x8001), high + 1);
            QCOMPARE(std::bit_cast<std::uint32_t>(fromBFloat16(static_cast<std::uint16_t>(high))), high << 16U);
        }
        QCOMPARE(toBFloat16(std::numeric_limits<float>::max()), std::uint16_t{0x7F80});
        QVERIFY(std::isnan(fromBFloat16(toBFloat16(fromBits(0x7F800001U)))));
        QVERIFY(std::isnan(fromBFloat16(toBFloat16(fromBits(0xFFFFFFFFU)))));
    }

    void typeNamesAndSizesAreThoseOfSafetensors_data() {
        QTest::addColumn<QString>("spelling");
        QTest::addColumn<int>("size");
        const std::pair<const char*, int> rows[] = {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8},
                                                    {"I32", 4}, {"I16", 2}, {"I8", 1},  {"U8", 1},   {"BOOL", 1}};
        for (const auto& [spelling, size] : rows) QTest::newRow(spelling) << spelling << size;
    }
    void typeNamesAndSizesAreThoseOfSafetensors() {
        QFETCH(QString, spelling);
        QFETCH(int, size);
        const auto type = dtypeFromName(spelling.toStdString());
        QVERIFY(type.has_value());
        QCOMPARE(static_cast<int>(sizeBytes(*type)), size);
        QCOMPARE(QString::fromStdString(std::string(name(*type))), spelling);
    }
    void otherNamesAreNoType() {
        for (const char* other : {"", "f32", "F8_E4M3", "U16", "F32 ", "BF1"}) QVERIFY(!dtypeFromName(other));
    }
};

QTEST_APPLESS_MAIN(TestFloat16)
#include "tst_float16.moc"
