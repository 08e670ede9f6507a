#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/calib/channel_statistics.h"
#include "core/io/json_file.h"
#include "core/kernels/cholesky.h"
#include "core/kernels/gram.h"
#include "core/kernels/round.h"
#include "core/quant/awq.h"
#include "core/quant/gptq.h"
#include "core/quant/layer_error.h"
#include "core/quant/scaling.h"
#include "core/quant/smoothquant.h"
#include "tests/core/quant/cases.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::test;

namespace {

// Golden cases made by the published implementations; beside the source tree where they are present.
const std::filesystem::path kCases = salient::test::sharedFolder() / "fixtures/algorithms";

Json manifest(const std::string& name) { return readJson(kCases / (name + ".json")); }
SafetensorsFile part(const std::string& name, const std::string& kind) {
    return SafetensorsFile::open(kCases / (name + "." + kind + ".safetensors"));
}

void listVariants(const char* method) {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("variant");
    if (!std::filesystem::exists(kCases)) return;
    for (const char* name : {"small", "medium", "groupedge", "dead", "onerow", "nearsingular"}) {
        const Json document = manifest(name);
        if (!document.contains(method)) continue;
        for (const auto& [variant, settings] : document[method].items())
            QTest::addRow("%s %s", name, variant.c_str()) << QString(name) << QString::fromStdString(variant);
    }
}

GridSpec gridFrom(const Json& settings) {
    GridSpec spec;
    spec.bits = settings["bits"];
    spec.is_symmetric = settings["sym"];
    spec.group_size = settings["group"];
    spec.mse_search = settings.value("mse_search", false);
    if (settings.value("convention", std::string("gptq")) == "awq") spec.rule = GridRule::Awq;
    return spec;
}

double outputMse(const Matrix& x, const Matrix& difference) {
    return (x.cast<double>() * difference.cast<double>().transpose()).squaredNorm() / static_cast<double>(x.rows() * difference.rows());
}

// U with UᵀU = (H + damping)⁻¹, dead columns patched, in double.
Eigen::MatrixXd inverseFactor(const Matrix& hessian, double fraction) {
    Eigen::MatrixXd h = hessian.cast<double>();
    for (Index j = 0; j < h.cols(); ++j) h(j, j) = h(j, j) == 0.0 ? 1.0 : h(j, j);
    h.diagonal().array() += fraction * h.diagonal().mean();
    return reversedFactor(h).triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(h.rows(), h.cols()));
}

Index countDifferent(const CodeMatrix& a, const CodeMatrix& b) { return (a.array() != b.array()).count(); }

}  // namespace

class TestPublishedCases : public QObject {
    Q_OBJECT
private slots:
    void init() {
        if (!std::filesystem::exists(kCases)) QSKIP("the published cases are not beside this source tree");
    }
    void nearestGivesThePublishedCodes_data() { listVariants("rtn"); }
    void nearestGivesThePublishedCodes();
    void theHessianAndItsFactorAreThePublishedOnes_data();
    void theHessianAndItsFactorAreThePublishedOnes();
    void gptqGivesThePublishedCodes_data() { listVariants("gptq"); }
    void gptqGivesThePublishedCodes();
    void plainGptqGivesThePublishedCodes_data() { listVariants("gptq"); }
    void plainGptqGivesThePublishedCodes();
    void awqGivesThePublishedSearch_data();
    void awqGivesThePublishedSearch();
    void smoothQuantGivesThePublishedCodes_data();
    void smoothQuantGivesThePublishedCodes();

private:
    void compareGptq(bool plain);
};

void TestPublishedCases::nearestGivesThePublishedCodes() {
    QFETCH(QString, name);
    QFETCH(QString, variant);
    const std::string v = variant.toStdString();
    const Json settings = manifest(name.toStdString())["rtn"][v];
    const Matrix weight = toMatrix(part(name.toStdString(), "input").tensor("W"));
    const SafetensorsFile expected = part(name.toStdString(), "rtn");
    for (const bool plain : {false, true}) {
        const QuantizedTensor tensor =
            plain ? quantizeNearestPlain(weight, gridFrom(settings)) : quantizeNearest(weight, gridFrom(settings));
        QCOMPARE(countDifferent(tensor.codes, codeMatrix<CodeMatrix>(expected.tensor(v + ".codes"))), Index{0});
        QVERIFY(tensor.scale == toMatrix(expected.tensor(v + ".scale")));
        QVERIFY(tensor.zero == toMatrix(expected.tensor(v + ".zero")));
        if (expected.tensors().count(v + ".dequant") > 0) QVERIFY(tensor.dequantize() == toMatrix(expected.tensor(v + ".dequant")));
    }
}

