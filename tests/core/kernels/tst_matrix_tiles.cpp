#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/kernels/matrix_tiles.h"
#include "core/tensor/float16.h"
#include "tests/core/kernels/matrices.h"

using namespace salient;

namespace {

using Side = TileOperand::Side;
using Terms = TileOperand::Terms;

MatrixD oriented(const Matrix& m, bool transpose) { return transpose ? MatrixD(m.cast<double>().transpose()) : MatrixD(m.cast<double>()); }

/// An operand packed by the definition.
TileOperand packedPlain(Side side, Terms terms, MatrixView m, bool inner_in_rows) {
    TileOperand operand(side, terms);
    operand.packPlain(m, inner_in_rows);
    return operand;
}

/// Whether two operands hold the same bits, edges included.
bool haveSameBits(const TileOperand& a, const TileOperand& b) {
    if (a.outer() != b.outer() || a.inner() != b.inner() || a.terms() != b.terms()) return false;
    for (Index term = 0; term < a.terms(); ++term) {
        for (Index strip = 0; strip < a.strips(); ++strip) {
            for (Index block = 0; block < a.blocks(); ++block) {
                const std::uint16_t* values = a.block(term, strip, block);
                if (!std::equal(values, values + kStripWidth * kStripBlock, b.block(term, strip, block))) return false;
            }
        }
    }
    return true;
}

/// All values of a term, without the edges.
MatrixD termOf(const TileOperand& operand, Index term) {
    MatrixD values(operand.outer(), operand.inner());
    for (Index i = 0; i < values.rows(); ++i) {
        for (Index l = 0; l < values.cols(); ++l) values(i, l) = static_cast<double>(operand.value(term, i, l));
    }
    return values;
}

Matrix product(const Matrix& a, bool transpose_a, const Matrix& b, bool transpose_b, Terms terms) {
    TileOperand left(Side::Left, terms);
    TileOperand right(Side::Right, terms);
    left.pack(a, transpose_a);
    right.pack(b, !transpose_b);
    Matrix c(left.outer(), right.outer());
    multiplyStripRange(left, 0, right, 0, c, 1.0F, 0.0F);
    return c;
}

}  // namespace

class TestMatrixTiles : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void termsAddUpToTheFloat();
    void plainProductIsThatOfSixPairsOfTerms();
    void packingEqualsTheDefinition_data();
    void packingEqualsTheDefinition();
    void productsEqualTheDefinition_data() { sizes(); }
    void productsEqualTheDefinition();
    void stripsEqualTheDefinition();
    void vectorsTakeTheLeftOperandInEitherOrder();
    void lowerFormsEqualTheDefinition_data();
    void lowerFormsEqualTheDefinition();
    void threeTermsGiveAFloat32Product_data() { sizes(); }
    void threeTermsGiveAFloat32Product();
    void oneTermIsTheProductOfRoundedOperands();
    void productsOfSmallIntegersAreExact();
    void stripsStartWhereTheyAreAskedTo();
    void betaZeroOverwritesNaN();
    void whatIsNotFiniteStaysSo();

private:
    static void sizes() {
        QTest::addColumn<int>("m");
        QTest::addColumn<int>("k");
        QTest::addColumn<int>("n");
        const int all[][3] = {{1, 1, 1}, {16, 32, 16}, {17, 33, 15}, {32, 64, 32}, {33, 31, 65}, {70, 1100, 40}, {5, 2100, 100}};
        for (const auto& s : all) QTest::addRow("%d x %d x %d", s[0], s[1], s[2]) << s[0] << s[1] << s[2];
    }
};

void TestMatrixTiles::initTestCase() {
    if (!hasBFloat16Products()) QSKIP("this processor multiplies no bfloat16 values");
}

// What value() says of a packed operand, against the matrix itself: one term is its bfloat16, three are all of it, and edges are zero.
void TestMatrixTiles::termsAddUpToTheFloat() {
    const Matrix m = randomMatrix(45, 70, 11);
    for (const Side side : {Side::Left, Side::Right}) {
        for (const bool inner_in_rows : {false, true}) {
            const TileOperand one = packedPlain(side, Terms::One, m, inner_in_rows);
            const TileOperand three = packedPlain(side, Terms::Three, m, inner_in_rows);
            const Matrix values = inner_in_rows ? Matrix(m.transpose()) : m;
            QCOMPARE(three.outer(), values.rows());
            QCOMPARE(three.inner(), values.cols());
            for (Index outer = 0; outer < three.strips() * kStripWidth; ++outer) {
                for (Index inner = 0; inner < three.blocks() * kStripBlock; ++inner) {
                    const bool is_edge = outer >= values.rows() || inner >= values.cols();
                    const float expected = is_edge ? 0.0F : values(outer, inner);
                    QVERIFY(one.value(0, outer, inner) == fromBFloat16(toBFloat16(expected)));
                    QVERIFY(three.value(0, outer, inner) == one.value(0, outer, inner));
                    QVERIFY(three.value(0, outer, inner) + (three.value(1, outer, inner) + three.value(2, outer, inner)) == expected);
                }
            }
        }
    }
}

