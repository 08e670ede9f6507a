#include <QTest>
#include <cmath>
#include <limits>
#include <vector>

#include "core/kernels/row_math.h"
#include "tests/core/kernels/matrices.h"
#include "tests/core/kernels/targets.h"

using namespace salient;

namespace {

using Row = std::vector<float>;

Row randomRow(int n, std::uint32_t seed) {
    const Matrix values = randomMatrix(1, n, seed);
    return {values.data(), values.data() + n};
}

/// Values from far below to far above zero.
Row spreadRow(int n, std::uint32_t seed) {
    Row row = randomRow(n, seed);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] *= std::exp2(static_cast<float>(i % 12) - 4.0F);
    return row;
}

double magnitude(float value) { return std::abs(static_cast<double>(value)); }

/// Whether every |a − b| stays below the bound of its value.
template <typename Bound>
bool isClose(const Row& a, const Row& b, Bound bound) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!(std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])) <= bound(i))) return false;
    }
    return a.size() == b.size();
}

}  // namespace

class TestRowMath : public QObject {
    Q_OBJECT

private slots:
    void definitionsAreAsWorkedByHand();
    void sumsEqualTheDefinition_data() { lengths(); }
    void sumsEqualTheDefinition();
    void largestEqualsTheDefinition_data() { lengths(); }
    void largestEqualsTheDefinition();
    void powersEqualTheDefinition_data() { lengths(); }
    void powersEqualTheDefinition();
    void rampsEqualTheDefinition_data() { lengths(); }
    void rampsEqualTheDefinition();
    void capsEqualTheDefinition_data() { lengths(); }
    void capsEqualTheDefinition();
    void scalingEqualsTheDefinitionBitForBit_data() { lengths(); }
    void scalingEqualsTheDefinitionBitForBit();
    void normalRowsEqualTheDefinition_data() { lengths(); }
    void normalRowsEqualTheDefinition();
    void activationsEqualTheDefinition_data() { lengths(); }
    void activationsEqualTheDefinition();
    void nothingBehindTheRowIsTouched();

private:
    static void lengths() {
        QTest::addColumn<int>("n");
        for (const int n : {0, 1, 3, 4, 7, 8, 15, 16, 17, 33, 100, 1025}) QTest::addRow("%d", n) << n;
    }
};

void TestRowMath::definitionsAreAsWorkedByHand() {
    const Row row{1.0F, -2.0F, 4.0F};
    QVERIFY(sumOfPlain(row) == 3.0F);
    QVERIFY(sumOfSquaresPlain(row) == 21.0F);
    QVERIFY(sumOfSquaresPlain(row, 1.0F) == 18.0F);
    QVERIFY(largestOfPlain(row) == 4.0F);
    QVERIFY(largestOfPlain({}) == -std::numeric_limits<float>::infinity());
    Row x{2.0F, 2.0F};
    QVERIFY(expInPlacePlain(x, 2.0F) == 2.0F);
    QVERIFY(x == (Row{1.0F, 1.0F}));
    addRampPlain(x, 3.0F, 0.5F);
    QVERIFY(x == (Row{4.0F, 4.5F}));
    scaleInPlacePlain(x, 2.0F);
    QVERIFY(x == (Row{8.0F, 9.0F}));
    Row y(2);
    normalizeRowPlain(x, 7.0F, 0.5F, Row{2.0F, 4.0F}, Row{1.0F, -1.0F}, y);
    QVERIFY(y == (Row{2.0F, 3.0F}));
    normalizeRowPlain(x, 7.0F, 0.5F, Row{2.0F, 4.0F}, {}, y);
    QVERIFY(y == (Row{1.0F, 4.0F}));
    Row capped{0.0F, 1.0F, 1e6F};
    softCapInPlacePlain(capped, 2.0F);
    QVERIFY(isClose(capped, {0.0F, 0.924234315F, 2.0F}, [](std::size_t) { return 1e-7; }));  // 2 tanh ½
    Row silu{0.0F, 1.0F, -1.0F};
    siluInPlacePlain(silu);
    QVERIFY(isClose(silu, {0.0F, 0.731058579F, -0.268941421F}, [](std::size_t) { return 1e-7; }));  // 1 / (1 + 1/e)
    Row gelu{0.0F, 1.0F, -1.0F};
    geluTanhInPlacePlain(gelu);
    QVERIFY(isClose(gelu, {0.0F, 0.841191991F, -0.158808009F}, [](std::size_t) { return 1e-7; }));
}

void TestRowMath::sumsEqualTheDefinition() {
    QFETCH(int, n);
    const Row row = spreadRow(n, 81);
    double total = 0.0;
    double squares = 0.0;
    for (const float x : row) {
        total += magnitude(x);
        squares += magnitude(x - 0.5F) * magnitude(x - 0.5F);
    }
    // √n roundings of what has been summed so far, of the differences and of the squares.
    const double roundings = 2.0 * std::sqrt(n + 4.0) * kEpsilon;
    forEachTarget([&] {
        QVERIFY(magnitude(sumOf(row) - sumOfPlain(row)) <= roundings * total);
        QVERIFY(magnitude(sumOfSquares(row, 0.5F) - sumOfSquaresPlain(row, 0.5F)) <= roundings * squares);
    });
}

