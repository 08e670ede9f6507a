#include <QtTest>
#include <algorithm>
#include <cmath>

#include "core/kernels/round.h"
#include "tests/core/kernels/matrices.h"
#include "tests/core/kernels/targets.h"

using namespace salient;

namespace {

constexpr int kMaxCode = 15;

/// The definition, one weight at a time.
float codeOf(float weight, float scale, float zero) {
    return std::clamp(std::nearbyint(weight / scale) + zero, 0.0F, static_cast<float>(kMaxCode));
}

struct Row {
    Row(Index n, Index width) : weights(randomMatrix(1, n, 31)), group_size(width) {
        const Index step = width > 0 ? width : std::max<Index>(n, 1);
        for (Index first = 0; first < n; first += step) {
            const auto group = weights.row(0).segment(first, std::min(step, n - first));
            // The symmetric grid of the published code: its ends lie on ties, where only a true division rounds as defined.
            scale.push_back(2.0F * group.cwiseAbs().maxCoeff() / static_cast<float>(kMaxCode));
            zero.push_back(8.0F);
            lowest.push_back(group.minCoeff());
            highest.push_back(group.maxCoeff());
        }
    }
    [[nodiscard]] std::span<const float> span() const { return {weights.data(), static_cast<std::size_t>(weights.size())}; }
    [[nodiscard]] std::size_t groupOf(Index i) const { return group_size > 0 ? static_cast<std::size_t>(i / group_size) : 0; }

    Matrix weights;
    Index group_size;
    std::vector<float> scale, zero, lowest, highest;
};

}  // namespace

class TestRound : public QObject {
    Q_OBJECT

private slots:
    void everyFormEqualsTheDefinitionBitForBit_data();
    void everyFormEqualsTheDefinitionBitForBit();
    void tiesGoToTheEvenCode();
    void roundTripWorksInPlace();
    void scaledFormsEqualTheDefinitionBitForBit();
};

void TestRound::everyFormEqualsTheDefinitionBitForBit_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("group_size");
    for (const int n : {0, 1, 3, 16, 17, 100, 4096}) {
        for (const int group_size : {-1, 1, 32, 33, 128}) QTest::addRow("%d weights, groups of %d", n, group_size) << n << group_size;
    }
}

void TestRound::everyFormEqualsTheDefinitionBitForBit() {
    QFETCH(int, n);
    QFETCH(int, group_size);
    const Row row(n, group_size);
    const auto size = static_cast<std::size_t>(n);
    forEachTarget([&] {
        std::vector<float> lowest(row.scale.size());
        std::vector<float> highest(row.scale.size());
        rangePerGroup(row.span(), group_size, lowest, highest);
        QVERIFY(lowest == row.lowest);
        QVERIFY(highest == row.highest);
        std::vector<std::uint8_t> codes(size);
        std::vector<float> rounded(size);
        std::vector<float> dequantized(size);
        roundRow(row.span(), group_size, row.scale, row.zero, kMaxCode, codes);
        roundTripRow(row.span(), group_size, row.scale, row.zero, kMaxCode, rounded);
        dequantizeRow(codes, group_size, row.scale, row.zero, dequantized);
        for (Index i = 0; i < n; ++i) {
            const auto at = static_cast<std::size_t>(i);
            const std::size_t group = row.groupOf(i);
            const float code = codeOf(row.weights(0, i), row.scale[group], row.zero[group]);
            QCOMPARE(static_cast<float>(codes[at]), code);
            QVERIFY(rounded[at] == row.scale[group] * (code - row.zero[group]));
            QVERIFY(dequantized[at] == rounded[at]);
        }
    });
}

void TestRound::tiesGoToTheEvenCode() {
    std::vector<float> ties;
    for (int i = -20; i < 20; ++i) ties.push_back(static_cast<float>(i) + 0.5F);
    const std::vector<float> one{1.0F};
    const std::vector<float> zero{8.0F};
    forEachTarget([&] {
        std::vector<std::uint8_t> codes(ties.size());
        roundRow(ties, -1, one, zero, kMaxCode, codes);
        for (std::size_t i = 0; i < ties.size(); ++i) {
            if (codes[i] > 0 && codes[i] < kMaxCode) QCOMPARE(codes[i] % 2, 0);
            QCOMPARE(static_cast<float>(codes[i]), codeOf(ties[i], 1.0F, 8.0F));
        }
    });
}

void TestRound::roundTripWorksInPlace() {
    const Row row(1000, 128);
    std::vector<float> separate(1000);
    roundTripRow(row.span(), 128, row.scale, row.zero, kMaxCode, separate);
    std::vector<float> in_place(row.weights.data(), row.weights.data() + 1000);
    roundTripRow(in_place, 128, row.scale, row.zero, kMaxCode, in_place);
    QVERIFY(in_place == separate);
}

void TestRound::scaledFormsEqualTheDefinitionBitForBit() {
    for (const Index n : {1, 16, 17, 300}) {
        const Row row(n, 32);
        const auto size = static_cast<std::size_t>(n);
        Matrix up = randomMatrix(1, n, 33).cwiseAbs().array() + 0.5F;
        const Matrix down = up.cwiseInverse();
        const Matrix scaled = row.weights.cwiseProduct(up);
        const std::span<const float> column_scale(up.data(), size);
        forEachTarget([&] {
            std::vector<float> lowest(row.scale.size());
            std::vector<float> highest(row.scale.size());
            scaledRangePerGroup(row.span(), column_scale, 32, lowest, highest);
            for (std::size_t group = 0; group < lowest.size(); ++group) {
                const auto first = static_cast<Index>(group) * 32;
                const auto values = scaled.row(0).segment(first, std::min<Index>(32, n - first));
                QCOMPARE(lowest[group], values.minCoeff());
                QCOMPARE(highest[group], values.maxCoeff());
            }
            std::vector<float> error(size);
            scaledRoundingError(row.span(), column_scale, {down.data(), size}, 32, row.scale, row.zero, kMaxCode, error);
            for (Index i = 0; i < n; ++i) {
                const std::size_t group = row.groupOf(i);
                const float code = codeOf(scaled(0, i), row.scale[group], row.zero[group]);
                const float rounded = row.scale[group] * (code - row.zero[group]);
                QCOMPARE(error[static_cast<std::size_t>(i)], row.weights(0, i) - rounded * down(0, i));
            }
        });
    }
}

QTEST_APPLESS_MAIN(TestRound)
#include "tst_round.moc"
