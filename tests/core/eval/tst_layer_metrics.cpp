#include <QTest>
#include <numeric>

#include "core/eval/layer_metrics.h"

using namespace salient;

class TestLayerMetrics : public QObject {
    Q_OBJECT

private slots:
    void errorMapOfASmallLayerIsWhatTheFormulaGives() {
        // By hand: D = [1 −1; 0 2], H = [2 1; 1 3]; D H = [1 −2; 2 6]; D ∘ D H = [1 2; 0 12].
        Matrix weight(2, 2);
        Matrix quantized(2, 2);
        Matrix hessian(2, 2);
        weight << 3, 4, 5, 6;
        quantized << 4, 3, 5, 8;
        hessian << 2, 1, 1, 3;
        const ErrorMap map = errorMap(weight, quantized, hessian);
        Matrix expected_weight(2, 2);
        Matrix expected_output(2, 2);
        expected_weight << 1, -1, 0, 2;
        expected_output << 1, 2, 0, 12;
        QCOMPARE(map.weight_error, expected_weight);
        QCOMPARE(map.output_error, expected_output);
        QCOMPARE(map.by_channel, (std::vector<double>{1, 14}));
        QCOMPARE(map.by_row, (std::vector<double>{3, 12}));
        QCOMPARE(map.total.output_error, 15.0);
    }

    void sharesSumToTheOutputError() {
        Matrix weight = Matrix::Random(24, 40);
        Matrix quantized = weight + 0.1F * Matrix::Random(24, 40);
        const Matrix x = Matrix::Random(100, 40);
        const Matrix hessian = x.transpose() * x;
        const ErrorMap map = errorMap(weight, quantized, hessian);
        const double sum = std::accumulate(map.by_channel.begin(), map.by_channel.end(), 0.0);
        const double rows = std::accumulate(map.by_row.begin(), map.by_row.end(), 0.0);
        // Each share is rounded to float once; 24 · 40 of them, of both signs.
        const double tolerance = 24 * 40 * 1.2e-7 * map.output_error.cwiseAbs().maxCoeff() + 1e-6 * map.total.output_error;
        QVERIFY(std::abs(sum - map.total.output_error) <= tolerance);
        QVERIFY(std::abs(rows - map.total.output_error) <= tolerance);
    }

    void refusesShapesThatDisagree() {
        QVERIFY_EXCEPTION_THROWN((void)errorMap(Matrix::Zero(2, 3), Matrix::Zero(2, 2), Matrix::Zero(3, 3)), Error);
        QVERIFY_EXCEPTION_THROWN((void)errorMap(Matrix::Zero(2, 3), Matrix::Zero(2, 3), Matrix::Zero(2, 2)), Error);
    }

    void outlierRatioIsLargestOverMedianChannel() {
        auto model = std::make_shared<Model>();
        model->groups.resize(1);
        for (int block = 0; block < 2; ++block) {
            LinearInfo linear;
            linear.block = block;
            model->linears.push_back(linear);
        }
        Calibration calibration;
        calibration.model = model;
        calibration.inputs.resize(2);
        Matrix x(2, 5);
        x << 1, -2, 3, 30, 0, -1, 1, 1, 1, 2;  // channel maxima 1, 2, 3, 30, 2: median 2
        calibration.inputs[0].channels.add(x, 0);
        calibration.inputs[1].channels.add(Matrix::Zero(2, 5), 0);
        const std::vector<LayerMetrics> metrics = layerMetrics(calibration);
        QCOMPARE(metrics.size(), std::size_t{2});
        QCOMPARE(metrics[0].max_abs, 30.0);
        QCOMPARE(metrics[0].outlier_ratio, 15.0);
        QCOMPARE(metrics[0].mean_abs, 4.2);
        QCOMPARE(metrics[1].outlier_ratio, 0.0);
    }
};

QTEST_APPLESS_MAIN(TestLayerMetrics)
#include "tst_layer_metrics.moc"
