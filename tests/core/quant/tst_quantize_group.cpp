#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/quant/quantize_group.h"
#include "core/quant/scaling.h"
#include "tests/core/quant/cases.h"

using namespace salient;
using namespace salient::test;

namespace {

struct Group {
    Matrix x;
    Matrix query;
    Matrix key;
    InputStatistics input;
    std::vector<std::string> names{"block.0.query", "block.0.key"};

    [[nodiscard]] std::vector<MatrixView> weights() const { return {query, key}; }
};

Group makeGroup(unsigned seed = 120) {
    Group group;
    group.x = randomActivations(400, 64, seed);
    group.x.col(21) *= 8.0F;
    group.query = randomMatrix(48, 64, seed + 10) * 0.05F;
    group.key = randomMatrix(16, 64, seed + 11) * 0.05F;
    group.input.channels.add(group.x, 0);
    group.input.hessian = hessianOf(group.x);
    return group;
}

MethodSpec method(const std::string& name, int bits = 3) {
    MethodSpec base;
    base.grid.bits = bits;
    base.grid.group_size = 32;
    base.grid.is_symmetric = false;
    return methodFromName(name, base);
}

struct Clipped {
    Matrix weight;
    Index n_clipped = 0;
};

/// No weight beyond that share of the largest of its row's group.
Clipped clippedAt(const Matrix& weight, float share, Index group_size) {
    Clipped clipped{weight};
    for (Index row = 0; row < weight.rows(); ++row) {
        for (Index first = 0; first < weight.cols(); first += group_size) {
            const Index last = std::min(weight.cols(), first + group_size);
            float largest = 0.0F;
            for (Index j = first; j < last; ++j) largest = std::max(largest, std::fabs(weight(row, j)));
            for (Index j = first; j < last; ++j) {
                if (std::fabs(weight(row, j)) <= share * largest) continue;
                clipped.weight(row, j) = std::copysign(share * largest, weight(row, j));
                ++clipped.n_clipped;
            }
        }
    }
    return clipped;
}

/// Plain rounding as published: AWQ's code for asymmetric grids, GPTQ's for symmetric ones.
CodeMatrix plainCodes(const Matrix& weight, const GridSpec& grid) {
    const auto max_code = static_cast<float>((1 << grid.bits) - 1);
    CodeMatrix codes(weight.rows(), weight.cols());
    for (Index row = 0; row < weight.rows(); ++row) {
        for (Index first = 0; first < weight.cols(); first += grid.group_size) {
            const Index last = std::min(weight.cols(), first + grid.group_size);
            float low = 0.0F;
            float high = 0.0F;
            for (Index j = first; j < last; ++j) {
                low = std::min(low, weight(row, j));
                high = std::max(high, weight(row, j));
            }
            if (grid.is_symmetric) {
                high = std::max(high, -low);
                low = -high;
            }
            const float scale = (high - low) / max_code;
            const float zero = grid.is_symmetric ? (max_code + 1.0F) / 2.0F : std::nearbyint(-low / scale);
            for (Index j = first; j < last; ++j) {
                const float code = std::nearbyint(weight(row, j) / scale) + zero;
                codes(row, j) = static_cast<std::uint8_t>(std::clamp(code, 0.0F, max_code));
            }
        }
    }
    return codes;
}

std::vector<QuantizedLinear> quantize(const Group& group, const MethodSpec& spec, bool can_scale = true) {
    JobContext job;
    return quantizeGroup(group.weights(), group.names, group.input, can_scale, spec, job);
}

}  // namespace

class TestQuantizeGroup : public QObject {
    Q_OBJECT
private slots:
    void everyMethodReportsWhatItDid_data();
    void everyMethodReportsWhatItDid();
    void reportedErrorIsMeasuredInOriginalUnits_data() { everyMethodReportsWhatItDid_data(); }
    void reportedErrorIsMeasuredInOriginalUnits();
    void rowScalesAreUndoneInTheErrors_data() { everyMethodReportsWhatItDid_data(); }
    void rowScalesAreUndoneInTheErrors();
    void betterMethodsHaveLowerErrors();
    void layersOfAGroupShareOneScale();
    void scalingIsSkippedWhereNothingAbsorbsIt();
    void foldedScalesLeaveTheFunctionUnchanged();
    void fixedRatioIsUsed();
    void alphaSearchIsReported();
    void clipIsReported();
    void aFixedClipIsItsDefinition_data();
    void aFixedClipIsItsDefinition();
    void aFixedClipNamesWhatIsNoNumber();
    void publishedClipLeavesOutQueriesAndKeys();
    void clipIsJudgedOnItsOwnTokensScaled();
    void smoothingHelpsInt8Activations_data();
    void smoothingHelpsInt8Activations();
    void inputScaleCoversTheSmoothedInput();
    void deadColumnsAreCounted();
    void groupsWithoutARangeAreCounted();
    void scalesThatABoundHoldsAreCounted();
    void errorsNameTheLayer();
    void missingHessianIsNamed();
    void rowScalesOfAnotherShapeAreRefused();
};

