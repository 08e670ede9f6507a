// Q4_K and Q6_K as they are written: read by the reader of core/io, and held to plain rounding done here.

#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "core/error.h"
#include "core/exporter/gguf/k_blocks.h"
#include "core/exporter/gguf/pack.h"
#include "core/io/ggml_blocks.h"
#include "core/kernels/parallel.h"
#include "core/tensor/float16.h"

using namespace salient;

namespace {

constexpr Index kWidth = kGgufSuperBlock;
using Floats = std::vector<float>;

/// Kinds of weights a block may hold.
enum Kind { Normal, HeavyTailed, Positive, Negative, Constant, Zeros, OneOutlier, Tiny, Subnormal, Large, kKinds };

Floats weightsOf(int kind, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    Floats weights(kWidth);
    for (float& w : weights) {
        w = 0.05F * normal(random);
        if (kind == HeavyTailed) w *= std::exp(normal(random));
        if (kind == Positive) w = std::abs(w) + 0.02F;
        if (kind == Negative) w = -std::abs(w) - 0.02F;
        if (kind == Constant) w = -0.37F;
        if (kind == Zeros) w = 0.0F;
        if (kind == Tiny) w *= 1e-6F;
        if (kind == Subnormal) w = std::ldexp(w, -130);
        if (kind == Large) w *= 1e6F;
    }
    if (kind == OneOutlier) weights[77] = 30.0F;
    for (float& w : weights) w = std::clamp(w, -kLargestSuperBlockWeight, kLargestSuperBlockWeight);
    return weights;
}

Floats importanceOf(int kind, unsigned seed) {
    Floats importance(kWidth, 1.0F);
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    if (kind == 1) {
        for (float& value : importance) value = std::exp(2.0F * normal(random));
    }
    return importance;
}

struct Written {
    int n_raised = 0;
    std::vector<std::byte> block;
    Floats meant;
    Floats read;
};

Written written(bool is_q4, const Floats& weights, const Floats& importance) {
    Written result;
    result.block.resize(static_cast<std::size_t>(is_q4 ? kQ4_KBytes : kQ6_KBytes));
    result.meant.resize(kWidth);
    result.read.resize(kWidth);
    const std::span<const float, kGgufSuperBlock> w(weights.data(), kWidth);
    const std::span<const float, kGgufSuperBlock> v(importance.data(), kWidth);
    result.n_raised = (is_q4 ? encodeQ4_K : encodeQ6_K)(w, v, result.block.data(), result.meant.data());
    (is_q4 ? decodeQ4_K : decodeQ6_K)(result.block.data(), result.read.data());
    return result;
}

double errorOf(const Floats& weights, const Floats& importance, const Floats& found) {
    double error = 0.0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double difference = static_cast<double>(found[k]) - static_cast<double>(weights[k]);
        error += static_cast<double>(importance[k]) * difference * difference;
    }
    return error;
}

double half(double value) { return static_cast<double>(fromFloat16(toFloat16(static_cast<float>(value)))); }

/// Each run's smallest and largest weight, everything to nearest, in double precision.
Floats plainQ4_K(const Floats& weights) {
    double steps[8];
    double offsets[8];
    for (int run = 0; run < 8; ++run) {
        const auto first = weights.begin() + 32 * run;
        const double lowest = std::min(0.0F, *std::min_element(first, first + 32));
        const double highest = std::max(lowest, static_cast<double>(*std::max_element(first, first + 32)));
        steps[run] = (highest - lowest) / 15.0;
        offsets[run] = -lowest;
    }
    const double d = half(*std::max_element(steps, steps + 8) / 63.0);
    const double dmin = half(*std::max_element(offsets, offsets + 8) / 63.0);
    Floats found(weights.size());
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double step = d * (d > 0.0 ? std::min(63.0, std::nearbyint(steps[k / 32] / d)) : 0.0);
        const double offset = dmin * (dmin > 0.0 ? std::min(63.0, std::nearbyint(offsets[k / 32] / dmin)) : 0.0);
        const double code = step > 0.0 ? std::clamp(std::nearbyint((static_cast<double>(weights[k]) + offset) / step), 0.0, 15.0) : 0.0;
        found[k] = static_cast<float>(step * code - offset);
    }
    return found;
}

