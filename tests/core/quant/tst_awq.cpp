#include <QTest>
#include <algorithm>

#include "core/kernels/parallel.h"
#include "core/quant/awq.h"
#include "core/quant/layer_error.h"
#include "core/quant/scaling.h"
#include "tests/core/quant/cases.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::test;

namespace {

SafetensorsFile reference() { return SafetensorsFile::open(salient::test::testDataFolder() / "quant/reference.safetensors"); }

GridSpec awqGrid(int bits, Index group_size) {
    GridSpec grid;
    grid.bits = bits;
    grid.group_size = group_size;
    grid.is_symmetric = false;
    grid.rule = GridRule::Awq;
    return grid;
}

std::vector<float> meanAbs(const Matrix& x) {
    const Eigen::RowVectorXf mean = x.cast<double>().cwiseAbs().colwise().mean().cast<float>();
    return {mean.data(), mean.data() + mean.size()};
}

}  // namespace

class TestAwq : public QObject {
    Q_OBJECT
private slots:
    void cleanup() { setThreadCount(0); }
    void matchesTheIndependentReference_data();
    void matchesTheIndependentReference();
    void ratioZeroIsRoundToNearest();
    void scalesAtTheLeastOneAreCounted();
    void lossIsTheSquaredOutputErrorOnTheTokens();
    void lossCountsEveryRowOfALargeLayer();
    void jointLossIsTheSumOverLayers();
    void firstLayerAloneDecidesWithoutJointLoss();
    void theRaceChoosesWhatTheWholeCurveChooses_data();
    void theRaceChoosesWhatTheWholeCurveChooses();
    void clipIsTheBestOfTheLevels();
    void whereNoLevelIsBetterNothingIsClipped();
    void clippedWeightsStayWithinTheirLimits();
    void anyThreadCountGivesTheSameBits();
    void anyThreadCountGivesTheSameBitsWhereLossesAreQuick();
    void curveOfAWideLayerIsExact();
    void wrongInputsAreNamed();
    void stopIsHeard();
};

void TestAwq::matchesTheIndependentReference_data() {
    QTest::addColumn<QString>("variant");
    QTest::addColumn<int>("bits");
    QTest::addColumn<int>("group_size");
    QTest::addColumn<bool>("duo");
    QTest::newRow("b4.g32") << "awq.b4.g32" << 4 << 32 << false;
    QTest::newRow("b3.g16.duo") << "awq.b3.g16.duo" << 3 << 16 << true;
}

