#include <QTest>
#include <limits>

#include "core/kernels/cholesky.h"
#include "core/kernels/layout.h"
#include "core/kernels/triangular.h"
#include "tests/core/kernels/matrices.h"
#include "tests/core/kernels/targets.h"

using namespace salient;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

using Factorization = bool (*)(MatrixSpan);
constexpr Factorization kFactorizations[] = {factorReversed, factorReversedPlain};

/// R of a Hessian by the definition, zero below the diagonal; of size 0 where there is none.
Matrix plainFactor(Matrix hessian) {
    if (!factorReversedPlain(hessian)) return {};
    return hessian.triangularView<Eigen::Upper>();
}

/// Upper-triangular R with NaN below its diagonal, where nothing may be read.
Matrix withoutLowerTriangle(Matrix r) {
    r.triangularView<Eigen::StrictlyLower>().setConstant(kNaN);
    return r;
}

}  // namespace

class TestCholesky : public QObject {
    Q_OBJECT

private slots:
    void definitionReproducesTheMatrix_data() { sizes(); }
    void definitionReproducesTheMatrix();
    void factorReproducesTheMatrix_data() { sizes(); }
    void factorReproducesTheMatrix();
    void factorEqualsTheDefinition_data() { sizes(300); }
    void factorEqualsTheDefinition();
    void exactFactorsComeOutBitForBit_data() { sizes(); }
    void exactFactorsComeOutBitForBit();
    void factorIsUpperTriangular();
    void allButTheUpperTriangleIsLeftAlone();
    void aFailedTryCanBeUndone();
    void refusesAnIndefiniteMatrix_data();
    void refusesAnIndefiniteMatrix();
    void inverseTimesFactorIsIdentity_data() { sizes(); }
    void inverseTimesFactorIsIdentity();
    void inverseEqualsTheDefinition_data() { sizes(300); }
    void inverseEqualsTheDefinition();
    void inverseOfOnesIsExact_data() { sizes(); }
    void inverseOfOnesIsExact();
    void triangularSolveGivesTheProductBack_data() { tiles(); }
    void triangularSolveGivesTheProductBack();
    void triangularSolveEqualsTheDefinition_data() { tiles(); }
    void triangularSolveEqualsTheDefinition();
    void exactSolutionsComeOutBitForBit_data() { tiles(); }
    void exactSolutionsComeOutBitForBit();
    void solutionDoesNotDependOnTheTile();
    void bitsDoNotDependOnThreads();

private:
    static void sizes(int largest = 640) {
        QTest::addColumn<int>("n");
        for (const int n : {0, 1, 3, 17, 127, 128, 129, 300, 640}) {
            if (n <= largest) QTest::addRow("%d", n) << n;
        }
    }
    static void tiles() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("rows");
        for (const int n : {1, 7, 8, 9, 64, 128}) {
            for (const int rows : {1, 5, 31, 32, 33, 100}) QTest::addRow("%d columns, %d rows", n, rows) << n << rows;
        }
    }
};

// What the definition leaves of H at (i, j) is what rounding R_ij and R_jj to floats does to their product: in norm at most 4ε·tr(H),
// whatever the size.
void TestCholesky::definitionReproducesTheMatrix() {
    QFETCH(int, n);
    const Matrix h = randomHessian(n, 1);
    const MatrixD r = plainFactor(h).cast<double>();
    QCOMPARE(r.rows(), n);
    const double residual = (r * r.transpose() - h.cast<double>()).norm();
    QVERIFY2(residual <= 4.0 * kEpsilon * h.cast<double>().trace(), qPrintable(QString::number(residual)));
}

void TestCholesky::factorReproducesTheMatrix() {
    QFETCH(int, n);
    const Matrix h = randomHessian(n, 1);
    const MatrixD r = reversedFactor(h).cast<double>();
    QCOMPARE(r.rows(), n);
    const MatrixD residual = r * r.transpose() - h.cast<double>();
    // Backward stability: the residual of a Cholesky factor is below a small multiple of n·ε·‖H‖ (Higham, theorem 10.3); sums in
    // blocks stay far below n.
    const double bound = 4.0 * std::sqrt(n + 1.0) * kEpsilon * h.cast<double>().norm();
    QVERIFY2(residual.norm() <= bound, qPrintable(QString("%1 > %2").arg(residual.norm()).arg(bound)));
}