void TestQuantizeGroup::everyMethodReportsWhatItDid_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& name : methodNames()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestQuantizeGroup::everyMethodReportsWhatItDid() {
    QFETCH(QString, name);
    const Group group = makeGroup();
    const MethodSpec spec = method(name.toStdString());
    const std::vector<QuantizedLinear> linears = quantize(group, spec);
    QCOMPARE(linears.size(), std::size_t{2});
    for (std::size_t k = 0; k < 2; ++k) {
        const LayerReport& report = linears[k].report;
        QCOMPARE(linears[k].name, group.names[k]);
        QCOMPARE(report.name, group.names[k]);
        QCOMPARE(report.out_features, group.weights()[k].rows());
        QCOMPARE(report.in_features, Index{64});
        QVERIFY(report.error.relative_output_error > 0.0);
        QVERIFY(report.nearest.relative_output_error > 0.0);
        QCOMPARE(report.damping_tries.empty(), spec.rounding == Rounding::Nearest);
        QCOMPARE(report.scale_parameter >= 0.0, spec.scaling != Scaling::None);
        QCOMPARE(linears[k].channel_scale.empty(), spec.scaling == Scaling::None);
        QCOMPARE(report.bytes, linears[k].tensor.packedBytes());
        QCOMPARE(report.saturated_fraction, linears[k].tensor.saturatedFraction());
        QVERIFY(report.seconds > 0.0);
        QCOMPARE(linears[k].activations, spec.activations);
    }
}

void TestQuantizeGroup::reportedErrorIsMeasuredInOriginalUnits() {
    QFETCH(QString, name);
    const Group group = makeGroup();
    const MethodSpec spec = method(name.toStdString());
    const QuantizedLinear query = quantize(group, spec).front();
    // The layer as it will run: its input is x / s, its weight that of W·diag(s).
    const Matrix input = query.channel_scale.empty() ? group.x : unscaledColumns(group.x, query.channel_scale);
    const Matrix y = spec.activations == ActivationScale::None
                         ? Matrix(input * query.tensor.dequantize().transpose())
                         : int8Linear(input, toInt8Weight(query.tensor, query.activations, query.input_scale));
    const Eigen::MatrixXd exact = group.x.cast<double>() * group.query.cast<double>().transpose();
    const double measured = (y.cast<double>() - exact).squaredNorm() / exact.squaredNorm();
    const double reported = query.report.error.relative_output_error;
    if (spec.activations == ActivationScale::None) {
        QVERIFY(std::abs(reported - measured) <= 1e-3 * measured);
        const Matrix effective = query.effectiveWeight();
        QVERIFY((y - group.x * effective.transpose()).norm() <= 64.0F * 1.2e-7F * y.norm());
    } else {
        QVERIFY2(reported > 0.6 * measured && reported < 1.6 * measured, qPrintable(QString("%1 against %2").arg(reported).arg(measured)));
    }
}

