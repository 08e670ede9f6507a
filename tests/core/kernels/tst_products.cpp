#include <QtTest>

#include "core/error.h"
#include "core/kernels/gemm.h"
#include "core/kernels/gram.h"
#include "core/kernels/layout.h"
#include "core/tensor/float16.h"
#include "tests/core/kernels/matrices.h"

using namespace salient;

namespace {

MatrixD oriented(const Matrix& m, bool transpose) { return transpose ? MatrixD(m.cast<double>().transpose()) : MatrixD(m.cast<double>()); }

Matrix roundedToStored(const Matrix& m) {
    return m.unaryExpr([](float v) { return fromBFloat16(toBFloat16(v)); });
}

/// |error| allowed in a float32 product: √k·ε per entry of |A|·|B|, with a factor for the spread of a random walk.
double productBound(const MatrixD& a, const MatrixD& b) {
    return 4.0 * std::sqrt(static_cast<double>(a.cols()) + 1.0) * kEpsilon * a.norm() * b.norm();
}

}  // namespace

class TestProducts : public QObject {
    Q_OBJECT

private slots:
    void productEqualsTheDefinition_data();
    void productEqualsTheDefinition();
    void zeroBetaOverwritesNaN();
    void emptyInnerSizeScalesTheResult();
    void productReadsAndWritesViewsWithGaps();
    void shapesThatDisagreeAreRefused();
    void bfloat16ProductIsThatOfRoundedOperands();
    void linearAddsTheBias();
    void gramEqualsTheDefinition_data();
    void gramEqualsTheDefinition();
    void gramLeavesTheUpperTilesAlone();
    void gramStaysCloseToDoubleOverManyTokens();
    void mirrorCopiesTheLowerTriangle_data();
    void mirrorCopiesTheLowerTriangle();
    void transposedTileIsTheTranspose();
    void bitsDoNotDependOnThreads();
};

void TestProducts::productEqualsTheDefinition_data() {
    QTest::addColumn<int>("m");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("k");
    const int sizes[][3] = {{1, 1, 1},     {3, 17, 5},     {0, 4, 4},       {4, 0, 4},     {17, 1, 3},
                            {1, 700, 300}, {47, 513, 130}, {260, 1030, 70}, {300, 65, 257}};
    for (const auto& s : sizes) QTest::addRow("%d x %d x %d", s[0], s[1], s[2]) << s[0] << s[1] << s[2];
}

void TestProducts::productEqualsTheDefinition() {
    QFETCH(int, m);
    QFETCH(int, n);
    QFETCH(int, k);
    for (const bool transpose_a : {false, true}) {
        for (const bool transpose_b : {false, true}) {
            const Matrix a = transpose_a ? randomMatrix(k, m, 1) : randomMatrix(m, k, 1);
            const Matrix b = transpose_b ? randomMatrix(n, k, 2) : randomMatrix(k, n, 2);
            const Matrix c = randomMatrix(m, n, 3);
            const MatrixD a64 = oriented(a, transpose_a);
            const MatrixD b64 = oriented(b, transpose_b);
            const MatrixD expected = 0.5 * (a64 * b64) + 2.0 * c.cast<double>();
            const double bound = productBound(a64, b64) + 4.0 * kEpsilon * c.cast<double>().norm();
            Matrix tile = c;
            gemmTile(a, transpose_a, b, transpose_b, tile, 0.5F, 2.0F);
            QVERIFY((tile.cast<double>() - expected).norm() <= bound);
            Matrix whole = c;
            gemm(a, transpose_a, b, transpose_b, whole, 0.5F, 2.0F);
            QVERIFY((whole.cast<double>() - expected).norm() <= bound);
        }
    }
}

