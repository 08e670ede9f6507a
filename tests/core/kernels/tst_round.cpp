#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/kernels/round.h"
#include "core/kernels/rounding_norm.h"
#include "tests/core/kernels/matrices.h"
#include "tests/core/kernels/targets.h"

using namespace salient;

namespace {

constexpr int kMaxCode = 15;

/// A row with a grid per group.
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
    [[nodiscard]] std::size_t groupOf(std::size_t i) const { return group_size > 0 ? i / static_cast<std::size_t>(group_size) : 0; }

    Matrix weights;
    Index group_size;
    std::vector<float> scale, zero, lowest, highest;
};

std::span<const float> spanOf(const Matrix& row) { return {row.data(), static_cast<std::size_t>(row.size())}; }

}  // namespace

class TestRound : public QObject {
    Q_OBJECT

private slots:
    void definitionRoundsAsWorkedByHand();
    void definitionRoundsToTheNearest_data() { rows(); }
    void definitionRoundsToTheNearest();
    void everyFormEqualsTheDefinitionBitForBit_data() { rowsAndRanges(); }
    void everyFormEqualsTheDefinitionBitForBit();
    void scaledFormsEqualTheDefinitionBitForBit_data() { rowsAndRanges(); }
    void scaledFormsEqualTheDefinitionBitForBit();
    void tiesGoToTheEvenCode();
    void roundTripWorksInPlace();
    void bytesEqualTheDefinition_data();
    void bytesEqualTheDefinition();
    void normOfRoundingEqualsTheDefinition_data() { rows(); }
    void normOfRoundingEqualsTheDefinition();
    void normOfRoundingIsZeroOnTheGrid();

private:
    static void rows() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("group_size");
        for (const int n : {0, 1, 3, 16, 17, 100, 4096}) {
            for (const int group_size : {-1, 1, 32, 33, 128}) QTest::addRow("%d weights, groups of %d", n, group_size) << n << group_size;
        }
    }
    static void rowsAndRanges() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("group_size");
        QTest::addColumn<int>("least_code");
        for (const int n : {0, 1, 3, 16, 17, 100, 4096}) {
            for (const int group_size : {-1, 1, 32, 33, 128}) {
                for (const int least_code : {0, 1})
                    QTest::addRow("%d weights, groups of %d, codes from %d", n, group_size, least_code) << n << group_size << least_code;
            }
        }
    }
};

// Two groups of two, the last of one; scales 1, 0.5 and 2, zero points 8, 0 and 15.
void TestRound::definitionRoundsAsWorkedByHand() {
    const std::vector<float> row{-1.0F, 2.5F, 1.3F, 100.0F, -31.0F};
    const std::vector<float> scale{1.0F, 0.5F, 2.0F};
    const std::vector<float> zero{8.0F, 0.0F, 15.0F};
    std::vector<std::uint8_t> codes(5);
    roundRowPlain(row, 2, scale, zero, kMaxCode, codes);
    QVERIFY(codes == (std::vector<std::uint8_t>{7, 10, 3, 15, 0}));
    std::vector<std::uint8_t> from_one(5);
    roundRowPlain(row, 2, scale, zero, {1, kMaxCode}, from_one);
    QVERIFY(from_one == (std::vector<std::uint8_t>{7, 10, 3, 15, 1}));
    std::vector<float> rounded(5);
    roundTripRowPlain(row, 2, scale, zero, kMaxCode, rounded);
    QVERIFY(rounded == (std::vector<float>{-1.0F, 2.0F, 1.5F, 7.5F, -30.0F}));
    std::vector<float> dequantized(5);
    dequantizeRowPlain(codes, 2, scale, zero, dequantized);
    QVERIFY(dequantized == rounded);
    const std::vector<float> up{2.0F, 1.0F, 1.0F, 1.0F, 0.5F};
    const std::vector<float> down{0.5F, 1.0F, 1.0F, 1.0F, 2.0F};
    std::vector<float> error(5);
    scaledRoundingErrorPlain(row, up, down, 2, scale, zero, kMaxCode, error);
    // 2·(−1) → −2; 2.5 → 2; 1.3 → 1.5; 100 → 7.5; −15.5, in steps of 2 −7.75 → −16, twice that −32.
    QVERIFY(error == (std::vector<float>{0.0F, 0.5F, 1.3F - 1.5F, 92.5F, 1.0F}));
    std::vector<float> lowest(3);
    std::vector<float> highest(3);
    scaledRangePerGroupPlain(row, up, 2, lowest, highest);
    QVERIFY(lowest == (std::vector<float>{-2.0F, 1.3F, -15.5F}));
    QVERIFY(highest == (std::vector<float>{2.5F, 100.0F, -15.5F}));
    std::vector<std::int8_t> bytes(5);
    roundRowToInt8Plain(row, 0.2F, bytes);
    QVERIFY(bytes == (std::vector<std::int8_t>{-5, 12, 6, 127, -127}));
}

