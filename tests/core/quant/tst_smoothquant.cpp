#include <QTest>

#include "core/quant/scaling.h"
#include "core/quant/smoothquant.h"
#include "tests/core/quant/cases.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::test;

namespace {

GridSpec int8Grid(bool per_tensor = false) {
    GridSpec grid;
    grid.bits = 8;
    grid.group_size = -1;
    grid.rule = GridRule::Int8;
    grid.per_tensor = per_tensor;
    return grid;
}

std::vector<float> maxAbs(const Matrix& x) {
    const Eigen::RowVectorXf highest = x.cwiseAbs().colwise().maxCoeff();
    return {highest.data(), highest.data() + highest.size()};
}

// Squared output error of the layer computed with real int8 products, in the units of tr(D H Dᵀ): times 2 / tokens.
double measuredError(const Matrix& weight, const Matrix& x, const std::vector<float>& scales, ActivationScale activation) {
    const Matrix smoothed = unscaledColumns(x, scales);
    const QuantizedTensor tensor = quantizeNearest(scaledColumns(weight, scales), int8Grid());
    const Matrix y = int8Linear(smoothed, toInt8Weight(tensor, activation, smoothed.cwiseAbs().maxCoeff() / 127.0F));
    return (y.cast<double>() - x.cast<double>() * weight.cast<double>().transpose()).squaredNorm() * 2.0 / static_cast<double>(x.rows());
}

}  // namespace

class TestSmoothQuant : public QObject {
    Q_OBJECT
private slots:
    void matchesTheIndependentReference_data();
    void matchesTheIndependentReference();
    void workedExampleSavesTheQuietChannels();
    void activationOnlyIsTheShortForm();
    void deadChannelsKeepScaleOne();
    void scalesThatABoundHoldsAreCounted();
    void estimateFollowsTheMeasuredError_data();
    void estimateFollowsTheMeasuredError();
    void searchFindsALowerErrorThanNoSmoothing();
    void searchJudgesTheFormThatIsAsked();
    void searchCanBeCancelledBetweenPoints();
    void int8WeightNeedsOneSymmetricGroupPerRow();
    void wrongInputsAreNamed();
};

void TestSmoothQuant::matchesTheIndependentReference_data() {
    QTest::addColumn<QString>("variant");
    QTest::addColumn<double>("alpha");
    QTest::addColumn<bool>("per_tensor");
    for (const double alpha : {0.5, 0.8}) {
        for (const bool per_tensor : {false, true}) {
            const QString name = QString("smooth.a%1.%2").arg(alpha, 0, 'f', 1).arg(per_tensor ? "tensor" : "row_token");
            QTest::newRow(qPrintable(name)) << name << alpha << per_tensor;
        }
    }
}

void TestSmoothQuant::matchesTheIndependentReference() {
    QFETCH(QString, variant);
    QFETCH(double, alpha);
    QFETCH(bool, per_tensor);
    const std::string v = variant.toStdString();
    const SafetensorsFile file = SafetensorsFile::open(salient::test::testDataFolder() / "quant/reference.safetensors");
    const Matrix weight = toMatrix(file.tensor("smooth.W"));
    const Matrix x = toMatrix(file.tensor("smooth.X"));
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> scales = elements<float>(file.tensor(v + ".scales"));
    const std::vector<float> own = smoothScales(maxAbs(x), weights, alpha);
    for (std::size_t j = 0; j < scales.size(); ++j) QVERIFY(std::abs(own[j] - scales[j]) <= 8.0F * 1.2e-7F * scales[j]);

    const QuantizedTensor tensor = quantizeNearest(scaledColumns(weight, scales), int8Grid(per_tensor));
    const Matrix smoothed = toMatrix(file.tensor(v + ".smoothed"));
    const float act_scale = elements<float>(file.tensor(v + ".act_scale")).at(0);
    const Int8Weight int8 = toInt8Weight(tensor, per_tensor ? ActivationScale::PerTensor : ActivationScale::PerToken, act_scale);
    QVERIFY(int8.codes == codeMatrix<Int8Matrix>(file.tensor(v + ".weight_codes")));
    QCOMPARE(int8.row_scale, elements<float>(file.tensor(v + ".weight_scale")));
    const TensorView expected = file.tensor(v + ".y");
    const std::vector<double> y = elements<double>(expected);
    const Matrix ours = int8Linear(smoothed, int8);
    for (Index i = 0; i < ours.size(); ++i)
        QVERIFY(std::abs(static_cast<double>(ours.data()[i]) - y[static_cast<std::size_t>(i)]) <= 1e-6 * ours.cwiseAbs().maxCoeff());
}

