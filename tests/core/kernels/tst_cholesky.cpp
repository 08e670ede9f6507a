#include <QtTest>

#include "core/kernels/cholesky.h"
#include "core/kernels/layout.h"
#include "core/kernels/triangular.h"
#include "tests/core/kernels/matrices.h"

using namespace salient;

class TestCholesky : public QObject {
    Q_OBJECT

private slots:
    void factorReproducesTheMatrix_data() { sizes(); }
    void factorReproducesTheMatrix();
    void factorIsUpperTriangular();
    void factorLeavesAllElseAsItWas();
    void aFailedTryCanBeUndone();
    void refusesAnIndefiniteMatrix_data();
    void refusesAnIndefiniteMatrix();
    void inverseTimesFactorIsIdentity_data() { sizes(); }
    void inverseTimesFactorIsIdentity();
    void triangularSolveGivesTheProductBack_data();
    void triangularSolveGivesTheProductBack();
    void bitsDoNotDependOnThreads();

private:
    static void sizes() {
        QTest::addColumn<int>("n");
        for (const int n : {0, 1, 3, 17, 127, 128, 129, 300, 640}) QTest::addRow("%d", n) << n;
    }
};

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

void TestCholesky::factorIsUpperTriangular() {
    const Matrix r = reversedFactor(randomHessian(300, 2));
    for (Index i = 0; i < r.rows(); ++i) {
        QVERIFY(r(i, i) > 0.0F);
        for (Index j = 0; j < i; ++j) QCOMPARE(r(i, j), 0.0F);
    }
}

void TestCholesky::factorLeavesAllElseAsItWas() {
    const Matrix h = randomHessian(150, 3);
    Matrix wide = Matrix::Constant(160, 200, 7.0F);
    wide.block(5, 7, 150, 150) = h;
    QVERIFY(factorReversed(wide.block(5, 7, 150, 150)));
    const Matrix result = wide.block(5, 7, 150, 150);
    QVERIFY(Matrix(result.triangularView<Eigen::Upper>()) == reversedFactor(h));
    QVERIFY(Matrix(result.triangularView<Eigen::StrictlyLower>()) == Matrix(h.triangularView<Eigen::StrictlyLower>()));
    wide.block(5, 7, 150, 150).setConstant(7.0F);
    QVERIFY((wide.array() == 7.0F).all());
}

void TestCholesky::aFailedTryCanBeUndone() {
    const Matrix good = randomHessian(300, 8);
    Matrix h = good;
    h(20, 20) = -1.0F;  // met last, when most of R has been written
    QVERIFY(!factorReversed(h));
    mirrorLower(h);
    h.diagonal() = good.diagonal();
    QVERIFY(h == good);
}

void TestCholesky::refusesAnIndefiniteMatrix_data() {
    QTest::addColumn<int>("position");
    for (const int position : {0, 5, 127, 128, 200, 299}) QTest::addRow("pivot %d", position) << position;
}

void TestCholesky::refusesAnIndefiniteMatrix() {
    QFETCH(int, position);
    Matrix h = randomHessian(300, 4);
    h(position, position) = -1.0F;
    QCOMPARE(reversedFactor(h).size(), 0);
    h(position, position) = std::numeric_limits<float>::quiet_NaN();
    QCOMPARE(reversedFactor(h).size(), 0);
}

void TestCholesky::inverseTimesFactorIsIdentity() {
    QFETCH(int, n);
    const Matrix r = reversedFactor(randomHessian(n, 5));
    const Matrix u = invertUpper(r);
    const MatrixD product = u.cast<double>() * r.cast<double>();
    const double bound = 4.0 * std::sqrt(n + 1.0) * kEpsilon * u.cast<double>().norm() * r.cast<double>().norm();
    QVERIFY((product - MatrixD::Identity(n, n)).norm() <= bound);
    for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < i; ++j) QCOMPARE(u(i, j), 0.0F);
    }
}

void TestCholesky::triangularSolveGivesTheProductBack_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("rows");
    for (const int n : {1, 7, 8, 9, 64, 128}) {
        for (const int rows : {1, 5, 31, 32, 33, 100}) QTest::addRow("%d columns, %d rows", n, rows) << n << rows;
    }
}

void TestCholesky::triangularSolveGivesTheProductBack() {
    QFETCH(int, n);
    QFETCH(int, rows);
    const Matrix r = reversedFactor(randomHessian(n, 6));
    const Matrix s = randomMatrix(n, rows, 7);
    Matrix x = s;
    solveUpperTile(r, x);
    const MatrixD back = r.cast<double>().transpose() * x.cast<double>();
    const double bound = 4.0 * std::sqrt(n) * kEpsilon * r.cast<double>().norm() * x.cast<double>().norm();
    QVERIFY((back - s.cast<double>()).norm() <= bound);
}

void TestCholesky::bitsDoNotDependOnThreads() {
    const Matrix h = randomHessian(700, 8);
    QVERIFY(isSameForAnyThreadCount([&] { return reversedFactor(h); }));
    const Matrix r = reversedFactor(h);
    QVERIFY(isSameForAnyThreadCount([&] { return invertUpper(r); }));
}

QTEST_APPLESS_MAIN(TestCholesky)
#include "tst_cholesky.moc"
