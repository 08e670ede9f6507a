#include <QtTest>

#include "core/kernels/matrix_tiles.h"
#include "core/tensor/float16.h"
#include "tests/core/kernels/matrices.h"

using namespace salient;

namespace {

using Side = TileOperand::Side;
using Terms = TileOperand::Terms;

MatrixD oriented(const Matrix& m, bool transpose) { return transpose ? MatrixD(m.cast<double>().transpose()) : MatrixD(m.cast<double>()); }

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
    void threeTermsGiveAFloat32Product_data();
    void threeTermsGiveAFloat32Product();
    void oneTermIsTheProductOfRoundedOperands();
    void productsOfSmallIntegersAreExact();
    void stripsStartWhereTheyAreAskedTo();
    void betaZeroOverwritesNaN();
    void whatIsNotFiniteStaysSo();
};

void TestMatrixTiles::initTestCase() {
    if (!hasBFloat16Products()) QSKIP("this processor multiplies no bfloat16 values");
}

void TestMatrixTiles::threeTermsGiveAFloat32Product_data() {
    QTest::addColumn<int>("m");
    QTest::addColumn<int>("k");
    QTest::addColumn<int>("n");
    const int sizes[][3] = {{1, 1, 1}, {16, 32, 16}, {17, 33, 15}, {32, 64, 32}, {33, 31, 65}, {70, 1100, 40}, {5, 2100, 100}};
    for (const auto& s : sizes) QTest::addRow("%d x %d x %d", s[0], s[1], s[2]) << s[0] << s[1] << s[2];
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