void TestSmoothQuant::workedExampleSavesTheQuietChannels() {
    Matrix x(4, 4);
    x << 0.5F, 0.3F, 48.2F, 0.8F, 0.4F, 0.6F, 52.1F, 0.5F, 0.7F, 0.2F, 45.7F, 0.9F, 0.3F, 0.5F, 50.8F, 0.6F;
    QCOMPARE(maxAbs(x), (std::vector<float>{0.7F, 0.6F, 52.1F, 0.9F}));
    const Matrix weight = randomMatrix(4, 4, 90);
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> ones(4, 1.0F);
    const double before = measuredError(weight, x, ones, ActivationScale::PerTensor);
    const double after = measuredError(weight, x, smoothScales(maxAbs(x), weights, 0.5), ActivationScale::PerTensor);
    QVERIFY(after < 0.2 * before);
}

void TestSmoothQuant::activationOnlyIsTheShortForm() {
    const Matrix weight = randomMatrix(4, 3, 91);
    const std::vector<MatrixView> weights{weight};
    SmoothQuantOptions options;
    options.activation_only = true;
    const std::vector<float> scales = smoothScales(std::vector<float>{4.0F, 9.0F, 0.25F}, weights, options);
    QCOMPARE(scales, (std::vector<float>{2.0F, 3.0F, 0.5F}));
}

void TestSmoothQuant::deadChannelsKeepScaleOne() {
    Matrix weight = randomMatrix(4, 3, 92);
    weight.col(1).setZero();
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> scales = smoothScales(std::vector<float>{0.0F, 1.0F, 1.0F}, weights, 0.5);
    QCOMPARE(scales[0], 1.0F);
    QVERIFY(std::abs(scales[1] - 1.0F / std::sqrt(1e-5F)) <= 1e-3F);
}

void TestSmoothQuant::scalesThatABoundHoldsAreCounted() {
    Matrix weight = Matrix::Constant(4, 5, 1.0F);
    weight.col(0).setZero();
    weight.col(1).setZero();           // as if its largest were 1e-5
    weight.col(4).setConstant(1e-5F);  // it is
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> max_abs{0.0F, 1.0F, 1e-12F, 1.0F, 1.0F};  // the first was never active; the third's scale would be 1e-6
    SmoothQuantOptions options;
    const BoundedScales bounded = boundedSmoothScales(max_abs, weights, options);
    QCOMPARE(bounded.n_bounded, Index{2});
    QCOMPARE(bounded.scales[2], 1e-5F);
    QCOMPARE(bounded.scales, smoothScales(max_abs, weights, options));
    options.activation_only = true;
    QCOMPARE(boundedSmoothScales(max_abs, weights, options).n_bounded, Index{1});
}

void TestSmoothQuant::estimateFollowsTheMeasuredError_data() {
    QTest::addColumn<double>("alpha");
    QTest::addColumn<bool>("per_token");
    for (const double alpha : {-1.0, 0.3, 0.5, 0.8}) {
        for (const bool per_token : {false, true})
            QTest::addRow("alpha %.1f %s", alpha, per_token ? "token" : "tensor") << alpha << per_token;
    }
}

void TestSmoothQuant::estimateFollowsTheMeasuredError() {
    QFETCH(double, alpha);
    QFETCH(bool, per_token);
    const Matrix weight = randomMatrix(64, 96, 93);
    const Matrix x = randomActivations(512, 96, 94);
    const std::vector<MatrixView> weights{weight};
    const ActivationScale activation = per_token ? ActivationScale::PerToken : ActivationScale::PerTensor;
    const std::vector<float> scales = alpha < 0.0 ? std::vector<float>(96, 1.0F) : smoothScales(maxAbs(x), weights, alpha);
    const double measured = measuredError(weight, x, scales, activation);
    const double estimated = w8a8Error(weights, hessianOf(x), maxAbs(x), scales, int8Grid(), activation);
    QVERIFY2(estimated > 0.7 * measured && estimated < 1.4 * measured, qPrintable(QString("%1 against %2").arg(estimated).arg(measured)));
}