void TestQuantizeGroup::rowScalesAreUndoneInTheErrors() {
    QFETCH(QString, name);
    const Group group = makeGroup();
    MethodSpec spec = method(name.toStdString());
    spec.activations = ActivationScale::None;  // the error of the weights alone, which is exact
    std::vector<float> row_scale(48);
    for (std::size_t row = 0; row < row_scale.size(); ++row) row_scale[row] = 0.25F + 0.1F * static_cast<float>(row);
    const std::vector<std::span<const float>> row_scales{row_scale, {}};
    Matrix divided = group.query;
    for (Index row = 0; row < divided.rows(); ++row) divided.row(row) /= row_scale[static_cast<std::size_t>(row)];

    JobContext job;
    const SharedScale scale{.scales = quantize(group, spec).front().channel_scale};
    const std::vector<QuantizedLinear> linears = quantizeGroup(group.weights(), group.names, row_scales, group.input, scale, spec, job);
    const std::vector<MatrixView> divided_weights{divided, group.key};
    const std::vector<std::span<const float>> none(2);
    const std::vector<QuantizedLinear> plain = quantizeGroup(divided_weights, group.names, none, group.input, scale, spec, job);
    QCOMPARE(linears[0].row_scale, row_scale);
    QVERIFY(linears[1].row_scale.empty());
    for (std::size_t k = 0; k < 2; ++k) QVERIFY(linears[k].tensor.dequantize() == plain[k].tensor.dequantize());

    // Both errors are of the weight as it was: y = x·Ŵᵀ with rows and columns as they were.
    const auto errorOf = [&](const Matrix& rounded) {
        const Eigen::MatrixXd exact = group.x.cast<double>() * group.query.cast<double>().transpose();
        return (group.x.cast<double>() * rounded.cast<double>().transpose() - exact).squaredNorm() / exact.squaredNorm();
    };
    Matrix undone = plain[0].tensor.dequantize();
    for (Index row = 0; row < undone.rows(); ++row) {
        undone.row(row) *= row_scale[static_cast<std::size_t>(row)];
        for (Index j = 0; j < undone.cols() && !scale.scales.empty(); ++j) undone(row, j) /= scale.scales[static_cast<std::size_t>(j)];
    }
    const double expected = errorOf(undone);
    const double nearest = errorOf(quantizeNearest(group.query, spec.grid).dequantize());
    const LayerReport& report = linears[0].report;
    QVERIFY(std::abs(report.error.relative_output_error - expected) <= 1e-3 * expected);
    QVERIFY(std::abs(report.nearest.relative_output_error - nearest) <= 1e-3 * nearest);
}

void TestQuantizeGroup::betterMethodsHaveLowerErrors() {
    const Group group = makeGroup();
    for (const int bits : {2, 3, 4}) {
        const auto error = [&](const char* name) { return quantize(group, method(name, bits)).front().report.error.relative_output_error; };
        const double nearest = error("rtn");
        QVERIFY(error("gptq") < nearest);
        QVERIFY(error("awq") < nearest);
        QVERIFY(error("awq+gptq") < nearest);
        const LayerReport report = quantize(group, method("gptq", bits)).front().report;
        QVERIFY(std::abs(report.nearest.relative_output_error - nearest) <= 1e-12 * nearest);
    }
}

void TestQuantizeGroup::layersOfAGroupShareOneScale() {
    const Group group = makeGroup();
    for (const char* name : {"awq", "smoothquant", "awq+gptq"}) {
        const std::vector<QuantizedLinear> linears = quantize(group, method(name));
        QCOMPARE(linears[0].channel_scale, linears[1].channel_scale);
        QCOMPARE(linears[0].channel_scale.size(), std::size_t{64});
    }
}

void TestQuantizeGroup::scalingIsSkippedWhereNothingAbsorbsIt() {
    const Group group = makeGroup();
    for (const char* name : {"awq", "smoothquant", "awq+gptq", "smoothquant+gptq"}) {
        for (const QuantizedLinear& linear : quantize(group, method(name), false)) {
            QVERIFY(linear.channel_scale.empty());
            QCOMPARE(linear.report.scale_parameter, -1.0);
        }
    }
}

void TestQuantizeGroup::foldedScalesLeaveTheFunctionUnchanged() {
    const Group group = makeGroup();
    for (const char* name : {"awq", "smoothquant"}) {
        const std::vector<float> scales = quantize(group, method(name)).front().channel_scale;
        const Matrix folded = unscaledColumns(group.x, scales) * scaledColumns(group.query, scales).transpose();
        const Matrix original = group.x * group.query.transpose();
        QVERIFY((folded - original).norm() <= 64.0F * 1.2e-7F * original.norm());
    }
}

void TestQuantizeGroup::fixedRatioIsUsed() {
    const Group group = makeGroup();
    MethodSpec spec = method("awq");
    spec.awq.fixed_ratio = 0.3;
    const QuantizedLinear linear = quantize(group, spec).front();
    QCOMPARE(linear.report.scale_parameter, 0.3);
    QCOMPARE(linear.channel_scale, awqScales(group.input.channels.meanAbs(), 0.3));
    spec.awq.search_scale = false;
    QVERIFY(quantize(group, spec).front().channel_scale.empty());
}