void TestPublishedCases::theHessianAndItsFactorAreThePublishedOnes_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"small", "medium", "groupedge", "dead", "onerow", "nearsingular"}) QTest::newRow(name) << QString(name);
}

void TestPublishedCases::theHessianAndItsFactorAreThePublishedOnes() {
    QFETCH(QString, name);
    const std::string n = name.toStdString();
    const SafetensorsFile expected = part(n, "gptq");
    const Matrix published = toMatrix(expected.tensor("H"));
    const Matrix x = toMatrix(part(n, "input").tensor("X"));
    Matrix hessian = Matrix::Zero(x.cols(), x.cols());
    accumulateGram(x, static_cast<float>(2.0 / manifest(n)["calibration_sequences"].get<double>()), hessian);
    hessian.triangularView<Eigen::StrictlyUpper>() = hessian.transpose();
    QVERIFY((hessian - published).cwiseAbs().maxCoeff() <= 1e-5F * published.cwiseAbs().maxCoeff());

    // As near to the factor in double precision as the published program's, which works in single precision too.
    const auto isAsNear = [&](const Matrix& factor, const Matrix& published_factor, const Matrix& of) {
        const Eigen::MatrixXd exact = inverseFactor(of, 0.01);
        const double published_off = (published_factor.cast<double>() - exact).norm();
        return (factor.cast<double>() - exact).norm() <= 2.0 * published_off + 1e-6 * exact.norm();
    };
    if (expected.tensors().count("Hinv_chol_upper") == 0) return;
    GptqOptions options;
    QVERIFY(isAsNear(invertUpper(factorizeGptq(published, options).r), toMatrix(expected.tensor("Hinv_chol_upper")), published));
    if (expected.tensors().count("actorder.Hinv_chol_upper") == 0) return;  // of the larger cases it was not kept
    for (const std::int32_t column : elements<std::int32_t>(expected.tensor("actorder.perm"))) options.column_order.push_back(column);
    const std::vector<Index>& order = options.column_order;
    const Matrix ordered = published(order, order);
    QVERIFY(isAsNear(invertUpper(factorizeGptq(published, options).r), toMatrix(expected.tensor("actorder.Hinv_chol_upper")), ordered));
}