void TestMatrixTiles::plainProductIsThatOfSixPairsOfTerms() {
    const Matrix a = randomMatrix(20, 40, 13);
    const Matrix b = randomMatrix(35, 40, 14);
    const TileOperand left = packedPlain(Side::Left, Terms::Three, a, false);
    const TileOperand right = packedPlain(Side::Right, Terms::Three, b, false);
    MatrixD sum = MatrixD::Zero(20, 35);
    const Index pairs[][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 2}, {2, 0}};
    for (const auto& pair : pairs) sum += termOf(left, pair[0]) * termOf(right, pair[1]).transpose();
    const Matrix before = randomMatrix(20, 35, 15);
    const MatrixD expected = 0.5 * sum + 2.0 * before.cast<double>();
    Matrix c = before;
    multiplyStripRangePlain(left, 0, right, 0, c, 0.5F, 2.0F);
    QVERIFY((c.cast<double>() - expected).norm() <= 2.0 * kEpsilon * expected.norm());
    // And so it is the product of the floats themselves, to float32 grade.
    Matrix whole = Matrix::Constant(20, 35, std::numeric_limits<float>::quiet_NaN());
    multiplyStripRangePlain(left, 0, right, 0, whole, 1.0F, 0.0F);
    const MatrixD exact = a.cast<double>() * b.cast<double>().transpose();
    QVERIFY((whole.cast<double>() - exact).norm() <= 2.0 * kEpsilon * (exact.norm() + a.norm() * b.norm()));
}

void TestMatrixTiles::packingEqualsTheDefinition_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    const int all[][2] = {{1, 1}, {1, 33}, {33, 1}, {15, 17}, {16, 32}, {31, 64}, {32, 31}, {65, 100}, {130, 130}};
    for (const auto& s : all) QTest::addRow("%d x %d", s[0], s[1]) << s[0] << s[1];
}

void TestMatrixTiles::packingEqualsTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, cols);
    Matrix m = randomMatrix(rows, cols, 12);
    m(rows - 1, cols - 1) = -0x1p-126F;
    m(0, 0) = 0x1p-130F;  // counts as zero
    Embedded gapped(m);
    for (const Side side : {Side::Left, Side::Right}) {
        for (const Terms terms : {Terms::One, Terms::Three}) {
            for (const bool inner_in_rows : {false, true}) {
                const TileOperand plain = packedPlain(side, terms, m, inner_in_rows);
                TileOperand packed(side, terms);
                packed.pack(m, inner_in_rows);
                QVERIFY(haveSameBits(packed, plain));
                packed.packAlone(gapped.view(), inner_in_rows);
                QVERIFY(haveSameBits(packed, plain));
                TileOperand by_strips(side, terms);
                by_strips.resize(plain.outer(), plain.inner());
                for (Index strip = 0; strip < plain.strips(); ++strip) {
                    const Index first = strip * kStripWidth;
                    const Index width = std::min(kStripWidth, plain.outer() - first);
                    const Matrix values = inner_in_rows ? Matrix(m.middleCols(first, width)) : Matrix(m.middleRows(first, width));
                    by_strips.packStrip(strip, values, inner_in_rows);
                }
                QVERIFY(haveSameBits(by_strips, plain));
            }
        }
    }
}