Floats plainQ6_K(const Floats& weights) {
    double steps[16];
    for (int run = 0; run < 16; ++run) {
        const auto first = weights.begin() + 16 * run;
        steps[run] =
            static_cast<double>(*std::max_element(first, first + 16, [](float a, float b) { return std::abs(a) < std::abs(b); })) / -32.0;
    }
    const double largest = *std::max_element(steps, steps + 16, [](double a, double b) { return std::abs(a) < std::abs(b); });
    const double d = half(largest / -128.0);
    Floats found(weights.size());
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double step = d * (d != 0.0 ? std::clamp(std::nearbyint(steps[k / 16] / d), -128.0, 127.0) : 0.0);
        const double level = step != 0.0 ? std::clamp(std::nearbyint(static_cast<double>(weights[k]) / step), -32.0, 31.0) : 0.0;
        found[k] = static_cast<float>(step * level);
    }
    return found;
}

}  // namespace

class TestKBlocks : public QObject {
    Q_OBJECT

private slots:
    void blocksAreReadAsMeantAndNoWorseThanPlainRounding_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("importance");
        for (int kind = 0; kind < kKinds; ++kind) {
            for (int importance = 0; importance < 2; ++importance)
                QTest::newRow(qPrintable(QString("kind %1 importance %2").arg(kind).arg(importance))) << kind << importance;
        }
    }
    void blocksAreReadAsMeantAndNoWorseThanPlainRounding() {
        QFETCH(int, kind);
        QFETCH(int, importance);
        for (unsigned seed = 0; seed < 40; ++seed) {
            const Floats weights = weightsOf(kind, seed);
            const Floats counts = importanceOf(importance, seed + 1000);
            for (const bool is_q4 : {true, false}) {
                const Written found = written(is_q4, weights, counts);
                QCOMPARE(std::memcmp(found.read.data(), found.meant.data(), kWidth * sizeof(float)), 0);
                const double plain = errorOf(weights, counts, is_q4 ? plainQ4_K(weights) : plainQ6_K(weights));
                const double error = errorOf(weights, counts, found.read);
                double energy = 0.0;
                for (std::size_t k = 0; k < weights.size(); ++k)
                    energy += static_cast<double>(counts[k]) * static_cast<double>(weights[k]) * static_cast<double>(weights[k]);
                // 2⁻²⁰: errors are compared in float32, of values with 24 digits.
                QVERIFY2(error <= plain * (1.0 + 0x1p-16) + 0x1p-44 * energy, qPrintable(QString("%1 > %2").arg(error).arg(plain)));
            }
        }
    }

    void theSearchIsWorthItsTime() {
        double error[2] = {};
        double plain[2] = {};
        for (unsigned seed = 0; seed < 100; ++seed) {
            const Floats weights = weightsOf(Normal, seed);
            const Floats counts = importanceOf(1, seed + 1000);
            for (const bool is_q4 : {true, false}) {
                error[is_q4] += errorOf(weights, counts, written(is_q4, weights, counts).read);
                plain[is_q4] += errorOf(weights, counts, is_q4 ? plainQ4_K(weights) : plainQ6_K(weights));
            }
        }
        QVERIFY2(error[1] < 0.75 * plain[1], qPrintable(QString::number(error[1] / plain[1])));
        QVERIFY2(error[0] < 0.75 * plain[0], qPrintable(QString::number(error[0] / plain[0])));
    }

    void weightsOnTheGridStay() {
        // d = 2⁻¹⁰, dmin = 2⁻⁸; factors 63 and 63 occur, so plain rounding finds both.
        Floats weights(kWidth);
        std::mt19937 random(5);
        for (int run = 0; run < 8; ++run) {
            const int factor = run == 0 ? 63 : 20 + run;
            const int offset = run == 0 ? 63 : 30 + run;
            for (int l = 0; l < 32; ++l) {
                const int code = l == 0 ? 0 : l == 1 ? 15 : static_cast<int>(random() % 16);
                weights[static_cast<std::size_t>(32 * run + l)] =
                    std::ldexp(static_cast<float>(factor * code), -10) - std::ldexp(static_cast<float>(offset), -8);
            }
        }
        QCOMPARE(errorOf(weights, importanceOf(0, 0), written(true, weights, importanceOf(0, 0)).read), 0.0);
        for (int run = 0; run < 16; ++run) {
            const int factor = run == 0 ? -128 : 100 - 13 * run;
            for (int l = 0; l < 16; ++l) {
                const int level = l == 0 ? -32 : static_cast<int>(random() % 64) - 32;
                weights[static_cast<std::size_t>(16 * run + l)] = std::ldexp(static_cast<float>(factor * level), -12);
            }
        }
        QCOMPARE(errorOf(weights, importanceOf(0, 0), written(false, weights, importanceOf(0, 0)).read), 0.0);
    }

    void factorsAboveTheNearestFloat16AreCounted_data() {
        QTest::addColumn<double>("wanted");  // in units of the least float16, 2⁻²⁴
        QTest::addColumn<int>("stored");
        QTest::addColumn<bool>("is_raised");
        QTest::newRow("below the least") << 0.3 << 1 << true;
        QTest::newRow("rounded down by more than a run can make good") << 10.4 << 11 << true;
        QTest::newRow("rounded up") << 10.6 << 11 << false;
        QTest::newRow("exact") << 10.0 << 10 << false;
        QTest::newRow("nothing wanted") << 0.0 << 0 << false;
    }
    void factorsAboveTheNearestFloat16AreCounted() {
        QFETCH(double, wanted);
        QFETCH(int, stored);
        QFETCH(bool, is_raised);
        const auto factorAt = [](const Written& found, std::size_t at) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, &found.block[at], sizeof bits);
            return bits & 0x7FFF;
        };
        // One weight alone asks for exactly that factor: it is 15 steps of 63 factors, or 32 of 128.
        Floats weights(kWidth, 0.0F);
        weights[40] = static_cast<float>(std::ldexp(15.0 * 63.0 * wanted, -24));
        const Written q4 = written(true, weights, importanceOf(0, 0));
        QCOMPARE(factorAt(q4, 0), stored);
        QCOMPARE(factorAt(q4, 2), 0);
        QCOMPARE(q4.n_raised, is_raised ? 1 : 0);
        weights[40] = static_cast<float>(std::ldexp(32.0 * 128.0 * wanted, -24));
        const Written q6 = written(false, weights, importanceOf(0, 0));
        QCOMPARE(factorAt(q6, 208), stored);
        QCOMPARE(q6.n_raised, is_raised ? 1 : 0);
        // Rows and blocks of a layer add up, and those of ordinary size have none.
        Matrix layer = Matrix::Constant(3, 2 * kWidth, 1.0F);
        layer.row(1).setZero();
        layer(1, 40) = weights[40];
        layer(1, kWidth + 7) = weights[40];
        QCOMPARE(packK(GgufWeights::Q6_K, layer, {}, {}).n_raised_factors, std::int64_t{is_raised ? 2 : 0});
        // Q8_0: 127 of them, and what is written is off by half a step at most.
        Matrix bytes = Matrix::Constant(2, 64, 1.0F);
        bytes.row(1).setZero();
        bytes(1, 40) = static_cast<float>(std::ldexp(127.0 * wanted, -24));
        const PackedBlocks packed = packQ8_0(bytes, {});
        std::uint16_t bits = 0;
        std::memcpy(&bits, &packed.bytes[3 * 34], sizeof bits);
        QCOMPARE(int{bits}, stored);
        QCOMPARE(packed.n_raised_factors, std::int64_t{is_raised ? 1 : 0});
        QVERIFY(std::abs(packed.meant(1, 40) - bytes(1, 40)) <= std::ldexp(0.5F * static_cast<float>(stored), -24));
    }

    void anInputThatCountsIsRoundedMoreFinely() {
        double with = 0.0;
        double without = 0.0;
        for (unsigned seed = 0; seed < 50; ++seed) {
            const Floats weights = weightsOf(Normal, seed);
            Floats counts(kWidth, 1.0F);
            const auto square = [&](const Floats& found) {
                return std::pow(static_cast<double>(found[40]) - static_cast<double>(weights[40]), 2.0);
            };
            without += square(written(true, weights, counts).read);
            counts[40] = 1000.0F;
            with += square(written(true, weights, counts).read);
        }
        QVERIFY(with < 0.1 * without);
    }

    void everyThreadCountGivesTheSameBits() {
        Matrix weight(37, 512);
        for (Index row = 0; row < weight.rows(); ++row) {
            for (Index block = 0; block < 2; ++block) {
                const Floats values = weightsOf(HeavyTailed, static_cast<unsigned>(2 * row + block));
                std::copy(values.begin(), values.end(), &weight(row, block * kWidth));
            }
        }
        Floats importance(512, 2.0F);
        importance[3] = 40.0F;
        for (const GgufWeights type : {GgufWeights::Q4_K, GgufWeights::Q6_K}) {
            setThreadCount(1);
            const PackedBlocks one = packK(type, weight, {}, importance);
            for (const int threads : {2, 8}) {
                setThreadCount(threads);
                const PackedBlocks many = packK(type, weight, {}, importance);
                QVERIFY(many.bytes == one.bytes);
                QVERIFY(many.meant == one.meant);
            }
            setThreadCount(0);
            std::vector<Index> reversed(37);
            for (std::size_t i = 0; i < reversed.size(); ++i) reversed[i] = static_cast<Index>(reversed.size() - 1 - i);
            const PackedBlocks turned = packK(type, weight, reversed, importance);
            const std::size_t row_bytes = one.bytes.size() / reversed.size();
            QVERIFY(std::equal(one.bytes.begin(), one.bytes.begin() + static_cast<std::ptrdiff_t>(row_bytes),
                               turned.bytes.end() - static_cast<std::ptrdiff_t>(row_bytes)));
            QVERIFY(turned.meant == one.meant);
        }
    }

    void inputsThatWereNeverSeenKeepTheirWeights() {
        Matrix weight(1, kWidth);
        const Floats values = weightsOf(Normal, 3);
        std::copy(values.begin(), values.end(), &weight(0, 0));
        Floats importance(kWidth, 0.0F);
        importance[0] = 1.0F;
        const PackedBlocks packed = packK(GgufWeights::Q4_K, weight, {}, importance);
        QVERIFY((packed.meant - weight).norm() < 0.2F * weight.norm());
        QVERIFY(packK(GgufWeights::Q4_K, weight, {}, Floats(kWidth, 0.0F)).bytes == packK(GgufWeights::Q4_K, weight, {}, {}).bytes);
    }

    void inputsRaisedToTheLeastImportanceAreCounted() {
        const Matrix weight = Matrix::Constant(2, 2 * kWidth, 0.25F);
        Floats importance(2 * kWidth, 1.0F);
        QCOMPARE(packK(GgufWeights::Q4_K, weight, {}, importance).n_raised, std::int64_t{0});
        for (const std::size_t k : {0U, 255U, 256U}) importance[k] = 1e-4F;
        importance[9] = 0.0F;
        importance[10] = 2e-3F;  // less than the average, and enough
        QCOMPARE(packK(GgufWeights::Q4_K, weight, {}, importance).n_raised, std::int64_t{4});
        QCOMPARE(packK(GgufWeights::Q6_K, weight, {}, importance).n_raised, std::int64_t{4});
        // Of a calibration that saw nothing no input counts more than another.
        QCOMPARE(packK(GgufWeights::Q6_K, weight, {}, Floats(2 * kWidth, 0.0F)).n_raised, std::int64_t{2 * kWidth});
        QCOMPARE(packK(GgufWeights::Q6_K, weight, {}, {}).n_raised, std::int64_t{0});
    }

    void weightsThatVanishWithTheirBlockAreCounted() {
        Matrix weight = Matrix::Constant(3, 2 * kWidth, 0.25F);
        weight.row(1).setConstant(1e-12F);  // far below the smallest float16
        weight(1, 5) = 0.0F;
        weight.row(2).setZero();
        weight(0, 17) = 1e-12F;  // among others: rounded, not lost with its block
        for (const GgufWeights type : {GgufWeights::Q4_K, GgufWeights::Q6_K}) {
            const PackedBlocks packed = packK(type, weight, {}, {});
            QVERIFY((packed.meant.row(1).array() == 0.0F).all());
            QCOMPARE(packed.n_flushed, std::int64_t{2 * kWidth - 1});
        }
        QCOMPARE(packQ8_0(weight, {}).n_flushed, std::int64_t{2 * kWidth - 1});
    }

    void whatIsNoNumberIsRefused() {
        Matrix weight = Matrix::Constant(3, 512, 0.25F);
        const auto message = [&](std::span<const float> importance) {
            try {
                static_cast<void>(packK(GgufWeights::Q6_K, weight, {}, importance));
            } catch (const Error& error) {
                return QString(error.what());
            }
            return QString();
        };
        QCOMPARE(message({}), QString());
        for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -3e6F}) {
            weight(2, 300) = bad;
            QVERIFY2(message({}).contains("row 2, block 1"), qPrintable(message({})));
        }
        weight(2, 300) = kLargestSuperBlockWeight;
        QCOMPARE(message({}), QString());
        Floats importance(512, 1.0F);
        importance[9] = -1.0F;
        QVERIFY(message(importance).contains("not negative"));
        importance[9] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(message(importance).contains("not negative"));
        QVERIFY(message(Floats(3, 1.0F)).contains("expected 512 values, found 3"));
    }
};

QTEST_APPLESS_MAIN(TestKBlocks)
#include "tst_k_blocks.moc"