void TestPublishedCases::compareGptq(bool plain) {
    QFETCH(QString, name);
    QFETCH(QString, variant);
    const std::string v = variant.toStdString();
    const Json settings = manifest(name.toStdString())["gptq"][v];
    const SafetensorsFile input = part(name.toStdString(), "input");
    const SafetensorsFile expected = part(name.toStdString(), "gptq");
    const Matrix weight = toMatrix(input.tensor("W"));
    const Matrix x = toMatrix(input.tensor("X"));
    const Matrix hessian = toMatrix(expected.tensor("H"));
    GptqOptions options;
    options.damping = settings["percdamp"];
    options.block_size = settings["blocksize"];
    options.static_groups = settings["static_groups"];
    options.act_order = settings["actorder"];
    options.group_parameters = GptqOptions::GroupParameters::Published;
    if (options.act_order) {  // the published sort is not stable: take its order as it was
        for (const std::int32_t column : elements<std::int32_t>(expected.tensor("actorder.perm"))) options.column_order.push_back(column);
    }
    JobContext job;
    const GridSpec grid = gridFrom(settings);
    const GptqResult result = plain ? quantizeGptqPlain(weight, hessian, grid, options) : quantizeGptq(weight, hessian, grid, options, job);

    // Twice the distance between the published program in single and in double precision, as the cases' own notes allow, and rows in
    // which the first code that differs was a toss-up: a value so close to the middle of two codes that float32 cannot tell.
    const CodeMatrix codes = codeMatrix<CodeMatrix>(expected.tensor(v + ".codes"));
    const double allowed = 2.0 * settings["codes_differing_from_float64"].get<double>() * static_cast<double>(codes.size());
    const Index n_different = differentWithoutTossUp(result, codes, weight, hessian);
    QVERIFY2(static_cast<double>(n_different) <= allowed, qPrintable(QString("%1 codes differ, %2 allowed").arg(n_different).arg(allowed)));
    // Scales come from partly updated columns: the sums that update them round differently.
    const Matrix scale = toMatrix(expected.tensor(v + ".scale"));
    const Matrix zero = toMatrix(expected.tensor(v + ".zero"));
    for (Index row = 0; row < codes.rows(); ++row) {
        if (codes.row(row) != result.tensor.codes.row(row)) continue;
        QVERIFY((result.tensor.scale.row(row) - scale.row(row)).cwiseAbs().maxCoeff() <= 1e-5F * scale.row(row).maxCoeff());
        QVERIFY(result.tensor.zero.row(row) == zero.row(row));
    }
    QCOMPARE(result.tensor.group_index, elements<std::int32_t>(expected.tensor(v + ".g_idx")));

    const std::vector<float> column_loss = elements<float>(expected.tensor(v + ".loss_cols"));
    if (countDifferent(result.tensor.codes, codes) == 0) {
        const float largest = *std::ranges::max_element(column_loss);
        for (std::size_t p = 0; p < column_loss.size(); ++p) QVERIFY(std::abs(result.column_loss[p] - column_loss[p]) <= 1e-4F * largest);
    }
    double loss = 0.0;
    for (const float column : result.column_loss) loss += static_cast<double>(column);
    const double error = settings["error"];
    // Sums of float32 terms; a row that tossed up another code ends with another, equally good, loss.
    const double rounding = countDifferent(result.tensor.codes, codes) > 0 ? 1e-4 : 1e-5;
    const double error_spread = 2.0 * std::abs(error - settings["error_float64"].get<double>()) + rounding * error;
    QVERIFY2(std::abs(loss - error) <= error_spread, qPrintable(QString("error %1, expected %2").arg(loss).arg(error)));
    const double mse = settings["output_mse"];
    const double mse_spread = 2.0 * std::abs(mse - settings["output_mse_float64"].get<double>()) + rounding * mse;
    QVERIFY(std::abs(outputMse(x, weight - result.tensor.dequantize()) - mse) <= mse_spread);
}

void TestPublishedCases::gptqGivesThePublishedCodes() { compareGptq(false); }
void TestPublishedCases::plainGptqGivesThePublishedCodes() { compareGptq(true); }

void TestPublishedCases::awqGivesThePublishedSearch_data() {
    QTest::addColumn<QString>("variant");
    if (!std::filesystem::exists(kCases)) return;
    const Json document = manifest("awq");
    for (const auto& [variant, settings] : document["awq"].items()) QTest::addRow("%s", variant.c_str()) << QString::fromStdString(variant);
}