void TestMatrixTiles::productsEqualTheDefinition() {
    QFETCH(int, m);
    QFETCH(int, k);
    QFETCH(int, n);
    const Matrix a = randomMatrix(m, k, 1);
    const Matrix b = randomMatrix(k, n, 2);
    const Matrix before = randomMatrix(m, n, 3);
    for (const Terms terms : {Terms::One, Terms::Three}) {
        const TileOperand left = packedPlain(Side::Left, terms, a, false);
        const TileOperand right = packedPlain(Side::Right, terms, b, true);
        Matrix plain = before;
        multiplyStripRangePlain(left, 0, right, 0, plain, 0.5F, 2.0F);
        // A random walk of √k roundings, and those of beta · C.
        const double bound = 2.0 * std::sqrt(static_cast<double>(k)) * kEpsilon * a.norm() * b.norm() + 4.0 * kEpsilon * before.norm();
        Matrix compact = before;
        multiplyStripRange(left, 0, right, 0, compact, 0.5F, 2.0F);
        QVERIFY((compact - plain).cast<double>().norm() <= bound);
        Embedded gapped(before);
        multiplyStripRange(left, 0, right, 0, gapped.view(), 0.5F, 2.0F);
        QVERIFY(Matrix(gapped.view()) == compact);
        QVERIFY(gapped.isIntactAround());
    }
}

void TestMatrixTiles::stripsEqualTheDefinition() {
    const Matrix a = randomMatrix(70, 170, 16);
    const Matrix b = randomMatrix(170, 50, 17);
    const double largest = static_cast<double>(a.rowwise().norm().maxCoeff()) * static_cast<double>(b.colwise().norm().maxCoeff());
    const double bound = 2.0 * std::sqrt(170.0) * kEpsilon * (largest + 16.0);
    const Index ranges[][2] = {{0, 6}, {0, 1}, {2, 5}, {3, 3}};
    for (const Terms terms : {Terms::One, Terms::Three}) {
        const TileOperand left = packedPlain(Side::Left, terms, a, false);
        const TileOperand right = packedPlain(Side::Right, terms, b, true);
        for (const auto& range : ranges) {
            StripSums plain;
            for (Index i = 0; i < kStripWidth * kStripWidth; ++i) plain.values[i] = static_cast<float>(i) / 64.0F;
            StripSums fast = plain;
            multiplyStripsPlain(left, 2, right, 1, range[0], range[1], plain);
            {
                const TileUnit unit;
                multiplyStrips(left, 2, right, 1, range[0], range[1], fast, kAheadParts);
            }
            for (Index i = 0; i < kStripWidth * kStripWidth; ++i)
                QVERIFY(std::abs(static_cast<double>(fast.values[i]) - static_cast<double>(plain.values[i])) <= bound);
        }
    }
}

void TestMatrixTiles::vectorsTakeTheLeftOperandInEitherOrder() {
    if (hasMatrixTiles()) QSKIP("tiles read a left operand in one order alone");
    for (const Terms terms : {Terms::One, Terms::Three}) {
        const Matrix x = randomMatrix(75, 70, 31);  // [inner, outer], neither in whole blocks
        TileOperand left(Side::Left, terms);
        TileOperand right(Side::Right, terms);
        left.pack(x, true);
        right.pack(x, true);
        Matrix expected(70, 70);
        Matrix found(70, 70);
        multiplyStripRange(left, 0, right, 0, expected, 1.0F, 0.0F);
        multiplyStripRange(right, 0, right, 0, found, 1.0F, 0.0F);
        QVERIFY(found == expected);
    }
}

void TestMatrixTiles::lowerFormsEqualTheDefinition_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("n");
    for (const int rows : {1, 33, 70}) {
        for (const int n : {1, 31, 32, 33, 130, 200}) QTest::addRow("%d rows of %d", rows, n) << rows << n;
    }
}

void TestMatrixTiles::lowerFormsEqualTheDefinition() {
    QFETCH(int, rows);
    QFETCH(int, n);
    const Matrix d = randomMatrix(rows, n, 18);
    const Matrix h = randomMatrix(n, n, 19);
    for (const Terms terms : {Terms::One, Terms::Three}) {
        const TileOperand left = packedPlain(Side::Left, terms, d, false);
        const TileOperand lower = packedPlain(Side::Right, terms, h, true);
        std::vector<double> plain(static_cast<std::size_t>(rows), 1.0);
        addLowerFormsPlain(left, lower, plain);
        std::vector<double> fast(static_cast<std::size_t>(rows), 1.0);
        addLowerForms(left, lower, fast);
        for (Index i = 0; i < rows; ++i) {
            const auto row = static_cast<std::size_t>(i);
            // √n roundings in each product with a column, √128 in the sums across.
            const double scale = d.row(i).cast<double>().squaredNorm() * h.cast<double>().norm();
            QVERIFY(std::abs(fast[row] - plain[row]) <= 2.0 * (std::sqrt(n) + std::sqrt(128.0)) * kEpsilon * scale);
            if (terms == Terms::One) continue;
            double expected = 1.0;
            for (Index j = 0; j < n; ++j) {
                const Index below = n - j / kStripBlock * kStripBlock;
                const Eigen::RowVectorXd left_part = d.row(i).tail(below).cast<double>();
                const Eigen::VectorXd lower_part = h.col(j).tail(below).cast<double>();
                expected += static_cast<double>(d(i, j)) * left_part.dot(lower_part);
            }
            QVERIFY(std::abs(plain[row] - expected) <= 2.0 * kEpsilon * scale + 1e-12);
        }
    }
}