void TestProducts::zeroBetaOverwritesNaN() {
    const Matrix a = randomMatrix(64, 200, 4);
    const Matrix b = randomMatrix(200, 600, 5);
    for (const bool whole : {false, true}) {
        Matrix c = Matrix::Constant(64, 600, std::numeric_limits<float>::quiet_NaN());
        if (whole) {
            gemm(a, false, b, false, c);
        } else {
            gemmTile(a, false, b, false, c);
        }
        QVERIFY(c.allFinite());
    }
}

void TestProducts::emptyInnerSizeScalesTheResult() {
    const Matrix c = randomMatrix(3, 4, 6);
    Matrix scaled = c;
    gemm(Matrix(3, 0), false, Matrix(0, 4), false, scaled, 1.0F, 2.0F);
    QVERIFY(scaled == 2.0F * c);
    gemmTile(Matrix(3, 0), false, Matrix(0, 4), false, scaled);
    QVERIFY(scaled == Matrix::Zero(3, 4));
}

void TestProducts::productReadsAndWritesViewsWithGaps() {
    const Matrix a = randomMatrix(90, 300, 7);
    const Matrix b = randomMatrix(250, 700, 8);
    Matrix c = Matrix::Constant(100, 800, 7.0F);
    gemm(a.block(3, 5, 70, 200), false, b.block(1, 2, 200, 600), false, c.block(9, 11, 70, 600));
    Matrix compact(70, 600);
    gemm(Matrix(a.block(3, 5, 70, 200)), false, Matrix(b.block(1, 2, 200, 600)), false, compact);
    QVERIFY(c.block(9, 11, 70, 600) == compact);
    c.block(9, 11, 70, 600).setConstant(7.0F);
    QVERIFY(c == Matrix::Constant(100, 800, 7.0F));
}

void TestProducts::shapesThatDisagreeAreRefused() {
    Matrix c(2, 2);
    QVERIFY_EXCEPTION_THROWN(gemm(Matrix(2, 3), false, Matrix(4, 2), false, c), Error);
    QVERIFY_EXCEPTION_THROWN(gemmTile(Matrix(2, 3), false, Matrix(3, 5), false, c), Error);
    QVERIFY_EXCEPTION_THROWN((void)linear(Matrix(2, 3), Matrix(4, 5)), Error);
    QVERIFY_EXCEPTION_THROWN((void)linear(Matrix(2, 3), Matrix(4, 3), std::vector<float>(3)), Error);
    QVERIFY_EXCEPTION_THROWN(accumulateGram(Matrix(5, 3), 1.0F, c), Error);
}

void TestProducts::bfloat16ProductIsThatOfRoundedOperands() {
    for (const Index m : {5, 130}) {
        const Matrix a = randomMatrix(m, 333, 9);
        const Matrix b = randomMatrix(333, 530, 10);
        const MatrixD a64 = roundedToStored(a).cast<double>();
        const MatrixD b64 = roundedToStored(b).cast<double>();
        Matrix c(m, 530);
        gemm(a, false, b, false, c, 1.0F, 0.0F, Compute::BFloat16);
        QVERIFY((c.cast<double>() - a64 * b64).norm() <= productBound(a64, b64));
    }
}

void TestProducts::linearAddsTheBias() {
    const Matrix x = randomMatrix(70, 90, 11);
    const Matrix w = randomMatrix(600, 90, 12);
    const Matrix bias = randomMatrix(1, 600, 13);
    const MatrixD product = x.cast<double>() * w.cast<double>().transpose();
    const double bound = productBound(x.cast<double>(), w.cast<double>()) + 4.0 * kEpsilon * product.norm();
    QVERIFY((linear(x, w).cast<double>() - product).norm() <= bound);
    const MatrixD shifted = product.rowwise() + bias.row(0).cast<double>();
    QVERIFY((linear(x, w, {bias.data(), 600}).cast<double>() - shifted).norm() <= bound);
}