void TestQuantizeGroup::alphaSearchIsReported() {
    const Group group = makeGroup();
    MethodSpec spec = method("smoothquant");
    spec.smoothquant.alpha = 0.0;
    const LayerReport fixed = quantize(group, spec).front().report;
    QCOMPARE(fixed.scale_parameter, 0.0);
    spec.smoothquant.search_alpha = true;
    const std::vector<QuantizedLinear> searched = quantize(group, spec);
    QVERIFY(searched.front().report.scale_parameter > 0.0);
    QVERIFY(searched.front().report.error.relative_output_error < fixed.error.relative_output_error);
}

void TestQuantizeGroup::clipIsReported() {
    const Group group = makeGroup();
    MethodSpec spec = method("awq");
    const LayerReport clipped = quantize(group, spec).front().report;
    QVERIFY(clipped.clipped_fraction > 0.0 && clipped.clipped_fraction < 0.5);
    spec.awq.search_clip = false;
    QCOMPARE(quantize(group, spec).front().report.clipped_fraction, 0.0);
}

void TestQuantizeGroup::aFixedClipIsItsDefinition_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<double>("share");
    QTest::addColumn<bool>("scales");
    QTest::addColumn<bool>("symmetric");
    QTest::newRow("AWQ") << "awq" << 0.85 << true << false;
    QTest::newRow("AWQ, symmetric") << "awq" << 0.7 << true << true;
    QTest::newRow("plain rounding") << "awq" << 0.5 << false << false;
    QTest::newRow("the whole range") << "awq" << 1.0 << true << false;
    QTest::newRow("AWQ and GPTQ") << "awq+gptq" << 0.8 << true << false;
    QTest::newRow("GPTQ") << "awq+gptq" << 0.6 << false << true;
}

void TestQuantizeGroup::aFixedClipIsItsDefinition() {
    QFETCH(QString, name);
    QFETCH(double, share);
    QFETCH(bool, scales);
    QFETCH(bool, symmetric);
    const Group group = makeGroup();
    MethodSpec base = method("rtn");
    base.grid.is_symmetric = symmetric;
    base.grid.group_size = 24;  // 64 columns: the last group is shorter
    MethodSpec spec = methodFromName(name.toStdString(), base);
    spec.awq.search_scale = scales;
    spec.awq.fixed_clip = share;
    const std::vector<QuantizedLinear> linears = quantize(group, spec);
    for (std::size_t k = 0; k < linears.size(); ++k) {
        const std::vector<float>& s = linears[k].channel_scale;
        QCOMPARE(s.empty(), !scales);
        const Matrix& weight = k == 0 ? group.query : group.key;
        const Clipped clipped = clippedAt(scales ? scaledColumns(weight, s) : weight, static_cast<float>(share), spec.grid.group_size);
        if (spec.rounding == Rounding::Nearest) {
            QVERIFY(linears[k].tensor.codes == plainCodes(clipped.weight, spec.grid));
        } else {
            const Matrix hessian = scales ? scaledHessian(group.input.hessian, s) : group.input.hessian;
            const GptqResult paper = quantizeGptqPlain(clipped.weight, hessian, spec.grid, spec.gptq);
            QCOMPARE(differentWithoutTossUp(paper, linears[k].tensor.codes, clipped.weight, hessian), Index{0});
        }
        QCOMPARE(clipped.n_clipped > 0, share < 1.0);
        QCOMPARE(linears[k].report.clipped_fraction, static_cast<double>(clipped.n_clipped) / static_cast<double>(weight.size()));
    }
}

void TestQuantizeGroup::aFixedClipNamesWhatIsNoNumber() {
    Group group = makeGroup();
    group.key(3, 7) = std::numeric_limits<float>::quiet_NaN();
    MethodSpec spec = method("awq");
    spec.awq.fixed_clip = 0.8;
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)quantize(group, spec, false); }, &message), int(ErrorCode::NonFinite));
    QVERIFY2(message.find("block.0.key") != std::string::npos && message.find("row 3, column 7") != std::string::npos, message.c_str());
}