void TestAwq::matchesTheIndependentReference() {
    QFETCH(QString, variant);
    QFETCH(int, bits);
    QFETCH(int, group_size);
    QFETCH(bool, duo);
    const std::string v = variant.toStdString();
    const SafetensorsFile file = reference();
    const Matrix weight = toMatrix(file.tensor("awq.W"));
    const Matrix x = toMatrix(file.tensor("awq.X"));
    const std::vector<MatrixView> weights{weight};
    const GridSpec grid = awqGrid(bits, group_size);
    AwqOptions options;
    options.duo = duo;
    JobContext job;
    const AwqCurve curve = awqSearch(weights, hessianOf(x), meanAbs(x), grid, options, job);
    const std::vector<double> losses = elements<double>(file.tensor(v + ".losses"));
    const Matrix grid_scales = toMatrix(file.tensor(v + ".scales"));
    QCOMPARE(curve.losses.size(), losses.size());
    const std::vector<float> weight_mean = duo ? awqWeightMean(weights, grid.group_size) : std::vector<float>{};
    const auto scalesAt = [&](Index i) { return std::vector<float>(grid_scales.row(i).begin(), grid_scales.row(i).end()); };
    for (std::size_t i = 0; i < losses.size(); ++i) {
        const std::vector<float> expected = scalesAt(static_cast<Index>(i));
        const std::vector<float> own = awqScales(meanAbs(x), curve.ratios[i], duo, weight_mean);
        for (std::size_t j = 0; j < own.size(); ++j) QVERIFY(std::abs(own[j] - expected[j]) <= 16.0F * 1.2e-7F * expected[j]);
        // On these scales to the last code: on so small a layer a scale one bit off can flip a code and move the loss by more.
        const double per_loss = 1.0 / (2.0 * static_cast<double>(weight.rows()));
        QVERIFY(std::abs(awqLoss(weights, hessianOf(x), expected, grid) * per_loss - losses[i]) <= 1e-4 * losses[i]);
        QVERIFY(std::abs(awqLossPlain(weights, hessianOf(x), expected, grid) * per_loss - losses[i]) <= 1e-4 * losses[i]);
        QVERIFY(std::abs(curve.losses[i] * per_loss - losses[i]) <= 1e-2 * losses[i]);
    }
    QCOMPARE(curve.best, Index{elements<std::int32_t>(file.tensor(v + ".best")).at(0)});
    // What a walk over a model calls is the choice alone: of this layer, and of one with so many rows that it is raced for.
    const double best_ratio = static_cast<double>(curve.best) / options.n_grid;
    const std::vector<MatrixView> many(static_cast<std::size_t>(2048 / weight.rows()), MatrixView(weight));
    for (const std::vector<MatrixView>& judged : {weights, many}) {
        const AwqChoice choice = awqChoose(judged, hessianOf(x), meanAbs(x), grid, options, job);
        QCOMPARE(choice.ratio, best_ratio);
        QVERIFY(choice.scales == curve.best_scales);
    }
    const std::vector<float> scales = scalesAt(curve.best);
    const Matrix scaled = scaledColumns(weight, scales);
    const Matrix clip = awqClip(scaled, hessianOf(unscaledColumns(x, scales)), grid, options, job);
    QVERIFY(clip == toMatrix(file.tensor(v + ".clip")));
    QVERIFY(awqClipPlain(scaled, hessianOf(unscaledColumns(x, scales)), grid, options) == clip);
    const QuantizedTensor tensor = quantizeNearest(applyClip(scaled, clip, grid.group_size), grid);
    QVERIFY(tensor.codes == codeMatrix<CodeMatrix>(file.tensor(v + ".codes")));
}

void TestAwq::ratioZeroIsRoundToNearest() {
    const Matrix weight = randomMatrix(20, 64, 70);
    const Matrix x = randomActivations(200, 64, 71);
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> scales = awqScales(meanAbs(x), 0.0);
    for (const float s : scales) QCOMPARE(s, 1.0F);
    const double nearest = outputError(weight - quantizeNearest(weight, awqGrid(4, 32)).dequantize(), hessianOf(x));
    const double loss = awqLoss(weights, hessianOf(x), scales, awqGrid(4, 32));
    QVERIFY(std::abs(loss - nearest) <= 1e-6 * nearest);
}

void TestAwq::scalesAtTheLeastOneAreCounted() {
    // 1e-9 to the power of 0.5 is 3e-5, to the power of 0.25 it is 6e-3. A channel that was never active is nobody's.
    const std::vector<float> mean_abs{0.0F, 1e-9F, 1.0F, 4.0F, 1e-10F};
    QCOMPARE(raisedAwqScales(mean_abs, 0.5), Index{2});
    QCOMPARE(raisedAwqScales(mean_abs, 0.25), Index{0});
    const std::vector<float> scales = awqScales(mean_abs, 0.5);
    QCOMPARE(scales[1], scales[4]);
    // The duo form divides by the weight's mean to the power of 0.5, and 1e-4: 3.2e-5 / 0.1 is enough, 1e-5 / 0.2 is not.
    const std::vector<float> weight_mean{1.0F, 0.01F, 1.0F, 1.0F, 0.04F};
    QCOMPARE(raisedAwqScales(mean_abs, 0.5, true, weight_mean), Index{1});
}