// A change of H by Δ changes R by at most ‖R‖·κ/√2 · ‖Δ‖/‖H‖ to first order (Higham, §10.1); Δ is bounded as above.
void TestCholesky::factorEqualsTheDefinition() {
    QFETCH(int, n);
    const Matrix h = easyHessian(n, 9);
    const MatrixD plain = plainFactor(h).cast<double>();
    QCOMPARE(plain.rows(), n);
    const double bound = 8.0 * 4.0 * std::sqrt(n + 1.0) * kEpsilon * plain.norm();
    const double error = (reversedFactor(h).cast<double>() - plain).norm();
    QVERIFY2(error <= bound, qPrintable(QString("%1 > %2").arg(error).arg(bound)));
}

void TestCholesky::exactFactorsComeOutBitForBit() {
    QFETCH(int, n);
    const Matrix r = exactFactor(n, 10);
    const Matrix h = r * r.transpose();
    for (const Factorization factorize : kFactorizations) {
        Matrix compact = h;
        QVERIFY(factorize(compact));
        QVERIFY(Matrix(compact.triangularView<Eigen::Upper>()) == r);
        Embedded gapped(h);
        QVERIFY(factorize(gapped.view()));
        QVERIFY(Matrix(gapped.view()) == compact);
        QVERIFY(gapped.isIntactAround());
    }
}

void TestCholesky::factorIsUpperTriangular() {
    const Matrix r = reversedFactor(randomHessian(300, 2));
    for (Index i = 0; i < r.rows(); ++i) {
        QVERIFY(r(i, i) > 0.0F);
        for (Index j = 0; j < i; ++j) QCOMPARE(r(i, j), 0.0F);
    }
}

void TestCholesky::allButTheUpperTriangleIsLeftAlone() {
    const Matrix h = randomHessian(150, 3);
    for (const Factorization factorize : kFactorizations) {
        Matrix compact = h;
        QVERIFY(factorize(compact));
        QVERIFY(Matrix(compact.triangularView<Eigen::StrictlyLower>()) == Matrix(h.triangularView<Eigen::StrictlyLower>()));
        Matrix wide = Matrix::Constant(160, 200, 7.0F);
        wide.block(5, 7, 150, 150).triangularView<Eigen::Upper>() = h;  // with another lower triangle, the same factor
        QVERIFY(factorize(wide.block(5, 7, 150, 150)));
        const Matrix result = wide.block(5, 7, 150, 150);
        QVERIFY(Matrix(result.triangularView<Eigen::Upper>()) == Matrix(compact.triangularView<Eigen::Upper>()));
        wide.block(5, 7, 150, 150).triangularView<Eigen::Upper>().setConstant(7.0F);
        QVERIFY((wide.array() == 7.0F).all());
    }
}

void TestCholesky::aFailedTryCanBeUndone() {
    const Matrix good = randomHessian(300, 8);
    for (const Factorization factorize : kFactorizations) {
        Matrix h = good;
        h(20, 20) = -1.0F;  // met last, when most of R has been written
        QVERIFY(!factorize(h));
        QVERIFY(h != good);
        mirrorLower(h);
        h.diagonal() = good.diagonal();
        QVERIFY(h == good);
    }
}

void TestCholesky::refusesAnIndefiniteMatrix_data() {
    QTest::addColumn<int>("position");
    for (const int position : {0, 5, 127, 128, 200, 299}) QTest::addRow("pivot %d", position) << position;
}

void TestCholesky::refusesAnIndefiniteMatrix() {
    QFETCH(int, position);
    for (const float pivot : {-1.0F, kNaN, std::numeric_limits<float>::infinity()}) {
        Matrix h = randomHessian(300, 4);
        h(position, position) = pivot;
        QCOMPARE(reversedFactor(h).size(), 0);
        QCOMPARE(plainFactor(h).size(), 0);
    }
}

void TestCholesky::inverseTimesFactorIsIdentity() {
    QFETCH(int, n);
    const Matrix r = reversedFactor(randomHessian(n, 5));
    for (const Matrix& u : {invertUpper(r), invertUpperPlain(r)}) {
        const MatrixD product = u.cast<double>() * r.cast<double>();
        const double bound = 4.0 * std::sqrt(n + 1.0) * kEpsilon * u.cast<double>().norm() * r.cast<double>().norm();
        QVERIFY((product - MatrixD::Identity(n, n)).norm() <= bound);
        for (Index i = 0; i < n; ++i) {
            for (Index j = 0; j < i; ++j) QCOMPARE(u(i, j), 0.0F);
        }
    }
}