void TestRowMath::largestEqualsTheDefinition() {
    QFETCH(int, n);
    const Row row = randomRow(n, 82);
    Row negative = row;
    for (float& x : negative) x = -std::abs(x) - 1.0F;  // what fills up a last vector must not win
    forEachTarget([&] {
        QVERIFY(largestOf(row) == largestOfPlain(row));
        QVERIFY(largestOf(negative) == largestOfPlain(negative));
    });
}

// The difference is a float, off by ε·|x − shift|, and with it the power, relatively; the exponential by two units of its last place.
void TestRowMath::powersEqualTheDefinition() {
    QFETCH(int, n);
    const Row row = randomRow(n, 83);
    Row plain = row;
    const float plain_sum = expInPlacePlain(plain, 3.0F);
    forEachTarget([&] {
        Row fast = row;
        const float sum = expInPlace(fast, 3.0F);
        QVERIFY(isClose(fast, plain, [&](std::size_t i) { return (4.0 + magnitude(row[i] - 3.0F)) * kEpsilon * magnitude(plain[i]); }));
        QVERIFY(magnitude(sum - plain_sum) <= (16.0 + 2.0 * std::sqrt(n)) * kEpsilon * magnitude(plain_sum));
    });
}

void TestRowMath::rampsEqualTheDefinition() {
    QFETCH(int, n);
    const Row row = randomRow(n, 84);
    Row plain = row;
    addRampPlain(plain, -7.25F, 0.3F);
    forEachTarget([&] {
        Row fast = row;
        addRamp(fast, -7.25F, 0.3F);
        QVERIFY(isClose(fast, plain, [&](std::size_t i) {
            return 2.0 * kEpsilon * (magnitude(row[i]) + 2.0 * 7.25 + 2.0 * 0.3 * static_cast<double>(i));
        }));
    });
}

void TestRowMath::capsEqualTheDefinition() {
    QFETCH(int, n);
    const Row row = spreadRow(n, 85);
    Row plain = row;
    softCapInPlacePlain(plain, 5.0F);
    forEachTarget([&] {
        Row fast = row;
        softCapInPlace(fast, 5.0F);
        QVERIFY(isClose(fast, plain, [&](std::size_t i) { return 16.0 * kEpsilon * (magnitude(plain[i]) + 1e-3); }));
    });
}

void TestRowMath::scalingEqualsTheDefinitionBitForBit() {
    QFETCH(int, n);
    const Row row = spreadRow(n, 86);
    Row plain = row;
    scaleInPlacePlain(plain, 0.3F);
    forEachTarget([&] {
        Row fast = row;
        scaleInPlace(fast, 0.3F);
        QVERIFY(fast == plain);
    });
}

void TestRowMath::normalRowsEqualTheDefinition() {
    QFETCH(int, n);
    const Row x = spreadRow(n, 87);
    const Row gain = randomRow(n, 88);
    const Row bias = randomRow(n, 89);
    for (const Row& shift : {bias, Row{}}) {
        Row plain(x.size());
        normalizeRowPlain(x, 0.25F, 1.5F, gain, shift, plain);
        forEachTarget([&] {
            Row fast(x.size());
            normalizeRow(x, 0.25F, 1.5F, gain, shift, fast);
            const auto bound = [&](std::size_t i) {
                const double product = (magnitude(x[i]) + 0.25) * 1.5 * magnitude(gain[i]);
                return 4.0 * kEpsilon * (product + (shift.empty() ? 0.0 : magnitude(shift[i])));
            };
            QVERIFY(isClose(fast, plain, bound));
            Row in_place = x;
            normalizeRow(in_place, 0.25F, 1.5F, gain, shift, in_place);
            QVERIFY(in_place == fast);
        });
    }
}

// Where tanh cancels, far below zero, the error is relative to x, not to the vanishing value.
void TestRowMath::activationsEqualTheDefinition() {
    QFETCH(int, n);
    const Row row = spreadRow(n, 90);
    Row plain_silu = row;
    siluInPlacePlain(plain_silu);
    Row plain_gelu = row;
    geluTanhInPlacePlain(plain_gelu);
    forEachTarget([&] {
        Row silu = row;
        siluInPlace(silu);
        QVERIFY(isClose(silu, plain_silu, [&](std::size_t i) { return 64.0 * kEpsilon * (magnitude(plain_silu[i]) + 1e-6); }));
        Row gelu = row;
        geluTanhInPlace(gelu);
        QVERIFY(isClose(gelu, plain_gelu, [&](std::size_t i) { return 8.0 * kEpsilon * (magnitude(row[i]) + 1e-6); }));
    });
}

void TestRowMath::nothingBehindTheRowIsTouched() {
    forEachTarget([&] {
        for (const std::size_t n : {0U, 1U, 5U, 16U, 19U}) {
            Row x(n + 16, 0.5F);
            Row y(n + 16, 0.5F);
            const std::span<float> row = std::span(x).first(n);
            addRamp(row, 1.0F, 1.0F);
            scaleInPlace(row, 0.5F);
            softCapInPlace(row, 3.0F);
            siluInPlace(row);
            geluTanhInPlace(row);
            static_cast<void>(expInPlace(row, 1.0F));
            normalizeRow(row, 0.0F, 1.0F, Row(n, 1.0F), {}, std::span(y).first(n));
            for (std::size_t i = n; i < n + 16; ++i) QVERIFY(x[i] == 0.5F && y[i] == 0.5F);
        }
    });
}

QTEST_APPLESS_MAIN(TestRowMath)
#include "tst_row_math.moc"