void TestQuantizeGroup::publishedClipLeavesOutQueriesAndKeys() {
    Group group = makeGroup();
    MethodSpec spec = method("awq");
    spec.awq.clip_layers = AwqOptions::ClipLayers::Published;
    const auto clips = [&](const std::string& name) {
        group.names.front() = name;
        return quantize(group, spec).front().report.clipped_fraction > 0.0;
    };
    for (const char* left_out : {"0.self_attn.q_proj", "0.self_attn.k_proj", "0.attention.query_key_value", "0.attn.Wqkv", "q_proj"})
        QVERIFY2(!clips(left_out), left_out);
    for (const char* clipped : {"0.self_attn.v_proj", "0.self_attn.qkv_proj", "0.block_sparse_moe.experts.3.w1", "0.key_block.c_fc"})
        QVERIFY2(clips(clipped), clipped);
    spec.awq.fixed_clip = 0.8;
    QVERIFY(!clips("0.self_attn.q_proj") && clips("0.self_attn.v_proj"));
    spec.awq.clip_layers = AwqOptions::ClipLayers::All;
    QVERIFY(clips("0.self_attn.q_proj"));
    spec.awq.search_clip = false;
    QVERIFY(!clips("0.self_attn.v_proj"));
}

void TestQuantizeGroup::clipIsJudgedOnItsOwnTokensScaled() {
    Group group = makeGroup();
    group.input.clip_hessian = hessianOf(group.x.topRows(40));
    const MethodSpec spec = method("awq");
    const QuantizedLinear linear = quantize(group, spec).front();
    QVERIFY(!linear.channel_scale.empty());
    JobContext job;
    const Matrix scaled = scaledColumns(group.query, linear.channel_scale);
    const Matrix tokens = unscaledColumns(group.x.topRows(40), linear.channel_scale);
    const auto codesWith = [&](const Matrix& hessian) {
        const Matrix clip = awqClip(scaled, hessian, spec.grid, spec.awq, job);
        return quantizeNearest(applyClip(scaled, clip, spec.grid.group_size), spec.grid).codes;
    };
    QVERIFY(linear.tensor.codes == codesWith(hessianOf(tokens)));
    QVERIFY(linear.tensor.codes != codesWith(group.input.clip_hessian));  // of the channels as they were
}

void TestQuantizeGroup::smoothingHelpsInt8Activations_data() {
    QTest::addColumn<bool>("per_tensor");
    QTest::newRow("per tensor") << true;
    QTest::newRow("per token") << false;
}

void TestQuantizeGroup::smoothingHelpsInt8Activations() {
    QFETCH(bool, per_tensor);
    Group group = makeGroup();
    group.x.col(21) *= 10.0F;
    group.input = {};
    group.input.channels.add(group.x, 0);
    group.input.hessian = hessianOf(group.x);
    MethodSpec plain = method("w8a8");
    MethodSpec smooth = method("smoothquant");
    plain.activations = smooth.activations = per_tensor ? ActivationScale::PerTensor : ActivationScale::PerToken;
    const LayerReport unsmoothed = quantize(group, plain).front().report;
    const LayerReport smoothed = quantize(group, smooth).front().report;
    QVERIFY(smoothed.error.output_error < 0.3 * unsmoothed.error.output_error);
    // Plain rounding is the "before" of both.
    QVERIFY(std::abs(smoothed.nearest.output_error - unsmoothed.error.output_error) <= 1e-6 * unsmoothed.error.output_error);
}

void TestQuantizeGroup::inputScaleCoversTheSmoothedInput() {
    const Group group = makeGroup();
    MethodSpec spec = method("smoothquant");
    spec.activations = ActivationScale::PerTensor;
    const QuantizedLinear linear = quantize(group, spec).front();
    const float highest = unscaledColumns(group.x, linear.channel_scale).cwiseAbs().maxCoeff();
    QVERIFY(std::abs(linear.input_scale - highest / 127.0F) <= 1e-6F * linear.input_scale);
    spec.activations = ActivationScale::PerToken;
    QCOMPARE(quantize(group, spec).front().input_scale, 0.0F);
}

void TestQuantizeGroup::deadColumnsAreCounted() {
    Group group = makeGroup();
    group.x.col(2).setZero();
    group.x.col(50).setZero();
    group.input = {};
    group.input.channels.add(group.x, 0);
    group.input.hessian = hessianOf(group.x);
    for (const std::string& name : methodNames()) {
        const std::vector<QuantizedLinear> linears = quantize(group, method(name));
        QCOMPARE(linears.front().report.n_dead_columns, Index{2});
        QVERIFY(linears.front().effectiveWeight().allFinite());
    }
}

