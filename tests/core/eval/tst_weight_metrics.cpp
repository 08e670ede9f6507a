#include <QTest>
#include <cmath>
#include <random>

#include "core/eval/weight_metrics.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

Matrix normal(Index rows, Index cols, float mean, float spread) {
    std::mt19937 random(11);
    std::normal_distribution<float> draw(mean, spread);
    Matrix matrix(rows, cols);
    for (Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = draw(random);
    return matrix;
}

/// m₄ / m₂², one weight after the other in long double.
double kurtosisByDefinition(const Matrix& weight) {
    const auto n = static_cast<long double>(weight.size());
    long double mean = 0.0L;
    for (Index i = 0; i < weight.size(); ++i) mean += static_cast<long double>(weight.data()[i]) / n;
    long double second = 0.0L;
    long double fourth = 0.0L;
    for (Index i = 0; i < weight.size(); ++i) {
        const long double d = static_cast<long double>(weight.data()[i]) - mean;
        second += d * d / n;
        fourth += d * d * d * d / n;
    }
    return static_cast<double>(fourth / (second * second));
}

bool isNear(double found, double expected) { return std::abs(found - expected) <= 1e-9 * std::abs(expected); }

}  // namespace

class TestWeightMetrics : public QObject {
    Q_OBJECT

private slots:
    void byHand() {
        Matrix two(2, 2);
        two << 1, -1, -1, 1;
        QCOMPARE(weightMetrics(two).kurtosis, 1.0);
        Matrix lone = Matrix::Zero(2, 5);
        lone(1, 3) = -10.0F;  // mean −1, m₂ = 9, m₄ = (9 · 1 + 9⁴) / 10 = 657
        const WeightMetrics metrics = weightMetrics(lone);
        QCOMPARE(metrics.max_abs, 10.0);
        QVERIFY(isNear(metrics.kurtosis, 657.0 / 81.0));
    }

    void equalsTheDefinition() {
        for (const float mean : {0.0F, 1.0F, 1000.0F}) {  // far from zero, sums of powers would lose every digit
            const Matrix weight = normal(37, 129, mean, 0.02F);
            const WeightMetrics metrics = weightMetrics(weight);
            QVERIFY2(isNear(metrics.kurtosis, kurtosisByDefinition(weight)), qPrintable(QString::number(metrics.kurtosis, 'g', 17)));
            QCOMPARE(metrics.max_abs, static_cast<double>(weight.cwiseAbs().maxCoeff()));
        }
    }

    void normalWeightsHaveThree() {
        // Standard error √(24 / n) for n normally distributed values.
        const Matrix weight = normal(512, 512, 0.0F, 0.05F);
        QVERIFY(std::abs(weightMetrics(weight).kurtosis - 3.0) < 5.0 * std::sqrt(24.0 / (512.0 * 512.0)));
    }

    void equalWeightsHaveNone() {
        QCOMPARE(weightMetrics(Matrix::Zero(3, 4)).kurtosis, 0.0);
        QCOMPARE(weightMetrics(Matrix::Constant(7, 11, 0.1F)).kurtosis, 0.0);
        QCOMPARE(weightMetrics(Matrix(0, 0)).max_abs, 0.0);
    }

    void aModelHasOneEntryPerLayer() {
        const auto model = Model::open(salient::test::resourceFolder() / "demo" / "model");
        JobContext job;
        const std::vector<WeightMetrics> metrics = weightMetrics(*model, job);
        QCOMPARE(metrics.size(), model->linears.size());
        const Matrix last = loadLinear(*model, model->linears.back());
        QVERIFY(isNear(metrics.back().kurtosis, kurtosisByDefinition(last)));
        QCOMPARE(metrics.back().max_abs, static_cast<double>(last.cwiseAbs().maxCoeff()));
    }

    void canBeCancelled() {
        const auto model = Model::open(salient::test::resourceFolder() / "demo" / "model");
        std::stop_source stop;
        JobContext job(stop.get_token(), [&](const Progress& now) {
            if (now.done == 3) stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN((void)weightMetrics(*model, job), Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestWeightMetrics)
#include "tst_weight_metrics.moc"