void TestAwq::lossIsTheSquaredOutputErrorOnTheTokens() {
    const Matrix weight = randomMatrix(30, 96, 72);
    const Matrix x = randomActivations(250, 96, 73);
    const std::vector<MatrixView> weights{weight};
    for (const double ratio : {0.25, 0.5, 0.95}) {
        const std::vector<float> scales = awqScales(meanAbs(x), ratio);
        const Matrix rounded = unscaledColumns(quantizeNearest(scaledColumns(weight, scales), awqGrid(3, 32)).dequantize(), scales);
        const double squares = (x.cast<double>() * (weight - rounded).cast<double>().transpose()).squaredNorm();
        const double loss = awqLoss(weights, hessianOf(x), scales, awqGrid(3, 32));
        QVERIFY(std::abs(loss * static_cast<double>(x.rows()) / 2.0 - squares) <= 1e-5 * squares);
        const double plain = awqLossPlain(weights, hessianOf(x), scales, awqGrid(3, 32));
        QVERIFY(std::abs(plain * static_cast<double>(x.rows()) / 2.0 - squares) <= 1e-5 * squares);
    }
}

void TestAwq::lossCountsEveryRowOfALargeLayer() {
    // More rows and columns than one tile of the product holds.
    const Matrix weight = randomMatrix(530, 1100, 74);
    // One direction shared by all channels, so that what stands off the diagonal counts as much as the diagonal.
    Matrix hessian = randomMatrix(1100, 1, 75) * randomMatrix(1100, 1, 75).transpose();
    hessian.diagonal().array() += 0.1F;
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> ones(1100, 1.0F);
    const double expected = awqLossPlain(weights, hessian, ones, awqGrid(4, 100));
    const double loss = awqLoss(weights, hessian, ones, awqGrid(4, 100));
    QVERIFY(std::abs(loss - expected) <= 1e-5 * expected);
}

void TestAwq::jointLossIsTheSumOverLayers() {
    const Matrix a = randomMatrix(20, 64, 76);
    const Matrix b = randomMatrix(12, 64, 77) * 3.0F;
    const Matrix x = randomActivations(200, 64, 78);
    const std::vector<MatrixView> both{a, b};
    JobContext job;
    const AwqCurve joint = awqSearch(both, hessianOf(x), meanAbs(x), awqGrid(4, 32), {}, job);
    const AwqCurve first = awqSearch(std::span(both).first(1), hessianOf(x), meanAbs(x), awqGrid(4, 32), {}, job);
    const AwqCurve second = awqSearch(std::span(both).last(1), hessianOf(x), meanAbs(x), awqGrid(4, 32), {}, job);
    for (std::size_t i = 0; i < joint.losses.size(); ++i)
        QVERIFY(std::abs(joint.losses[i] - first.losses[i] - second.losses[i]) <= 1e-12 * joint.losses[i]);
    QCOMPARE(joint.best, Index(std::min_element(joint.losses.begin(), joint.losses.end()) - joint.losses.begin()));
}

void TestAwq::firstLayerAloneDecidesWithoutJointLoss() {
    const Matrix a = randomMatrix(20, 64, 79);
    const Matrix b = randomMatrix(12, 64, 80);
    const Matrix x = randomActivations(200, 64, 81);
    const std::vector<MatrixView> both{a, b};
    AwqOptions options;
    options.joint_loss = false;
    JobContext job;
    const AwqCurve alone = awqSearch(both, hessianOf(x), meanAbs(x), awqGrid(4, 32), options, job);
    QCOMPARE(alone.losses, awqSearch(std::span(both).first(1), hessianOf(x), meanAbs(x), awqGrid(4, 32), {}, job).losses);
}

void TestAwq::theRaceChoosesWhatTheWholeCurveChooses_data() {
    QTest::addColumn<int>("seed");
    QTest::addColumn<int>("heavy_rows");
    QTest::addColumn<float>("spread");
    QTest::newRow("rows alike") << 90 << 0 << 0.0F;
    QTest::newRow("rows alike, others") << 91 << 0 << 0.0F;
    QTest::newRow("rows of many sizes") << 92 << 0 << 1.0F;
    QTest::newRow("rows of many sizes, others") << 93 << 0 << 1.0F;
    QTest::newRow("five rows outweigh all others") << 94 << 5 << 0.0F;
}