void TestPublishedCases::awqGivesThePublishedSearch() {
    QFETCH(QString, variant);
    const std::string v = variant.toStdString();
    const Json settings = manifest("awq")["awq"][v];
    const SafetensorsFile input = part("awq", "input");
    const SafetensorsFile expected = part("awq", "awq");
    const Matrix weight = toMatrix(input.tensor("W"));
    const Matrix x = toMatrix(input.tensor("X"));
    GridSpec grid;
    grid.bits = settings["bits"];
    grid.group_size = settings["group"];
    grid.is_symmetric = false;
    grid.rule = GridRule::Awq;
    AwqOptions options;
    options.n_grid = settings["n_grid"];
    options.duo = v.starts_with("duo.");
    const std::vector<MatrixView> weights{weight};

    if (options.duo) {
        const std::vector<float> weight_mean = awqWeightMean(weights, grid.group_size);
        const std::vector<float> published_mean = elements<float>(expected.tensor(v + ".w_mean"));
        for (std::size_t j = 0; j < weight_mean.size(); ++j) QVERIFY(std::abs(weight_mean[j] - published_mean[j]) <= 1e-6F);
    }
    const std::vector<float> mean_abs = elements<float>(expected.tensor(options.duo ? "b4.g64.x_mean_abs" : v + ".x_mean_abs"));
    ChannelStatistics channels;
    channels.add(x, 0);
    const std::vector<float> own_mean = channels.meanAbs();
    for (std::size_t j = 0; j < mean_abs.size(); ++j) QVERIFY(std::abs(own_mean[j] - mean_abs[j]) <= 1e-5F * mean_abs[j]);
    const Matrix grid_scales = toMatrix(expected.tensor(v + ".grid_scales"));
    for (int i = 0; i < options.n_grid; ++i) {
        const std::vector<float> weight_mean = options.duo ? awqWeightMean(weights, grid.group_size) : std::vector<float>{};
        const std::vector<float> scales = awqScales(mean_abs, static_cast<double>(i) / options.n_grid, options.duo, weight_mean);
        for (Index j = 0; j < grid_scales.cols(); ++j)
            QVERIFY(std::abs(scales[static_cast<std::size_t>(j)] - grid_scales(i, j)) <= 4e-6F * grid_scales(i, j));
    }
    JobContext job;
    const AwqCurve curve = awqSearch(weights, hessianOf(x), mean_abs, grid, options, job);
    QCOMPARE(curve.best, settings["best_index"].get<Index>());
    QCOMPARE(curve.ratios[static_cast<std::size_t>(curve.best)], settings["best_ratio"].get<double>());
    // What a walk over a model calls is the choice alone: of this layer, and of one with so many rows that it is raced for.
    const std::vector<MatrixView> many(static_cast<std::size_t>(2048 / weight.rows() + 1), MatrixView(weight));
    for (const std::vector<MatrixView>& judged : {weights, many}) {
        const AwqChoice choice = awqChoose(judged, hessianOf(x), mean_abs, grid, options, job);
        QCOMPARE(choice.ratio, settings["best_ratio"].get<double>());
        QVERIFY(choice.scales == curve.best_scales);
    }
    const std::vector<double> losses = elements<double>(expected.tensor(v + ".grid_losses"));
    // tr(D H Dᵀ) · tokens / 2 is the sum of squares that the published loss is the mean of.
    const double per_loss = 1.0 / (2.0 * static_cast<double>(weight.rows()));
    for (std::size_t i = 0; i < losses.size(); ++i) QVERIFY(std::abs(curve.losses[i] * per_loss - losses[i]) <= 1e-4 * losses[i]);
    const std::vector<float> best_scales = elements<float>(expected.tensor(v + ".best_scales"));
    for (std::size_t j = 0; j < best_scales.size(); ++j) QVERIFY(std::abs(curve.best_scales[j] - best_scales[j]) <= 1e-6F * best_scales[j]);

    // From here on with the published scales, bit by bit.
    const Matrix scaled = scaledColumns(weight, best_scales);
    const auto codesAgree = [&](const QuantizedTensor& tensor, const std::string& suffix) {
        return countDifferent(tensor.codes, codeMatrix<CodeMatrix>(expected.tensor(v + ".codes" + suffix))) == 0 &&
               tensor.scale == toMatrix(expected.tensor(v + ".scale" + suffix)) &&
               tensor.zero == toMatrix(expected.tensor(v + ".zero" + suffix));
    };
    if (expected.tensors().count(v + ".codes_noclip") > 0) QVERIFY(codesAgree(quantizeNearest(scaled, grid), "_noclip"));
    if (!settings.contains("clip_token_step")) return;
    const Index step = settings["clip_token_step"];
    Matrix sampled((x.rows() + step - 1) / step, x.cols());
    for (Index i = 0; i < sampled.rows(); ++i) sampled.row(i) = x.row(i * step);
    const Matrix clip = awqClip(scaled, hessianOf(unscaledColumns(sampled, best_scales)), grid, options, job);
    const Matrix published_clip = toMatrix(expected.tensor(v + ".clip_max"));
    QVERIFY2(clip == published_clip,
             qPrintable(QString("%1 of %2 clip values differ").arg((clip.array() != published_clip.array()).count()).arg(clip.size())));
    QVERIFY(codesAgree(quantizeNearest(applyClip(scaled, clip, grid.group_size), grid), ""));
}