void TestMatrixTiles::threeTermsGiveAFloat32Product() {
    QFETCH(int, m);
    QFETCH(int, k);
    QFETCH(int, n);
    for (const bool transpose_a : {false, true}) {
        for (const bool transpose_b : {false, true}) {
            const Matrix a = transpose_a ? randomMatrix(k, m, 1) : randomMatrix(m, k, 1);
            const Matrix b = transpose_b ? randomMatrix(n, k, 2) : randomMatrix(k, n, 2);
            const MatrixD a64 = oriented(a, transpose_a);
            const MatrixD b64 = oriented(b, transpose_b);
            const Matrix c = product(a, transpose_a, b, transpose_b, Terms::Three);
            // No worse than a float32 product: a random walk of √k roundings.
            const double bound = 2.0 * std::sqrt(static_cast<double>(k)) * kEpsilon * a64.norm() * b64.norm();
            QVERIFY((c.cast<double>() - a64 * b64).norm() <= bound);
        }
    }
}

void TestMatrixTiles::oneTermIsTheProductOfRoundedOperands() {
    const auto rounded = [](const Matrix& m) { return m.unaryExpr([](float v) { return fromBFloat16(toBFloat16(v)); }).eval(); };
    const Matrix a = randomMatrix(45, 300, 3);
    const Matrix b = randomMatrix(300, 50, 4);
    const MatrixD expected = rounded(a).cast<double>() * rounded(b).cast<double>();
    const Matrix c = product(a, false, b, false, Terms::One);
    QVERIFY((c.cast<double>() - expected).norm() <= 2.0 * std::sqrt(300.0) * kEpsilon * a.norm() * b.norm());
}

// Every value, sum and order of terms is exact: any misplaced element shows.
void TestMatrixTiles::productsOfSmallIntegersAreExact() {
    const auto integers = [](const Matrix& m) { return (8.0F * m).array().round().matrix().eval(); };
    const Matrix a = integers(randomMatrix(67, 129, 5));
    const Matrix b = integers(randomMatrix(129, 35, 6));
    for (const Terms terms : {Terms::One, Terms::Three}) {
        QVERIFY(product(a, false, b, false, terms) == a * b);
        QVERIFY(product(a.transpose(), true, b.transpose(), true, terms) == a * b);
    }
}

void TestMatrixTiles::stripsStartWhereTheyAreAskedTo() {
    const Matrix a = randomMatrix(100, 70, 7);
    const Matrix b = randomMatrix(70, 130, 8);
    TileOperand left(Side::Left, Terms::Three);
    TileOperand right(Side::Right, Terms::Three);
    left.pack(a, false);
    right.pack(b, true);
    Matrix whole(100, 130);
    multiplyStripRange(left, 0, right, 0, whole, 2.0F, 0.0F);
    Matrix part = Matrix::Constant(36, 50, 3.0F);
    multiplyStripRange(left, 2, right, 1, part, 2.0F, 1.0F);
    QVERIFY((part.array() - 3.0F).matrix().isApprox(whole.block(64, 32, 36, 50), 1e-5F));
}

void TestMatrixTiles::betaZeroOverwritesNaN() {
    const Matrix a = randomMatrix(40, 40, 9);
    TileOperand left(Side::Left, Terms::One);
    TileOperand right(Side::Right, Terms::One);
    left.pack(a, false);
    right.pack(a, true);
    Matrix c = Matrix::Constant(40, 40, std::numeric_limits<float>::quiet_NaN());
    multiplyStripRange(left, 0, right, 0, c, 1.0F, 0.0F);
    QVERIFY(c.allFinite());
}

void TestMatrixTiles::whatIsNotFiniteStaysSo() {
    for (const float damage : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        Matrix a = Matrix::Ones(1, 4);
        a(0, 2) = damage;
        for (const Terms terms : {Terms::One, Terms::Three})
            QVERIFY(!std::isfinite(product(a, false, Matrix::Ones(4, 1), false, terms)(0, 0)));
    }
}

QTEST_APPLESS_MAIN(TestMatrixTiles)
#include "tst_matrix_tiles.moc"