void TestAwq::theRaceChoosesWhatTheWholeCurveChooses() {
    QFETCH(int, seed);
    QFETCH(int, heavy_rows);
    QFETCH(float, spread);
    constexpr Index kChannels = 160;
    const auto at = static_cast<unsigned>(seed);
    Matrix x = randomActivations(400, kChannels, at);
    Matrix first = randomMatrix(1500, kChannels, at + 100);
    const Matrix second = randomMatrix(1000, kChannels, at + 200);
    const Matrix size = randomMatrix(1500, 1, at + 300);
    for (Index row = 0; row < first.rows(); ++row) first.row(row) *= std::exp(spread * size(row, 0));
    // These have their largest weights where the activations are large: scaling those channels up helps all rows but them.
    for (Index k = 0; k < heavy_rows; ++k) {
        first.row(37 + 211 * k) *= 100.0F;
        for (Index j = 0; j < kChannels; ++j) {
            if (x.col(j).cwiseAbs().mean() > x.cwiseAbs().mean()) first(37 + 211 * k, j) *= 30.0F;
        }
    }
    const std::vector<MatrixView> both{first, second};
    for (const int bits : {2, 3, 4}) {
        JobContext job;
        const AwqCurve curve = awqSearch(both, hessianOf(x), meanAbs(x), awqGrid(bits, 32), {}, job);
        const AwqChoice choice = awqChoose(both, hessianOf(x), meanAbs(x), awqGrid(bits, 32), {}, job);
        QCOMPARE(choice.ratio, curve.ratios[static_cast<std::size_t>(curve.best)]);
        QVERIFY(choice.scales == curve.best_scales);
        if (heavy_rows == 0) continue;
        const std::vector<MatrixView> others{second};
        QVERIFY(awqSearch(others, hessianOf(x), meanAbs(x), awqGrid(bits, 32), {}, job).best != curve.best);
    }
    const auto chosenWith = [&](int n_threads) {
        setThreadCount(n_threads);
        JobContext job;
        return awqChoose(both, hessianOf(x), meanAbs(x), awqGrid(4, 32), {}, job).ratio;
    };
    QCOMPARE(chosenWith(1), chosenWith(8));
}

void TestAwq::clipIsTheBestOfTheLevels() {
    const Matrix weight = randomMatrix(70, 75, 82);
    const Matrix x = randomActivations(300, 75, 83);
    const GridSpec grid = awqGrid(2, 30);  // the last group is ragged
    JobContext job;
    const Matrix clip = awqClip(weight, hessianOf(x), grid, {}, job);
    const Matrix plain = awqClipPlain(weight, hessianOf(x), grid, {});
    QCOMPARE(clip.cols(), Index{3});
    bool some_shrank = false;
    for (Index row = 0; row < weight.rows(); ++row) {
        for (Index group = 0; group < 3; ++group) {
            const Index first = group * 30;
            const Index count = std::min<Index>(30, 75 - first);
            const Eigen::RowVectorXf w = weight.row(row).segment(first, count);
            const auto lossOf = [&](float limit) {
                const Eigen::RowVectorXf clipped = w.cwiseMax(-limit).cwiseMin(limit);
                const GridPoint point = gridOf(clipped.data(), count, grid);
                Eigen::VectorXd d(count);
                for (Index j = 0; j < count; ++j)
                    d[j] = static_cast<double>(point.scale * (static_cast<float>(roundToGrid(clipped[j], point, 3)) - point.zero) - w[j]);
                return (x.middleCols(first, count).cast<double>() * d).squaredNorm();
            };
            const float highest = w.cwiseAbs().maxCoeff();
            double least = lossOf(highest);
            for (int level = 1; level < 10; ++level) least = std::min(least, lossOf(highest * static_cast<float>(1.0 - level / 20.0)));
            QVERIFY(lossOf(clip(row, group)) <= least * (1.0 + 1e-5));
            QVERIFY(lossOf(plain(row, group)) <= least * (1.0 + 1e-5));
            some_shrank = some_shrank || clip(row, group) < highest;
        }
    }
    QVERIFY(some_shrank);
}