// The residual of the test above, times U.
void TestCholesky::inverseEqualsTheDefinition() {
    QFETCH(int, n);
    const Matrix r = plainFactor(easyHessian(n, 11));
    const MatrixD plain = invertUpperPlain(r).cast<double>();
    const double bound = 8.0 * std::sqrt(n + 1.0) * kEpsilon * plain.norm() * r.cast<double>().norm() * plain.norm();
    QVERIFY((invertUpper(r).cast<double>() - plain).norm() <= bound);
}

// The inverse of ones has ones on its diagonal and −1 beside it; every number on the way is whole.
void TestCholesky::inverseOfOnesIsExact() {
    QFETCH(int, n);
    const Matrix ones = withoutLowerTriangle(Matrix::Ones(n, n));
    Matrix expected = Matrix::Identity(n, n);
    for (Index i = 0; i + 1 < n; ++i) expected(i, i + 1) = -1.0F;
    Embedded gapped(ones);
    QVERIFY(invertUpperPlain(ones) == expected);
    QVERIFY(invertUpper(ones) == expected);
    QVERIFY(invertUpper(gapped.view()) == expected);
}

void TestCholesky::triangularSolveGivesTheProductBack() {
    QFETCH(int, n);
    QFETCH(int, rows);
    const Matrix r = reversedFactor(randomHessian(n, 6));
    const Matrix s = randomMatrix(n, rows, 7);
    for (const auto solve : {solveUpperTile, solveUpperTilePlain}) {
        Matrix x = s;
        solve(r, x);
        const MatrixD back = r.cast<double>().transpose() * x.cast<double>();
        const double bound = 4.0 * std::sqrt(n) * kEpsilon * r.cast<double>().norm() * x.cast<double>().norm();
        QVERIFY((back - s.cast<double>()).norm() <= bound);
    }
}

// The residual of the test above, times R⁻¹.
void TestCholesky::triangularSolveEqualsTheDefinition() {
    QFETCH(int, n);
    QFETCH(int, rows);
    const Matrix r = plainFactor(easyHessian(n, 12));
    const Matrix s = randomMatrix(n, rows, 13);
    Matrix plain = s;
    solveUpperTilePlain(r, plain);
    const double bound = 8.0 * std::sqrt(n) * kEpsilon * r.cast<double>().norm() * plain.cast<double>().norm() * invertUpperPlain(r).norm();
    forEachTarget([&] {
        Matrix x = s;
        solveUpperTile(r, x);
        QVERIFY((x - plain).cast<double>().norm() <= bound);
    });
}

void TestCholesky::exactSolutionsComeOutBitForBit() {
    QFETCH(int, n);
    QFETCH(int, rows);
    const Matrix factor = exactFactor(n, 14);
    const Matrix x = randomIntegers(n, rows, -8, 8, 15);
    const Matrix s = factor.transpose() * x;
    Embedded r(withoutLowerTriangle(factor));
    Matrix plain = s;
    solveUpperTilePlain(r.view(), plain);
    QVERIFY(plain == x);
    forEachTarget([&] {
        Embedded gapped(s);
        solveUpperTile(r.view(), gapped.view());
        QVERIFY(Matrix(gapped.view()) == x);
        QVERIFY(gapped.isIntactAround());
        Matrix compact = s;
        solveUpperTile(withoutLowerTriangle(factor), compact);
        QVERIFY(compact == x);
    });
}

void TestCholesky::solutionDoesNotDependOnTheTile() {
    const Matrix r = reversedFactor(randomHessian(100, 16));
    const Matrix s = randomMatrix(100, 80, 17);
    Matrix whole = s;
    solveUpperTile(r, whole);
    for (const Index first : {0, 1, 40, 79}) {
        Matrix part = s.middleCols(first, std::min<Index>(80 - first, 21));
        solveUpperTile(r, part);
        QVERIFY(part == whole.middleCols(first, part.cols()));
    }
}

void TestCholesky::bitsDoNotDependOnThreads() {
    const Matrix h = randomHessian(700, 8);
    QVERIFY(isSameForAnyThreadCount([&] { return reversedFactor(h); }));
    const Matrix r = reversedFactor(h);
    QVERIFY(isSameForAnyThreadCount([&] { return invertUpper(r); }));
}

QTEST_APPLESS_MAIN(TestCholesky)
#include "tst_cholesky.moc"