void TestQuantizeGroup::groupsWithoutARangeAreCounted() {
    Group group = makeGroup();
    group.query.row(5).setZero();
    for (const std::string& name : methodNames()) {
        const MethodSpec spec = method(name);
        const std::vector<QuantizedLinear> linears = quantize(group, spec);
        QCOMPARE(linears[0].report.grids.n_raised_ranges, spec.grid.groupCount(64));
        QCOMPARE(linears[1].report.grids.n_raised_ranges, Index{0});
        QVERIFY(linears[0].report.grids == linears[0].tensor.counts);
    }
}

void TestQuantizeGroup::scalesThatABoundHoldsAreCounted() {
    Group group = makeGroup();
    QCOMPARE(quantize(group, method("smoothquant")).front().report.n_bounded_scales, Index{0});
    QCOMPARE(quantize(group, method("awq")).front().report.n_bounded_scales, Index{0});
    // One channel so quiet that its scale is the least there is: max 1e-12 against weights of about 0.1, at alpha 0.5 and ratio 1.
    group.x.col(40) *= 1e-12F / group.x.col(40).cwiseAbs().maxCoeff();
    const auto measure = [&group] {
        group.input = {};
        group.input.channels.add(group.x, 0);
        group.input.hessian = hessianOf(group.x);
    };
    measure();
    MethodSpec awq = method("awq");
    awq.awq.fixed_ratio = 1.0;
    for (const MethodSpec& spec : {method("smoothquant"), awq}) {
        for (const QuantizedLinear& linear : quantize(group, spec)) QCOMPARE(linear.report.n_bounded_scales, Index{1});
    }
    QCOMPARE(quantize(group, awq, false).front().report.n_bounded_scales, Index{0});
    // An input that never exceeds 1e-9: a static scale is made of 1e-5, one per token of the token.
    group.x *= 1e-9F / group.x.cwiseAbs().maxCoeff();
    measure();
    MethodSpec w8a8 = method("w8a8");
    QCOMPARE(quantize(group, w8a8).front().report.n_bounded_scales, Index{0});
    w8a8.activations = ActivationScale::PerTensor;
    QCOMPARE(quantize(group, w8a8).front().report.n_bounded_scales, Index{1});
    QCOMPARE(quantize(group, w8a8).front().input_scale, 1e-5F / 127.0F);
}

void TestQuantizeGroup::errorsNameTheLayer() {
    Group group = makeGroup();
    group.key(3, 7) = std::numeric_limits<float>::quiet_NaN();
    for (const std::string& name : methodNames()) {
        std::string message;
        QCOMPARE(errorCodeOf([&] { (void)quantize(group, method(name)); }, &message), int(ErrorCode::NonFinite));
        QVERIFY2(message.find("block.0.key") != std::string::npos && message.find("row 3, column 7") != std::string::npos, message.c_str());
    }
}

void TestQuantizeGroup::missingHessianIsNamed() {
    Group group = makeGroup();
    group.input.hessian.resize(0, 0);
    std::string message;
    QCOMPARE(errorCodeOf([&] { (void)quantize(group, method("gptq")); }, &message), int(ErrorCode::ShapeMismatch));
    QVERIFY2(message.find("block.0.query") != std::string::npos, message.c_str());
}

void TestQuantizeGroup::rowScalesOfAnotherShapeAreRefused() {
    const Group group = makeGroup();
    const std::vector<float> one_too_few(static_cast<std::size_t>(group.query.rows()) - 1, 1.0F);
    const std::vector<std::vector<std::span<const float>>> wrong{{}, {{}}, {one_too_few, {}}};
    for (const auto& row_scales : wrong) {
        JobContext job;
        const auto attempt = [&] { (void)quantizeGroup(group.weights(), group.names, row_scales, group.input, {}, method("rtn"), job); };
        std::string message;
        QCOMPARE(errorCodeOf(attempt, &message), int(ErrorCode::ShapeMismatch));
        QVERIFY2(message.find("row_scales") != std::string::npos, message.c_str());
    }
}

QTEST_APPLESS_MAIN(TestQuantizeGroup)
#include "tst_quantize_group.moc"