void TestAwq::whereNoLevelIsBetterNothingIsClipped() {
    const Matrix weight = randomMatrix(6, 32, 95);
    Matrix hessian = Matrix::Zero(32, 32);
    hessian.topLeftCorner(16, 16).setIdentity();  // the inputs of the second group were never active
    JobContext job;
    const Matrix clip = awqClip(weight, hessian, awqGrid(3, 16), {}, job);
    for (Index row = 0; row < weight.rows(); ++row) QCOMPARE(clip(row, 1), weight.row(row).tail(16).cwiseAbs().maxCoeff());
}

void TestAwq::clippedWeightsStayWithinTheirLimits() {
    const Matrix weight = randomMatrix(5, 20, 84);
    Matrix clip(5, 3);
    clip.setConstant(0.5F);
    clip.col(2).setConstant(100.0F);
    const Matrix clipped = applyClip(weight, clip, 8);
    QVERIFY(clipped.leftCols(16).cwiseAbs().maxCoeff() <= 0.5F);
    QVERIFY(clipped.rightCols(4) == weight.rightCols(4));
    QVERIFY((clipped.array() == weight.array() || clipped.array().abs() == 0.5F).all());
}

void TestAwq::anyThreadCountGivesTheSameBits() {
    const Matrix weight = randomMatrix(600, 70, 85);
    const Matrix x = randomActivations(200, 70, 86);
    const std::vector<MatrixView> weights{weight};
    AwqOptions options;
    options.n_grid = 3;
    JobContext job;
    setThreadCount(1);
    const AwqCurve one = awqSearch(weights, hessianOf(x), meanAbs(x), awqGrid(4, 32), options, job);
    const Matrix one_clip = awqClip(weight, hessianOf(x), awqGrid(4, 32), options, job);
    for (const int n_threads : {2, 8}) {
        setThreadCount(n_threads);
        QCOMPARE(awqSearch(weights, hessianOf(x), meanAbs(x), awqGrid(4, 32), options, job).losses, one.losses);
        QVERIFY(awqClip(weight, hessianOf(x), awqGrid(4, 32), options, job) == one_clip);
    }
}

// Widths and heights at which the race is run and its quick losses are taken by products of rounded operands, where there are such.
void TestAwq::anyThreadCountGivesTheSameBitsWhereLossesAreQuick() {
    const Matrix weight = randomMatrix(2100, 1040, 88);
    const Matrix x = randomActivations(1100, 1040, 89);
    const Matrix hessian = hessianOf(x);
    const std::vector<MatrixView> weights{weight};
    AwqOptions options;
    options.n_grid = 3;
    JobContext job;
    setThreadCount(1);
    const AwqChoice one = awqChoose(weights, hessian, meanAbs(x), awqGrid(3, 128), options, job);
    const double one_loss = awqLoss(weights, hessian, one.scales, awqGrid(3, 128));
    for (const int n_threads : {2, 8}) {
        setThreadCount(n_threads);
        const AwqChoice choice = awqChoose(weights, hessian, meanAbs(x), awqGrid(3, 128), options, job);
        QCOMPARE(choice.ratio, one.ratio);
        QVERIFY(choice.scales == one.scales);
        QCOMPARE(awqLoss(weights, hessian, choice.scales, awqGrid(3, 128)), one_loss);
    }
}

