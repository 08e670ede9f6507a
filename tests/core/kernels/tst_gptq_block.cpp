#include <QTest>

#include "core/kernels/cholesky.h"
#include "core/kernels/gptq_block.h"
#include "tests/core/kernels/matrices.h"
#include "tests/core/kernels/targets.h"

using namespace salient;

namespace {

struct Outcome {
    Matrix difference;
    CodeMatrix codes;
    std::vector<double> loss;
};

template <typename Kernel>
Outcome run(const GptqBlock& block, Kernel kernel) {
    const Index n = block.weight.rows();
    Outcome outcome{Matrix(n, block.weight.cols()), CodeMatrix(n, block.weight.cols()), std::vector<double>(static_cast<std::size_t>(n))};
    kernel(block, outcome.difference, outcome.codes, outcome.loss);
    return outcome;
}

/// A block in which every number is a small multiple of a power of two, so that any order of summation gives the same bits.
struct ExactCase {
    ExactCase(Index n, Index rows, std::uint32_t seed) : factor(n, n), weight(n, rows), correction(n, rows), scale(2, rows), zero(2, rows) {
        std::mt19937 generator(seed);
        const auto whole = [&](int low, int high) { return static_cast<float>(std::uniform_int_distribution<int>(low, high)(generator)); };
        factor.setConstant(std::numeric_limits<float>::quiet_NaN());  // below the diagonal nothing may be read
        for (Index i = 0; i < n; ++i) {
            factor(i, i) = std::exp2(whole(0, 2));
            for (Index j = i + 1; j < n; ++j) factor(i, j) = whole(-1, 1);
        }
        weight = Matrix::NullaryExpr(n, rows, [&] { return whole(-64, 64) / 8.0F; });
        correction = Matrix::NullaryExpr(n, rows, [&] { return whole(-64, 64) / 8.0F; });
        scale = Matrix::NullaryExpr(2, rows, [&] { return std::exp2(whole(-1, 1)); });
        zero = Matrix::NullaryExpr(2, rows, [&] { return whole(0, 15); });
        for (Index j = 0; j < n; ++j) grid_of_column.push_back(j < n / 2 ? 0 : 1);
    }
    [[nodiscard]] GptqBlock block() const { return {factor, weight, correction, scale, zero, grid_of_column, {}, 15}; }

    Matrix factor, weight, correction, scale, zero;
    std::vector<std::int32_t> grid_of_column;
};

}  // namespace

class TestGptqBlock : public QObject {
    Q_OBJECT

private slots:
    void equalsTheDefinitionBitForBit_data() { tiles(); }
    void equalsTheDefinitionBitForBit();
    void viewsWithGapsGiveTheSame();
    void keptColumnsTakeTheirUpdatedValue();
    void resultDoesNotDependOnTheTile();
    void staysCloseToDoublePrecision();
    void updatedColumnsAreWeightPlusCorrectionTimesInverse();
    void updatedColumnsEqualTheDefinitionBitForBit_data() { tiles(); }
    void updatedColumnsEqualTheDefinitionBitForBit();
    void rangesEqualTheDefinition_data() { tiles(); }
    void rangesEqualTheDefinition();

private:
    static void tiles() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("rows");
        for (const int n : {1, 2, 7, 8, 9, 16, 24}) {
            for (const int rows : {1, 3, 15, 16, 17, 32, 64, 77}) QTest::addRow("%d columns, %d rows", n, rows) << n << rows;
        }
    }
};

void TestGptqBlock::equalsTheDefinitionBitForBit() {
    QFETCH(int, n);
    QFETCH(int, rows);
    const ExactCase exact(n, rows, 11);
    for (const int least_code : {0, 1}) {
        GptqBlock block = exact.block();
        block.code_range = {least_code, 15};
        const Outcome plain = run(block, gptqRoundBlockPlain);
        QVERIFY(int(plain.codes.minCoeff()) >= least_code);
        forEachTarget([&] {
            const Outcome fast = run(block, gptqRoundBlock);
            QVERIFY(fast.codes == plain.codes);
            QVERIFY(fast.difference == plain.difference);
            for (std::size_t j = 0; j < plain.loss.size(); ++j) {
                QVERIFY(std::abs(fast.loss[j] - plain.loss[j]) <= 16.0 * kEpsilon * plain.loss[j]);
            }
        });
    }
}