void TestSmoothQuant::searchFindsALowerErrorThanNoSmoothing() {
    const Matrix weight = randomMatrix(64, 96, 95);
    Matrix x = randomActivations(512, 96, 96);
    x.col(40) *= 50.0F;
    const std::vector<MatrixView> weights{weight};
    for (const ActivationScale activation : {ActivationScale::PerTensor, ActivationScale::PerToken}) {
        JobContext job;
        const SmoothCurve curve = smoothSearch(weights, hessianOf(x), maxAbs(x), int8Grid(), activation, {}, job);
        QCOMPARE(curve.alphas.size(), std::size_t{21});
        QCOMPARE(curve.alphas.front(), 0.0);
        QCOMPARE(curve.alphas.back(), 1.0);
        const auto best = static_cast<std::size_t>(curve.best);
        for (const double loss : curve.losses) QVERIFY(curve.losses[best] <= loss);
        const std::vector<float> ones(96, 1.0F);
        const double unsmoothed = measuredError(weight, x, ones, activation);
        QVERIFY(measuredError(weight, x, smoothScales(maxAbs(x), weights, curve.alphas[best]), activation) < 0.3 * unsmoothed);
    }
}

void TestSmoothQuant::searchJudgesTheFormThatIsAsked() {
    const Matrix weight = randomMatrix(64, 96, 95);
    Matrix x = randomActivations(512, 96, 96);
    x.col(40) *= 50.0F;
    const std::vector<MatrixView> weights{weight};
    for (const bool activation_only : {false, true}) {
        SmoothQuantOptions options;
        options.activation_only = activation_only;
        JobContext job;
        const SmoothCurve curve = smoothSearch(weights, hessianOf(x), maxAbs(x), int8Grid(), ActivationScale::PerToken, options, job);
        for (std::size_t i = 0; i < curve.alphas.size(); ++i) {
            options.alpha = curve.alphas[i];
            const std::vector<float> scales = smoothScales(maxAbs(x), weights, options);
            const double expected = w8a8Error(weights, hessianOf(x), maxAbs(x), scales, int8Grid(), ActivationScale::PerToken);
            QVERIFY(std::abs(curve.losses[i] - expected) <= 1e-12 * expected);
        }
    }
}

void TestSmoothQuant::searchCanBeCancelledBetweenPoints() {
    const Matrix weight = randomMatrix(8, 16, 98);
    const Matrix x = randomActivations(64, 16, 99);
    const std::vector<MatrixView> weights{weight};
    int n_checkpoints = 0;
    JobContext job({}, [&](const Progress&) {
        if (++n_checkpoints == 5) throw Cancelled{};
    });
    QVERIFY_EXCEPTION_THROWN((void)smoothSearch(weights, hessianOf(x), maxAbs(x), int8Grid(), ActivationScale::PerToken, {}, job),
                             Cancelled);
    QCOMPARE(n_checkpoints, 5);
}

void TestSmoothQuant::int8WeightNeedsOneSymmetricGroupPerRow() {
    const Matrix weight = randomMatrix(4, 32, 97);
    GridSpec grid;
    grid.group_size = 16;
    QCOMPARE(errorCodeOf([&] { (void)toInt8Weight(quantizeNearest(weight, grid), ActivationScale::PerToken, 0.0F); }),
             int(ErrorCode::InvalidOption));
    grid.group_size = -1;
    grid.is_symmetric = false;
    QCOMPARE(errorCodeOf([&] { (void)toInt8Weight(quantizeNearest(weight, grid), ActivationScale::PerToken, 0.0F); }),
             int(ErrorCode::InvalidOption));
    grid.is_symmetric = true;
    for (const int bits : {4, 8}) {
        grid.bits = bits;
        const QuantizedTensor tensor = quantizeNearest(weight, grid);
        const Int8Weight int8 = toInt8Weight(tensor, ActivationScale::PerToken, 0.0F);
        const Matrix rounded = tensor.dequantize();
        for (Index row = 0; row < 4; ++row)
            QVERIFY(int8.codes.row(row).cast<float>() * int8.row_scale[static_cast<std::size_t>(row)] == rounded.row(row));
    }
}

void TestSmoothQuant::wrongInputsAreNamed() {
    SmoothQuantOptions options;
    options.alpha = 1.1;
    std::string message;
    QCOMPARE(errorCodeOf([&] { options.validate(); }, &message), int(ErrorCode::InvalidOption));
    QVERIFY2(message.find("alpha") != std::string::npos && message.find("1.1") != std::string::npos, message.c_str());
    const Matrix weight = randomMatrix(4, 3, 98);
    const std::vector<MatrixView> weights{weight};
    QCOMPARE(errorCodeOf([&] { (void)smoothScales(std::vector<float>(2), weights, 0.5); }), int(ErrorCode::ShapeMismatch));
    const Matrix narrow = randomMatrix(4, 2, 99);
    const std::vector<MatrixView> mixed{weight, narrow};
    QCOMPARE(errorCodeOf([&] { (void)columnMaxAbs(mixed); }), int(ErrorCode::ShapeMismatch));
}

QTEST_APPLESS_MAIN(TestSmoothQuant)
#include "tst_smoothquant.moc"