// Within the range of its grid a weight moves by half a step at most, but for the rounding of floats.
void TestRound::definitionRoundsToTheNearest() {
    QFETCH(int, n);
    QFETCH(int, group_size);
    const Row row(n, group_size);
    std::vector<float> lowest(row.scale.size());
    std::vector<float> highest(row.scale.size());
    rangePerGroupPlain(row.span(), group_size, lowest, highest);
    QVERIFY(lowest == row.lowest);
    QVERIFY(highest == row.highest);
    std::vector<float> rounded(row.span().size());
    roundTripRowPlain(row.span(), group_size, row.scale, row.zero, kMaxCode, rounded);
    for (std::size_t i = 0; i < rounded.size(); ++i) {
        const auto scale = static_cast<double>(row.scale[row.groupOf(i)]);
        const auto weight = static_cast<double>(row.span()[i]);
        QVERIFY(std::abs(static_cast<double>(rounded[i]) - weight) <= 0.5 * scale + 4.0 * kEpsilon * std::abs(weight));
    }
}

void TestRound::everyFormEqualsTheDefinitionBitForBit() {
    QFETCH(int, n);
    QFETCH(int, group_size);
    QFETCH(int, least_code);
    const CodeRange range(least_code, kMaxCode);
    const Row row(n, group_size);
    const auto size = static_cast<std::size_t>(n);
    const std::size_t n_groups = row.scale.size();
    std::vector<float> plain_lowest(n_groups);
    std::vector<float> plain_highest(n_groups);
    rangePerGroupPlain(row.span(), group_size, plain_lowest, plain_highest);
    std::vector<std::uint8_t> plain_codes(size);
    roundRowPlain(row.span(), group_size, row.scale, row.zero, range, plain_codes);
    for (const std::uint8_t code : plain_codes) QVERIFY(code >= least_code && code <= kMaxCode);
    std::vector<float> plain_rounded(size);
    roundTripRowPlain(row.span(), group_size, row.scale, row.zero, range, plain_rounded);
    std::vector<float> plain_dequantized(size);
    dequantizeRowPlain(plain_codes, group_size, row.scale, row.zero, plain_dequantized);
    QVERIFY(plain_dequantized == plain_rounded);
    forEachTarget([&] {
        std::vector<float> lowest(n_groups);
        std::vector<float> highest(n_groups);
        rangePerGroup(row.span(), group_size, lowest, highest);
        QVERIFY(lowest == plain_lowest);
        QVERIFY(highest == plain_highest);
        std::vector<std::uint8_t> codes(size);
        roundRow(row.span(), group_size, row.scale, row.zero, range, codes);
        QVERIFY(codes == plain_codes);
        std::vector<float> rounded(size);
        roundTripRow(row.span(), group_size, row.scale, row.zero, range, rounded);
        QVERIFY(rounded == plain_rounded);
        std::vector<float> dequantized(size);
        dequantizeRow(codes, group_size, row.scale, row.zero, dequantized);
        QVERIFY(dequantized == plain_dequantized);
    });
}

void TestRound::scaledFormsEqualTheDefinitionBitForBit() {
    QFETCH(int, n);
    QFETCH(int, group_size);
    QFETCH(int, least_code);
    const CodeRange range(least_code, kMaxCode);
    const Row row(n, group_size);
    const auto size = static_cast<std::size_t>(n);
    const std::size_t n_groups = row.scale.size();
    const Matrix up = randomMatrix(1, n, 33).cwiseAbs().array() + 0.5F;
    const Matrix down = up.cwiseInverse();
    std::vector<float> plain_lowest(n_groups);
    std::vector<float> plain_highest(n_groups);
    scaledRangePerGroupPlain(row.span(), spanOf(up), group_size, plain_lowest, plain_highest);
    std::vector<float> plain_error(size);
    scaledRoundingErrorPlain(row.span(), spanOf(up), spanOf(down), group_size, row.scale, row.zero, range, plain_error);
    // The definitions, in terms of those of a row that is scaled first.
    const Matrix scaled = row.weights.cwiseProduct(up);
    std::vector<float> lowest_of_scaled(n_groups);
    std::vector<float> highest_of_scaled(n_groups);
    rangePerGroupPlain(spanOf(scaled), group_size, lowest_of_scaled, highest_of_scaled);
    QVERIFY(plain_lowest == lowest_of_scaled);
    QVERIFY(plain_highest == highest_of_scaled);
    Matrix rounded(1, n);
    roundTripRowPlain(spanOf(scaled), group_size, row.scale, row.zero, range, {rounded.data(), size});
    for (Index i = 0; i < n; ++i) QVERIFY(plain_error[static_cast<std::size_t>(i)] == row.weights(0, i) - rounded(0, i) * down(0, i));
    forEachTarget([&] {
        std::vector<float> lowest(n_groups);
        std::vector<float> highest(n_groups);
        scaledRangePerGroup(row.span(), spanOf(up), group_size, lowest, highest);
        QVERIFY(lowest == plain_lowest);
        QVERIFY(highest == plain_highest);
        std::vector<float> error(size);
        scaledRoundingError(row.span(), spanOf(up), spanOf(down), group_size, row.scale, row.zero, range, error);
        QVERIFY(error == plain_error);
    });
}

