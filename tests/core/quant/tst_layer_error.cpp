#include <QTest>

#include "core/quant/error_measure.h"
#include "tests/core/quant/cases.h"

using namespace salient;
using namespace salient::test;

class TestLayerError : public QObject {
    Q_OBJECT
private slots:
    void isWorkedOutByHand();
    void isTheOutputErrorOnTheTokens();
    void severalRoundingsAreMeasuredAsEachAlone();
    void everyRowAndColumnOfALargeLayerCounts();
    void noDifferenceIsNoError();
    void silentLayerHasNoRelativeError();
    void wrongShapesAreNamed();
};

void TestLayerError::isWorkedOutByHand() {
    Matrix weight(1, 2);
    weight << 3.0F, 4.0F;
    Matrix rounded(1, 2);
    rounded << 2.0F, 4.5F;
    Matrix hessian(2, 2);
    hessian << 2.0F, 1.0F, 1.0F, 4.0F;
    // D = (1, -0.5): D H Dᵀ = 2 - 1 + 1 = 2; W H Wᵀ = 18 + 24 + 64 = 106.
    const LayerError error = layerError(weight, rounded, hessian);
    QCOMPARE(error.output_error, 2.0);
    QCOMPARE(error.relative_output_error, 2.0 / 106.0);
    QCOMPARE(error.weight_mse, 1.25 / 2.0);
    QCOMPARE(error.weight_sqnr_db, 10.0 * std::log10(25.0 / 1.25));
    QCOMPARE(error.max_abs_error, 1.0);
}

void TestLayerError::isTheOutputErrorOnTheTokens() {
    const Matrix x = randomActivations(200, 70, 100);
    const Matrix weight = randomMatrix(300, 70, 101);
    const Matrix rounded = weight + 0.01F * randomMatrix(300, 70, 102);
    const double squares = (x.cast<double>() * (weight - rounded).cast<double>().transpose()).squaredNorm();
    const double output = (x.cast<double>() * weight.cast<double>().transpose()).squaredNorm();
    const LayerError error = layerError(weight, rounded, hessianOf(x));
    QVERIFY(std::abs(error.relative_output_error - squares / output) <= 1e-5 * squares / output);
    QVERIFY(std::abs(error.output_error - squares * 2.0 / 200.0) <= 1e-5 * error.output_error);
}

void TestLayerError::severalRoundingsAreMeasuredAsEachAlone() {
    InputStatistics input;
    input.hessian = hessianOf(randomActivations(200, 70, 100));
    input.channels.max_abs.assign(70, 3.0F);
    const Matrix weight = randomMatrix(300, 70, 101);
    const std::vector<float> scales(70, 2.0F);
    LayerErrorMeasure measure(weight, input.hessian);
    ErrorMeasure with_input(weight, input, ActivationScale::PerToken);
    for (const float size : {0.01F, 0.1F, 0.02F}) {
        const Matrix rounded = weight + size * randomMatrix(300, 70, 102);
        const LayerError alone = layerError(weight, rounded, input.hessian);
        QCOMPARE(measure.of(rounded).relative_output_error, alone.relative_output_error);
        QCOMPARE(measure.of(rounded).output_error, alone.output_error);
        const LayerError scaled = measuredError(weight, 2.0F * rounded, scales, input, ActivationScale::PerToken);
        QCOMPARE(with_input.of(2.0F * rounded, scales).relative_output_error, scaled.relative_output_error);
        QVERIFY(scaled.output_error > alone.output_error);  // the input's own rounding
    }
    QCOMPARE(errorCodeOf([&] { (void)measure.of(Matrix::Ones(3, 2)); }), static_cast<int>(ErrorCode::ShapeMismatch));
}

void TestLayerError::everyRowAndColumnOfALargeLayerCounts() {
    const Matrix hessian = hessianOf(randomActivations(200, 600, 103));  // more columns than one tile of the product
    const Matrix difference = randomMatrix(270, 600, 104);
    const Eigen::MatrixXd d = difference.cast<double>();
    const double expected = (d * hessian.cast<double>()).cwiseProduct(d).sum();
    QVERIFY(std::abs(outputError(difference, hessian) - expected) <= 1e-5 * expected);
    const Matrix last = difference.bottomRows(1);
    const double expected_of_last = (d.bottomRows(1) * hessian.cast<double>()).cwiseProduct(d.bottomRows(1)).sum();
    QVERIFY(std::abs(outputError(last, hessian) - expected_of_last) <= 1e-4 * expected_of_last);
}

void TestLayerError::noDifferenceIsNoError() {
    const Matrix weight = randomMatrix(3, 5, 105);
    const LayerError error = layerError(weight, weight, Matrix::Identity(5, 5));
    QCOMPARE(error.relative_output_error, 0.0);
    QCOMPARE(error.max_abs_error, 0.0);
    QVERIFY(std::isinf(error.weight_sqnr_db) && error.weight_sqnr_db > 0.0);
}

void TestLayerError::silentLayerHasNoRelativeError() {
    const LayerError error = layerError(randomMatrix(3, 5, 106), Matrix::Zero(3, 5), Matrix::Zero(5, 5));
    QCOMPARE(error.relative_output_error, 0.0);
    QVERIFY(error.weight_mse > 0.0);
}

void TestLayerError::wrongShapesAreNamed() {
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)layerError(Matrix::Ones(2, 3), Matrix::Ones(3, 2), Matrix::Identity(3, 3)); }, &message),
             int(ErrorCode::ShapeMismatch));
    QVERIFY2(message.find("[2, 3], found [3, 2]") != std::string::npos, message.c_str());
    QCOMPARE(errorCodeOf([&] { (void)outputError(Matrix::Ones(2, 3), Matrix::Identity(2, 2)); }), int(ErrorCode::ShapeMismatch));
}

QTEST_APPLESS_MAIN(TestLayerError)
#include "tst_layer_error.moc"
