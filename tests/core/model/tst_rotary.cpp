#include <QTest>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "core/kernels/parallel.h"
#include "core/model/rotary.h"

using namespace salient;

class TestRotary : public QObject {
    Q_OBJECT

private slots:
    void plainFrequenciesFollowThePaper();
    void rotationKeepsLengths();
    void scoresDependOnDistanceAlone();
    void everyWindowStartsAtPositionZero();
    void linearScalingEqualsSlowerPositions();
    void dynamicScalingChangesNothingWithinTheTrainedLength();
    void llama3KeepsFastTurnsAndDividesSlowOnes();
    void yarnBlendsBetweenItsBorders();
    void yarnMagnitudeGrowsWithTheFactor();
    void longRopeTakesItsFactorsByLength();
    void dimensionsBeyondTheTurningOnesStay();
    void neighboursTurnAsHalvesDoInAnotherOrder();
};

void TestRotary::plainFrequenciesFollowThePaper() {
    const auto frequencies = rotaryFrequencies({}, 4, 1);
    QCOMPARE(frequencies.size(), std::size_t{2});
    QCOMPARE(frequencies[0], 1.0);
    QCOMPARE(frequencies[1], 0.01);  // 10000^(-2/4)
}

void TestRotary::rotationKeepsLengths() {
    Matrix x = Matrix::Random(40, 3 * 16);
    const Matrix before = x;
    rotate(x, RotaryTable::make({}, 16, 40));
    for (Index head = 0; head < 3; ++head) {
        const auto then = before.middleCols(head * 16, 16).rowwise().norm();
        const auto now = x.middleCols(head * 16, 16).rowwise().norm();
        QVERIFY((then - now).cwiseAbs().maxCoeff() < 1e-5F);
        QVERIFY((x - before).bottomRows(39).norm() > 1.0F);
    }
}

void TestRotary::scoresDependOnDistanceAlone() {
    const RotaryTable table = RotaryTable::make({}, 8, 100);
    const Matrix one = Matrix::Random(1, 8);
    const Matrix other = Matrix::Random(1, 8);
    Matrix q = one.replicate(100, 1);
    Matrix k = other.replicate(100, 1);
    rotate(q, table);
    rotate(k, table);
    QVERIFY(std::abs(q.row(10).dot(k.row(3)) - q.row(90).dot(k.row(83))) < 1e-5F);
    QVERIFY(std::abs(q.row(10).dot(k.row(3)) - q.row(10).dot(k.row(4))) > 1e-4F);
}

void TestRotary::everyWindowStartsAtPositionZero() {
    const RotaryTable table = RotaryTable::make({}, 8, 10);
    const Matrix window = Matrix::Random(10, 16);
    Matrix x(20, 16);
    x << window, window;
    rotate(x, table);
    QVERIFY(x.topRows(10) == x.bottomRows(10));
    QVERIFY(x.row(0) == window.row(0));  // position 0 is not turned
}

void TestRotary::linearScalingEqualsSlowerPositions() {
    RopeConfig slow;
    slow.scaling = RopeConfig::Scaling::Linear;
    slow.factor = 4.0;
    const RotaryTable a = RotaryTable::make(slow, 16, 9);
    const RotaryTable b = RotaryTable::make({}, 16, 3);
    QVERIFY((a.cosine.row(8) - b.cosine.row(2)).cwiseAbs().maxCoeff() < 1e-6F);
    QVERIFY((a.sine.row(8) - b.sine.row(2)).cwiseAbs().maxCoeff() < 1e-6F);
}

void TestRotary::dynamicScalingChangesNothingWithinTheTrainedLength() {
    RopeConfig rope;
    rope.scaling = RopeConfig::Scaling::Dynamic;
    rope.factor = 3.0;
    rope.original_max_positions = 64;
    QVERIFY(rotaryFrequencies(rope, 16, 64) == rotaryFrequencies({}, 16, 64));
    QVERIFY(rotaryFrequencies(rope, 16, 128)[7] < rotaryFrequencies({}, 16, 128)[7]);
    QCOMPARE(rotaryFrequencies(rope, 16, 128)[0], 1.0);
}

void TestRotary::llama3KeepsFastTurnsAndDividesSlowOnes() {
    RopeConfig rope;
    rope.scaling = RopeConfig::Scaling::Llama3;
    rope.factor = 8.0;
    rope.original_max_positions = 8192;
    const auto scaled = rotaryFrequencies(rope, 128, 1);
    const auto plain = rotaryFrequencies({}, 128, 1);
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const double wavelength = 2.0 * std::numbers::pi / plain[i];
        if (wavelength < 8192.0 / 4.0) QCOMPARE(scaled[i], plain[i]);
        if (wavelength > 8192.0) QCOMPARE(scaled[i], plain[i] / 8.0);
        QVERIFY(scaled[i] <= plain[i] && scaled[i] >= plain[i] / 8.0);
    }
}