void TestGptqBlock::viewsWithGapsGiveTheSame() {
    for (const Index rows : {5, 32, 37}) {
        const ExactCase exact(13, rows, 23);
        const Outcome plain = run(exact.block(), gptqRoundBlockPlain);
        Embedded factor(exact.factor);
        Embedded weight(exact.weight);
        Embedded correction(exact.correction);
        Embedded scale(exact.scale);
        Embedded zero(exact.zero);
        const GptqBlock block{factor.view(), weight.view(), correction.view(), scale.view(), zero.view(), exact.grid_of_column, {}, 15};
        forEachTarget([&] {
            for (const auto kernel : {gptqRoundBlock, gptqRoundBlockPlain}) {
                Embedded difference(Matrix::Zero(13, rows));
                CodeMatrix codes = CodeMatrix::Constant(17, rows + 9, 99);
                std::vector<double> loss(13);
                kernel(block, difference.view(), codes.block(2, 3, 13, rows), loss);
                QVERIFY(Matrix(difference.view()) == plain.difference);
                QVERIFY(difference.isIntactAround());
                QVERIFY(codes.block(2, 3, 13, rows) == plain.codes);
                codes.block(2, 3, 13, rows).setConstant(99);
                QVERIFY((codes.array() == 99).all());
            }
        });
    }
}

void TestGptqBlock::keptColumnsTakeTheirUpdatedValue() {
    const ExactCase exact(16, 20, 12);
    std::vector<std::uint8_t> keep(16);
    keep[3] = keep[15] = 1;
    GptqBlock block = exact.block();
    block.keep = keep;
    const Outcome fast = run(block, gptqRoundBlock);
    const Outcome plain = run(block, gptqRoundBlockPlain);
    QVERIFY(fast.codes == plain.codes);
    QVERIFY(fast.difference == plain.difference);
    QCOMPARE(fast.loss[3], 0.0);
    QCOMPARE(fast.loss[15], 0.0);
    QVERIFY(fast.loss[4] > 0.0);
}

void TestGptqBlock::resultDoesNotDependOnTheTile() {
    const Index n = 128;
    const Index rows = 80;
    const Matrix factor = reversedFactor(randomHessian(n, 13));
    const Matrix weight = randomMatrix(n, rows, 14);
    const Matrix correction = randomMatrix(n, rows, 15);
    const Matrix scale = Matrix::Constant(1, rows, 0.3F);
    const Matrix zero = Matrix::Constant(1, rows, 8.0F);
    const std::vector<std::int32_t> grids(static_cast<std::size_t>(n));
    const Outcome whole = run({factor, weight, correction, scale, zero, grids, {}, 15}, gptqRoundBlock);
    for (const Index first : {0, 1, 40, 79}) {
        const Index count = std::min<Index>(rows - first, 21);
        const Outcome part = run({factor,
                                  weight.middleCols(first, count),
                                  correction.middleCols(first, count),
                                  scale.middleCols(first, count),
                                  zero.middleCols(first, count),
                                  grids,
                                  {},
                                  15},
                                 gptqRoundBlock);
        QVERIFY(part.codes == whole.codes.middleCols(first, count));
        QVERIFY(part.difference == whole.difference.middleCols(first, count));
    }
}

// Where no code is decided by less than the rounding of a float32 sum, codes are those of double precision.
void TestGptqBlock::staysCloseToDoublePrecision() {
    const Index n = 128;
    const Index rows = 48;
    const Matrix factor = reversedFactor(randomHessian(n, 16));
    const Matrix weight = randomMatrix(n, rows, 17);
    const Matrix correction = randomMatrix(n, rows, 18);
    const Matrix scale = Matrix::Constant(1, rows, 0.25F);
    const Matrix zero = Matrix::Constant(1, rows, 8.0F);
    const std::vector<std::int32_t> grids(static_cast<std::size_t>(n));
    const Outcome fast = run({factor, weight, correction, scale, zero, grids, {}, 15}, gptqRoundBlock);
    int n_compared = 0;
    for (Index row = 0; row < rows; ++row) {
        std::vector<double> d(static_cast<std::size_t>(n));
        for (Index j = 0; j < n; ++j) {
            double sum = static_cast<double>(correction(j, row));
            double magnitude = std::abs(sum);
            for (Index i = 0; i < j; ++i) {
                const double term = d[static_cast<std::size_t>(i)] * static_cast<double>(factor(i, j));
                sum += term;
                magnitude += std::abs(term);
            }
            const double diagonal = static_cast<double>(factor(j, j));
            const double w = static_cast<double>(weight(j, row));
            const double steps = (w + sum / diagonal) / 0.25;
            const double margin = std::abs(std::abs(steps - std::floor(steps)) - 0.5);
            if (margin < 8.0 * kEpsilon * (std::abs(steps) + magnitude / diagonal / 0.25 * static_cast<double>(j + 1))) break;
            const double code = std::clamp(std::nearbyint(steps) + 8.0, 0.0, 15.0);
            QCOMPARE(static_cast<double>(fast.codes(j, row)), code);
            d[static_cast<std::size_t>(j)] = w - 0.25 * (code - 8.0);
            ++n_compared;
        }
    }
    QVERIFY(n_compared > rows * n * 9 / 10);
}