void TestPublishedCases::smoothQuantGivesThePublishedCodes_data() {
    QTest::addColumn<QString>("variant");
    QTest::addColumn<double>("alpha");
    QTest::addColumn<bool>("per_tensor");
    for (const double alpha : {0.25, 0.5, 0.75}) {
        for (const bool per_tensor : {false, true}) {
            const QString name = QString("a%1").arg(alpha, 0, 'f', 2);
            QTest::addRow("%s %s", qPrintable(name), per_tensor ? "tensor" : "channel_token") << name << alpha << per_tensor;
        }
    }
}

void TestPublishedCases::smoothQuantGivesThePublishedCodes() {
    QFETCH(QString, variant);
    QFETCH(double, alpha);
    QFETCH(bool, per_tensor);
    const std::string v = variant.toStdString();
    const SafetensorsFile input = part("smoothquant", "input");
    const SafetensorsFile expected = part("smoothquant", "smoothquant");
    const Matrix weight = toMatrix(input.tensor("W"));
    const Matrix x = toMatrix(input.tensor("X"));
    const std::vector<MatrixView> weights{weight};
    const std::vector<float> max_abs = elements<float>(expected.tensor(v + ".act_absmax"));
    ChannelStatistics channels;
    channels.add(x, 0);
    QVERIFY(channels.max_abs == max_abs);
    const std::vector<float> scales = elements<float>(expected.tensor(v + ".scales"));
    const std::vector<float> own_scales = smoothScales(max_abs, weights, alpha);
    for (std::size_t j = 0; j < scales.size(); ++j) QVERIFY(std::abs(own_scales[j] - scales[j]) <= 1e-6F * scales[j]);

    // From here on with the published scales: everything after them is exact.
    GridSpec grid;
    grid.bits = 8;
    grid.group_size = -1;
    grid.rule = GridRule::Int8;
    grid.per_tensor = per_tensor;
    const std::string form = v + (per_tensor ? ".tensor" : ".channel_token");
    const QuantizedTensor tensor = quantizeNearest(scaledColumns(weight, scales), grid);
    const Matrix ln_weight = toMatrix([&] {
        TensorView row = expected.tensor(v + ".ln_weight");
        row.shape = {1, row.shape.at(0)};
        return row;
    }());
    const Matrix smoothed = x.array().rowwise() * ln_weight.row(0).array();
    const std::vector<float> act_scale = elements<float>(expected.tensor(form + ".act_scale"));
    const Int8Matrix act_codes = codeMatrix<Int8Matrix>(expected.tensor(form + ".act_codes"));
    for (Index i = 0; i < smoothed.rows(); ++i) {
        const float highest = per_tensor ? smoothed.cwiseAbs().maxCoeff() : smoothed.row(i).cwiseAbs().maxCoeff();
        QCOMPARE(std::max(highest, 1e-5F) / 127.0F, act_scale[per_tensor ? 0 : static_cast<std::size_t>(i)]);
        Int8Matrix codes(1, smoothed.cols());
        roundRowToInt8({smoothed.row(i).data(), static_cast<std::size_t>(smoothed.cols())},
                       act_scale[per_tensor ? 0 : static_cast<std::size_t>(i)], {codes.data(), static_cast<std::size_t>(codes.cols())});
        QVERIFY(codes == act_codes.row(i));
    }
    const Int8Weight int8 = toInt8Weight(tensor, per_tensor ? ActivationScale::PerTensor : ActivationScale::PerToken, act_scale.at(0));
    QVERIFY(int8.codes == codeMatrix<Int8Matrix>(expected.tensor(form + ".weight_codes")));
    const std::vector<float> weight_scale = elements<float>(expected.tensor(form + ".weight_scale"));
    for (std::size_t row = 0; row < int8.row_scale.size(); ++row) QCOMPARE(int8.row_scale[row], weight_scale[per_tensor ? 0 : row]);

    // y: the fake-quantized definition sums in float32, the int8 product exactly in int32.
    const Matrix y = int8Linear(smoothed, int8);
    const Matrix published = toMatrix(expected.tensor(form + ".y"));
    const double tolerance = 16.0 * 1.2e-7 * static_cast<double>(published.norm()) / std::sqrt(static_cast<double>(published.size())) *
                             std::sqrt(static_cast<double>(x.cols()));
    QVERIFY((y - published).cwiseAbs().maxCoeff() <= tolerance);
}

QTEST_APPLESS_MAIN(TestPublishedCases)
#include "tst_published_cases.moc"