/// Peng et al., YaRN, arXiv:2309.00071, section 3.2, with the ramp over pairs as in the published code: with dimensions D = 16, base b =
/// 10000, L = 4096, s = 40, the pair that turns r times within L is D · ln(L / 2πr) / (2 ln b) = 2.61806 for r = 32 and 5.62836 for r = 1.
/// Worked out apart from this program, in double precision: f · (1 − γ) + f / s · γ with f = b^(−2i / D), γ = (i − low) / (high − low) in
/// [0, 1].
void TestRotary::yarnBlendsBetweenItsBorders() {
    RopeConfig rope;
    rope.scaling = RopeConfig::Scaling::Yarn;
    rope.factor = 40.0;
    rope.original_max_positions = 4096;
    const auto compare = [&](const std::vector<double>& expected) {
        const std::vector<double> found = rotaryFrequencies(rope, 16, 1);
        QCOMPARE(found.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(std::abs(found[i] / expected[i] - 1.0) < 1e-10, std::to_string(i).c_str());
    };
    rope.truncate = true;  // low 2, high 6
    compare({1.0, 0.316227766017, 0.1, 0.023914724805, 0.005125, 0.00084986212117, 2.5e-05, 7.90569415042e-06});
    rope.truncate = false;
    compare({1.0, 0.316227766017, 0.1, 0.0277108584751, 0.00552406297747, 0.000722638341894, 2.5e-05, 7.90569415042e-06});
}

void TestRotary::yarnMagnitudeGrowsWithTheFactor() {
    RopeConfig rope;
    QCOMPARE(rotaryMagnitude(rope), 1.0);
    rope.scaling = RopeConfig::Scaling::Yarn;
    rope.factor = std::exp(1.0);
    QCOMPARE(rotaryMagnitude(rope), 1.1);
    rope.attention_factor = 0.7;
    QCOMPARE(rotaryMagnitude(rope), 0.7);
}

void TestRotary::longRopeTakesItsFactorsByLength() {
    RopeConfig rope;
    rope.scaling = RopeConfig::Scaling::LongRope;
    rope.original_max_positions = 16;
    rope.short_factors = {1.0, 2.0};
    rope.long_factors = {4.0, 8.0};
    const auto plain = rotaryFrequencies({}, 4, 1);
    QCOMPARE(rotaryFrequencies(rope, 4, 16), (std::vector<double>{plain[0], plain[1] / 2.0}));
    QCOMPARE(rotaryFrequencies(rope, 4, 17), (std::vector<double>{plain[0] / 4.0, plain[1] / 8.0}));
    QCOMPARE(rotaryMagnitude(rope), 1.0);
    rope.factor = 16.0;
    QCOMPARE(rotaryMagnitude(rope), std::sqrt(2.0));  // √(1 + ln 16 / ln 16)
}

void TestRotary::dimensionsBeyondTheTurningOnesStay() {
    const Matrix before = Matrix::Random(5, 3 * 10);
    Matrix x = before;
    rotate(x, RotaryTable::make({}, 4, 5), 10);
    for (Index head = 0; head < 3; ++head) {
        QVERIFY(x.middleCols(head * 10 + 4, 6) == before.middleCols(head * 10 + 4, 6));
        Matrix alone = before.middleCols(head * 10, 4);
        rotate(alone, RotaryTable::make({}, 4, 5));
        QVERIFY(x.middleCols(head * 10, 4) == alone);
    }
}

void TestRotary::neighboursTurnAsHalvesDoInAnotherOrder() {
    const RotaryTable table = RotaryTable::make({}, 6, 4);
    const Matrix before = Matrix::Random(4, 2 * 8);
    Matrix neighbours = before;
    rotate(neighbours, table, 8, RotaryPairs::Neighbours);
    const int order[] = {0, 2, 4, 1, 3, 5, 6, 7};
    Matrix halves(4, 16);
    for (Index i = 0; i < 16; ++i) halves.col(i) = before.col(i / 8 * 8 + order[i % 8]);
    rotate(halves, table, 8);
    for (Index i = 0; i < 16; ++i) QVERIFY(halves.col(i) == neighbours.col(i / 8 * 8 + order[i % 8]));
}

QTEST_APPLESS_MAIN(TestRotary)
#include "tst_rotary.moc"