void TestGptqBlock::updatedColumnsAreWeightPlusCorrectionTimesInverse() {
    const Index n = 100;
    const Index rows = 37;
    const Matrix factor = reversedFactor(randomHessian(n, 19));
    const Matrix weight = randomMatrix(n, rows, 20);
    const Matrix correction = randomMatrix(n, rows, 21);
    Matrix updated(n, rows);
    gptqUpdatedColumns(factor, weight, correction, updated);
    const MatrixD x = (updated - weight).cast<double>();
    const MatrixD back = factor.cast<double>().transpose() * x;
    const double bound = 8.0 * std::sqrt(n) * kEpsilon * factor.cast<double>().norm() * updated.cast<double>().norm();
    QVERIFY((back - correction.cast<double>()).norm() <= bound);
}

// W and S = X·R are whole numbers, and so is W + X.
void TestGptqBlock::updatedColumnsEqualTheDefinitionBitForBit() {
    QFETCH(int, n);
    QFETCH(int, rows);
    const Matrix factor = exactFactor(n, 24);
    const Matrix weight = randomIntegers(n, rows, -8, 8, 25);
    const Matrix change = randomIntegers(n, rows, -8, 8, 26);
    const Matrix correction = factor.transpose() * change;
    Matrix plain(n, rows);
    gptqUpdatedColumnsPlain(factor, weight, correction, plain);
    QVERIFY(plain == weight + change);
    forEachTarget([&] {
        Matrix compact(n, rows);
        gptqUpdatedColumns(factor, weight, correction, compact);
        QVERIFY(compact == plain);
        Embedded gapped_factor(factor);
        Embedded gapped_weight(weight);
        Embedded gapped_correction(correction);
        Embedded gapped(Matrix::Zero(n, rows));
        gptqUpdatedColumns(gapped_factor.view(), gapped_weight.view(), gapped_correction.view(), gapped.view());
        QVERIFY(Matrix(gapped.view()) == plain);
        QVERIFY(gapped.isIntactAround());
    });
}

void TestGptqBlock::rangesEqualTheDefinition() {
    QFETCH(int, n);
    QFETCH(int, rows);
    const Matrix tile = randomMatrix(n, rows, 22);
    Embedded gapped(tile);
    const auto size = static_cast<std::size_t>(rows);
    std::vector<float> plain_lowest(size);
    std::vector<float> plain_highest(size);
    rangeOverColumnsPlain(tile, plain_lowest, plain_highest);
    for (Index row = 0; row < rows; ++row) {
        QVERIFY(plain_lowest[static_cast<std::size_t>(row)] == tile.col(row).minCoeff());
        QVERIFY(plain_highest[static_cast<std::size_t>(row)] == tile.col(row).maxCoeff());
    }
    std::vector<float> lowest(size);
    std::vector<float> highest(size);
    rangeOverColumns(tile, lowest, highest);
    QVERIFY(lowest == plain_lowest && highest == plain_highest);
    rangeOverColumns(gapped.view(), lowest, highest);
    QVERIFY(lowest == plain_lowest && highest == plain_highest);
    rangeOverColumns(tile.topRows(0), lowest, highest);
    rangeOverColumnsPlain(tile.topRows(0), lowest, highest);
    QVERIFY(lowest == plain_lowest && highest == plain_highest);
}

QTEST_APPLESS_MAIN(TestGptqBlock)
#include "tst_gptq_block.moc"