void TestProducts::gramEqualsTheDefinition_data() {
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("n");
    const int sizes[][2] = {{1, 1}, {3, 17}, {0, 5}, {5, 0}, {70, 129}, {33, 700}, {1100, 260}};
    for (const auto& s : sizes) QTest::addRow("%d tokens, %d channels", s[0], s[1]) << s[0] << s[1];
}

void TestProducts::gramEqualsTheDefinition() {
    QFETCH(int, tokens);
    QFETCH(int, n);
    for (const Compute compute : {Compute::Float32, Compute::BFloat16}) {
        Matrix x = randomMatrix(tokens, n, 14);
        if (compute == Compute::BFloat16) x = roundedToStored(x);  // values that bfloat16 holds exactly: same result either way
        const Matrix before = randomMatrix(n, n, 15);
        Matrix h = before;
        accumulateGram(x, 0.25F, h, compute);
        const MatrixD x64 = x.cast<double>();
        const MatrixD expected = 0.25 * x64.transpose() * x64 + before.cast<double>();
        const double bound = productBound(x64.transpose(), x64) + 8.0 * kEpsilon * before.cast<double>().norm();
        const MatrixD error = (h.cast<double>() - expected).triangularView<Eigen::Lower>();
        QVERIFY(error.norm() <= bound);
    }
}

void TestProducts::gramLeavesTheUpperTilesAlone() {
    Matrix h = Matrix::Zero(1200, 1200);
    accumulateGram(randomMatrix(4, 1200, 16), 1.0F, h);
    QVERIFY(h.topRightCorner(512, 688) == Matrix::Zero(512, 688));
}

// The sum over all tokens of one call is made in chunks; its error does not grow with their number beyond a random walk.
void TestProducts::gramStaysCloseToDoubleOverManyTokens() {
    const Index n = 40;
    const Index n_tokens = 20000;
    Matrix x = randomMatrix(n_tokens, n, 17);
    x.array() += 1.0F;  // a common sign makes rounding errors add up
    Matrix h = Matrix::Zero(n, n);
    accumulateGram(x, 1.0F, h);
    mirrorLower(h);
    const MatrixD expected = x.cast<double>().transpose() * x.cast<double>();
    const double relative = (h.cast<double>() - expected).norm() / expected.norm();
    QVERIFY2(relative <= 32.0 * kEpsilon, qPrintable(QString::number(relative / kEpsilon)));
}

void TestProducts::mirrorCopiesTheLowerTriangle_data() {
    QTest::addColumn<int>("n");
    for (const int n : {0, 1, 3, 63, 64, 65, 200}) QTest::addRow("%d", n) << n;
}

void TestProducts::mirrorCopiesTheLowerTriangle() {
    QFETCH(int, n);
    const Matrix before = randomMatrix(n, n, 18);
    Matrix h = before;
    mirrorLower(h);
    for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j <= i; ++j) {
            QCOMPARE(h(i, j), before(i, j));
            QCOMPARE(h(j, i), before(i, j));
        }
    }
}

void TestProducts::transposedTileIsTheTranspose() {
    for (const Index rows : {1, 3, 4, 16, 19}) {
        for (const Index cols : {1, 4, 7, 16, 33}) {
            const Matrix m = randomMatrix(rows, cols, 19);
            Matrix t(cols, rows);
            transposeTile(m, t);
            QVERIFY(t == m.transpose());
        }
    }
}

void TestProducts::bitsDoNotDependOnThreads() {
    const Matrix a = randomMatrix(300, 400, 20);
    const Matrix b = randomMatrix(1100, 400, 21);
    for (const Compute compute : {Compute::Float32, Compute::BFloat16}) {
        QVERIFY(isSameForAnyThreadCount([&] { return linear(a, b, {}, compute); }));
        QVERIFY(isSameForAnyThreadCount([&] {
            Matrix h = Matrix::Zero(400, 400);
            accumulateGram(b, 1.0F, h, compute);
            return h;
        }));
    }
}

QTEST_APPLESS_MAIN(TestProducts)
#include "tst_products.moc"