// What a view draws of a wide layer: the losses themselves, not only their order, are of float32 grade.
void TestAwq::curveOfAWideLayerIsExact() {
    const Matrix weight = randomMatrix(40, 1100, 90);
    const Matrix x = randomActivations(1200, 1100, 91);
    const std::vector<MatrixView> weights{weight};
    AwqOptions options;
    options.n_grid = 4;
    JobContext job;
    const AwqCurve curve = awqSearch(weights, hessianOf(x), meanAbs(x), awqGrid(4, 128), options, job);
    for (std::size_t i = 0; i < curve.ratios.size(); ++i) {
        const std::vector<float> scales = awqScales(meanAbs(x), curve.ratios[i]);
        const Matrix rounded = unscaledColumns(quantizeNearest(scaledColumns(weight, scales), awqGrid(4, 128)).dequantize(), scales);
        const Eigen::MatrixXd output = x.cast<double>() * (weight - rounded).cast<double>().transpose();
        const double expected = output.squaredNorm() * 2.0 / static_cast<double>(x.rows());
        QVERIFY2(std::abs(curve.losses[i] - expected) <= 1e-5 * expected, qPrintable(QString::number(curve.losses[i] / expected - 1.0)));
    }
}

void TestAwq::wrongInputsAreNamed() {
    const Matrix weight = randomMatrix(4, 16, 87);
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> mean(16, 1.0F);
    JobContext job;
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)awqSearch(weights, Matrix::Identity(15, 15), mean, awqGrid(4, 8), {}, job); }, &message),
             int(ErrorCode::ShapeMismatch));
    AwqOptions options;
    options.n_grid = 0;
    QCOMPARE(errorCodeOf([&] { options.validate(); }, &message), int(ErrorCode::InvalidOption));
    QVERIFY2(message.find("ratios") != std::string::npos, message.c_str());
    options = {};
    options.fixed_ratio = 1.5;
    QCOMPARE(errorCodeOf([&] { options.validate(); }, &message), int(ErrorCode::InvalidOption));
    options = {};
    options.n_clip_levels = 21;
    QCOMPARE(errorCodeOf([&] { options.validate(); }, &message), int(ErrorCode::InvalidOption));
    options = {};
    for (const double clip : {0.0, 0.04, 1.01, std::numeric_limits<double>::quiet_NaN()}) {
        options.fixed_clip = clip;
        QCOMPARE(errorCodeOf([&] { options.validate(); }, &message), int(ErrorCode::InvalidOption));
        QVERIFY2(message.find("fixed clip: expected 0.05") != std::string::npos, message.c_str());
    }
    for (const double clip : {-1.0, 0.05, 1.0}) {
        options.fixed_clip = clip;
        QCOMPARE(errorCodeOf([&] { options.validate(); }), -1);
    }
    QCOMPARE(errorCodeOf([&] { (void)awqScales(mean, 0.5, true, std::vector<float>(3)); }), int(ErrorCode::ShapeMismatch));
    Matrix bad = weight;
    bad(2, 9) = std::numeric_limits<float>::quiet_NaN();
    const std::vector<MatrixView> bad_weights{bad};
    QCOMPARE(errorCodeOf([&] { (void)awqSearch(bad_weights, Matrix::Identity(16, 16), mean, awqGrid(4, 8), {}, job); }, &message),
             int(ErrorCode::NonFinite));
    QVERIFY2(message.find("row 2, column 9") != std::string::npos, message.c_str());
}

void TestAwq::stopIsHeard() {
    std::stop_source stop;
    JobContext job(stop.get_token(), [&](const Progress&) { stop.request_stop(); });
    const Matrix weight = randomMatrix(4, 16, 88);
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> mean(16, 1.0F);
    QVERIFY_EXCEPTION_THROWN((void)awqSearch(weights, Matrix::Identity(16, 16), mean, awqGrid(4, 8), {}, job), Cancelled);
    const Matrix many_rows = randomMatrix(2100, 16, 89);
    const std::vector<MatrixView> raced{many_rows};
    QVERIFY_EXCEPTION_THROWN((void)awqChoose(raced, Matrix::Identity(16, 16), mean, awqGrid(4, 8), {}, job), Cancelled);
    QVERIFY_EXCEPTION_THROWN((void)awqClip(weight, Matrix::Identity(16, 16), awqGrid(4, 8), {}, job), Cancelled);
}

QTEST_APPLESS_MAIN(TestAwq)
#include "tst_awq.moc"
