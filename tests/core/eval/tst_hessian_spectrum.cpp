#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "core/error.h"
#include "core/eval/hessian_spectrum.h"
#include "core/kernels/parallel.h"
#include "core/quant/gptq.h"

using namespace salient;

namespace {

Eigen::MatrixXd normal(Index rows, Index cols, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> draw;
    Eigen::MatrixXd matrix(rows, cols);
    for (Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = draw(random);
    return matrix;
}

/// Q·diag(values)·Qᵀ with a random orthogonal Q.
Matrix withEigenvalues(const std::vector<double>& values, unsigned seed) {
    const auto n = static_cast<Index>(values.size());
    const Eigen::MatrixXd q = Eigen::HouseholderQR<Eigen::MatrixXd>(normal(n, n, seed)).householderQ();
    const Eigen::MatrixXd full = q * Eigen::Map<const Eigen::VectorXd>(values.data(), n).asDiagonal() * q.transpose();
    return (0.5 * (full + full.transpose())).cast<float>();
}

HessianSpectrum spectrumOf(const Matrix& hessian, double damping = 0.01) {
    JobContext job;
    return hessianSpectrum(hessian, damping, job);
}

}  // namespace

class TestHessianSpectrum : public QObject {
    Q_OBJECT

private slots:
    void findsTheEigenvaluesThatAMatrixWasMadeOf() {
        std::vector<double> values;
        for (int i = 0; i < 150; ++i) values.push_back(100.0 * std::pow(0.94, i));
        const HessianSpectrum found = spectrumOf(withEigenvalues(values, 1));
        QCOMPARE(found.eigenvalues.size(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) QVERIFY(std::abs(found.eigenvalues[i] - values[i]) <= 1e-5 * values.front());
        QCOMPARE(found.n_dead, Index{0});
        QCOMPARE(found.n_singular, Index{0});
    }

    void agreesWithEigensOwnReduction_data() {
        QTest::addColumn<int>("n");
        for (const int n : {1, 2, 3, 65, 200}) QTest::newRow(qPrintable(QString::number(n))) << n;
    }

    void agreesWithEigensOwnReduction() {
        QFETCH(int, n);
        const Eigen::MatrixXd x = normal(n + 30, n, 7);
        const Matrix hessian = (x.transpose() * x * (2.0 / (n + 30))).cast<float>();
        const Matrix symmetric = 0.5F * (hessian + hessian.transpose());
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric.cast<double>(), Eigen::EigenvaluesOnly);
        const HessianSpectrum found = spectrumOf(symmetric);
        QCOMPARE(static_cast<Index>(found.eigenvalues.size()), Index{n});
        for (Index i = 0; i < n; ++i) {
            const double wanted = solver.eigenvalues()[n - 1 - i];
            QVERIFY(std::abs(found.eigenvalues[static_cast<std::size_t>(i)] - wanted) <= 1e-12 * n * solver.eigenvalues()[n - 1]);
        }
    }

    void fewTokensLeaveDirectionsThatNothingWasSeenOf() {
        const Eigen::MatrixXd x = normal(20, 64, 3);  // 20 tokens for 64 inputs
        const Eigen::MatrixXd gram = x.transpose() * x * (2.0 / 20.0);
        const Matrix hessian = (0.5 * (gram + gram.transpose())).cast<float>();
        const HessianSpectrum found = spectrumOf(hessian);
        QCOMPARE(found.n_singular, Index{44});
        QVERIFY(found.n_below_damping >= 44);
        QVERIFY(found.dampedCondition() > found.eigenvalues.front() / found.damping);
    }

    void deadChannelsAreCountedAndLeftOut() {
        const std::vector<double> values{9.0, 4.0, 1.0};
        const Matrix small = withEigenvalues(values, 5);
        Matrix hessian = Matrix::Zero(5, 5);
        const Index place[] = {0, 2, 4};
        for (Index i = 0; i < 3; ++i) {
            for (Index j = 0; j < 3; ++j) hessian(place[i], place[j]) = small(i, j);
        }
        const HessianSpectrum found = spectrumOf(hessian, 0.5);
        QCOMPARE(found.n_dead, Index{2});
        QCOMPARE(found.eigenvalues.size(), std::size_t{3});
        for (std::size_t i = 0; i < 3; ++i) QVERIFY(std::abs(found.eigenvalues[i] - values[i]) < 1e-5);
        // The trace is the sum of the eigenvalues; two dead channels count 1 each: 0.5 · (14 + 2) / 5.
        QVERIFY(std::abs(found.damping - 1.6) < 1e-6);
        QCOMPARE(found.n_below_damping, Index{1});
        QVERIFY(std::abs(found.dampedCondition() - (9.0 + 1.6) / (1.0 + 1.6)) < 1e-5);
    }

    void theDampingIsTheSolvers() {
        Matrix hessian = withEigenvalues({8.0, 4.0, 2.0, 1.0}, 9);
        hessian.row(1).setZero();
        hessian.col(1).setZero();
        GptqOptions options;
        options.damping = 0.05;
        const GptqFactor factor = factorizeGptq(hessian, options);
        const Matrix r = factor.r.triangularView<Eigen::Upper>();
        const Matrix damped = r * r.transpose();  // H + damping, in processing order
        const HessianSpectrum found = spectrumOf(hessian, 0.05);
        QVERIFY(std::abs(static_cast<double>(damped(0, 0) - hessian(0, 0)) - found.damping) < 1e-5);
    }

    void nothingAndZeroAreHandled() {
        QCOMPARE(spectrumOf(Matrix(0, 0)).eigenvalues.size(), std::size_t{0});
        const HessianSpectrum zero = spectrumOf(Matrix::Zero(3, 3));
        QCOMPARE(zero.n_dead, Index{3});
        QCOMPARE(zero.dampedCondition(), 1.0);
    }

    void sameBitsForAnyThreadCount() {
        const Eigen::MatrixXd x = normal(300, 257, 2);
        const Matrix hessian = (x.transpose() * x).cast<float>();
        setThreadCount(1);
        const HessianSpectrum alone = spectrumOf(hessian);
        setThreadCount(8);
        const HessianSpectrum together = spectrumOf(hessian);
        setThreadCount(0);
        QVERIFY(std::memcmp(alone.eigenvalues.data(), together.eigenvalues.data(), alone.eigenvalues.size() * sizeof(double)) == 0);
    }

    void whatItIsNotMadeForIsRefused() {
        Matrix hessian = Matrix::Identity(4, 4);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(spectrumOf(hessian, -0.1)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(spectrumOf(Matrix::Zero(3, 4))), Error);
        hessian(2, 2) = std::numeric_limits<float>::quiet_NaN();
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(spectrumOf(hessian)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(spectrumOf(Matrix::Zero(kWidestSpectrum + 1, kWidestSpectrum + 1))), Error);
    }

    void cancelStopsInTheMiddle() {
        const Matrix hessian = withEigenvalues(std::vector<double>(80, 1.0), 4);
        std::stop_source stop;
        int seen = 0;
        JobContext job(stop.get_token(), [&](const Progress&) {
            if (++seen == 3) stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(hessianSpectrum(hessian, 0.01, job)), Cancelled);
        QCOMPARE(seen, 3);
    }
};

QTEST_APPLESS_MAIN(TestHessianSpectrum)
#include "tst_hessian_spectrum.moc"