void TestRound::tiesGoToTheEvenCode() {
    std::vector<float> ties;
    for (int i = -20; i < 20; ++i) ties.push_back(static_cast<float>(i) + 0.5F);
    const std::vector<float> one{1.0F};
    const std::vector<float> zero{8.0F};
    std::vector<std::uint8_t> plain(ties.size());
    roundRowPlain(ties, -1, one, zero, kMaxCode, plain);
    for (const std::uint8_t code : plain) QVERIFY(code % 2 == 0 || code == kMaxCode);
    forEachTarget([&] {
        std::vector<std::uint8_t> codes(ties.size());
        roundRow(ties, -1, one, zero, kMaxCode, codes);
        QVERIFY(codes == plain);
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

void TestRound::bytesEqualTheDefinition_data() {
    QTest::addColumn<int>("n");
    for (const int n : {0, 1, 3, 15, 16, 17, 31, 100, 1025}) QTest::addRow("%d values", n) << n;
}

// Scales under which values are ties, spread over the codes, and clamped.
void TestRound::bytesEqualTheDefinition() {
    QFETCH(int, n);
    const auto size = static_cast<std::size_t>(n);
    const Matrix halves = randomIntegers(1, n, -600, 600, 34) / 2.0F;
    const Matrix values = randomMatrix(1, n, 35);
    forEachTarget([&] {
        for (const auto& [row, scale] : {std::pair{halves, 1.0F}, std::pair{values, 0.03F}, std::pair{values, 0.001F}}) {
            std::vector<std::int8_t> plain(size);
            roundRowToInt8Plain(spanOf(row), scale, plain);
            std::vector<std::int8_t> codes(size);
            roundRowToInt8(spanOf(row), scale, codes);
            QVERIFY(codes == plain);
        }
    });
}

// 64ε are 4e-6: the header's "some 1e-6".
void TestRound::normOfRoundingEqualsTheDefinition() {
    QFETCH(int, n);
    QFETCH(int, group_size);
    const Row row(n, group_size);
    const auto step = static_cast<std::size_t>(std::max(group_size > 0 ? group_size : n, 1));
    forEachTarget([&] {
        for (std::size_t first = 0; first < row.span().size(); first += step) {
            const std::span<const float> group = row.span().subspan(first, std::min(step, row.span().size() - first));
            // Shrunken, so that the largest weights are clamped and moved by many steps.
            for (const float shrink : {1.0F, 0.4F}) {
                const float scale = shrink * row.scale[row.groupOf(first)];
                for (const int least_code : {0, 1}) {
                    const CodeRange range(least_code, kMaxCode);
                    const double plain = quickRoundingNormPlain(group, scale, 8.0F, range);
                    const double quick = quickRoundingNorm(group, scale, 8.0F, range);
                    QVERIFY(std::abs(quick - plain) <= 64.0 * kEpsilon * plain + 1e-16 * static_cast<double>(group.size()));
                }
            }
        }
    });
}

void TestRound::normOfRoundingIsZeroOnTheGrid() {
    const std::vector<float> on_grid{-4.0F, -0.5F, 0.0F, 3.5F};
    const std::vector<float> halfway{0.25F, -0.25F};
    QCOMPARE(quickRoundingNormPlain(on_grid, 0.5F, 8.0F, kMaxCode), 0.0);
    QVERIFY(std::abs(quickRoundingNormPlain(halfway, 0.5F, 8.0F, kMaxCode) - 2.0 * std::pow(0.5, 2.4)) <= 1e-12);
    forEachTarget([&] {
        QVERIFY(quickRoundingNorm(on_grid, 0.5F, 8.0F, kMaxCode) <= 1e-20);
        QVERIFY(std::abs(quickRoundingNorm(halfway, 0.5F, 8.0F, kMaxCode) - 2.0 * std::pow(0.5, 2.4)) <= 1e-6);
    });
}

QTEST_APPLESS_MAIN(TestRound)
#include "tst_round.moc"
