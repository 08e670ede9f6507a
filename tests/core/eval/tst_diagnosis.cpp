#include <QStringList>
#include <QTest>
#include <cmath>
#include <limits>
#include <random>

#include "core/error.h"
#include "core/eval/diagnosis.h"
#include "core/quant/quantize_block.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

constexpr Index kTokens = 2048;

/// A layer of the demo model with a weight and inputs of our own making.
struct Case {
    std::shared_ptr<const Model> model = Model::open(salient::test::resourceFolder() / "demo" / "model");
    std::string name = "model.layers.1.self_attn.q_proj";  // [256, 256], behind a norm
    Matrix weight;
    Matrix x;
    MethodSpec method;

    Case() {
        std::mt19937 random(5);
        std::normal_distribution<float> normal;
        const LinearInfo& info = model->linear(name);
        const auto fill = [&](Index rows, Index cols, float size) {
            Matrix matrix(rows, cols);
            for (Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = size * normal(random);
            return matrix;
        };
        weight = fill(info.out_features, info.in_features, 0.05F);
        x = fill(kTokens, info.in_features, 1.0F);
        MethodSpec base;
        base.grid.is_symmetric = false;
        base.grid.group_size = 64;
        method = methodFromName("rtn", base);
    }

    [[nodiscard]] InputStatistics statistics() const {
        InputStatistics input;
        input.channels.add(x, 0);
        input.hessian = x.transpose() * x * (2.0F / static_cast<float>(x.rows()));
        return input;
    }

    [[nodiscard]] QuantizedLinear quantized(const MethodSpec& by) const {
        const std::vector<MatrixView> weights{weight};
        const std::vector<std::string> names{name};
        JobContext job;
        return quantizeGroup(weights, names, statistics(), true, by, job).front();
    }

    [[nodiscard]] std::vector<ErrorFinding> findings(const QuantizedLinear& linear) const {
        const InputStatistics input = statistics();
        return diagnoseLayer(*model, method, linear, weight, errorMap(weight, linear.effectiveWeight(), input.hessian), input);
    }
    [[nodiscard]] std::vector<ErrorFinding> findings() const { return findings(quantized(method)); }

    /// How much smaller the layer's error gets by what a finding proposes.
    [[nodiscard]] double gain(const ErrorFinding& finding) const {
        return quantized(method).report.error.output_error / quantized(*finding.trial).report.error.output_error;
    }
};

const ErrorFinding* of(const std::vector<ErrorFinding>& findings, ErrorCause cause) {
    const auto found = std::ranges::find(findings, cause, &ErrorFinding::cause);
    return found == findings.end() ? nullptr : &*found;
}

/// The layers of block 1 that a method leaves in 16 bits, by their last names and sorted.
QStringList keptOf(const Case& planted, const MethodSpec& method) {
    const BlockLayers layers = blockLayers(*planted.model, 1, method);
    QStringList names;
    for (std::size_t i = 0; i < layers.all.size(); ++i) {
        if (layers.is_kept[i]) names << QString::fromStdString(layers.all[i]->name).section('.', -1);
    }
    names.sort();
    return names;
}

}  // namespace

class TestDiagnosis : public QObject {
    Q_OBJECT

private slots:
    void anOrdinaryLayerHasNone() {
        for (const char* name : {"rtn", "gptq", "awq"}) {
            Case ordinary;
            ordinary.method = methodFromName(name, ordinary.method);
            QVERIFY2(ordinary.findings().empty(), name);
        }
    }

    void anOutlierChannelIsNamedWithItsToken() {
        Case planted;
        planted.x.col(37) *= 30.0F;
        planted.x(1234, 37) = 500.0F;
        const std::vector<ErrorFinding> findings = planted.findings();
        const ErrorFinding* finding = of(findings, ErrorCause::OutlierChannels);
        QVERIFY(finding != nullptr);
        QCOMPARE(finding->channel, Index{37});
        QCOMPARE(finding->token, Index{1234});
        QVERIFY(finding->share >= 0.5);
        QCOMPARE(finding->peak, 500.0);
        QVERIFY(finding->peak > 8.0 * finding->median_peak && finding->n_channels == 1 && finding->in_features == 256);
        QCOMPARE(finding->remedy, ErrorRemedy::AwqScales);
        QVERIFY(finding->trial.has_value());
        QCOMPARE(methodFor(*finding->trial, planted.name).scaling, Scaling::Awq);
        // The layers that share its scales come along, no other does.
        QCOMPARE(methodFor(*finding->trial, "model.layers.1.self_attn.v_proj").scaling, Scaling::Awq);
        QCOMPARE(methodFor(*finding->trial, "model.layers.1.self_attn.o_proj").scaling, Scaling::None);
        QCOMPARE(methodFor(*finding->trial, "model.layers.11.self_attn.q_proj").scaling, Scaling::None);
        QVERIFY2(planted.gain(*finding) > 2.0, qPrintable(QString::number(planted.gain(*finding))));
    }

    void loneWeightsAreNamedWithTheirPlace() {
        Case planted;
        planted.method.grid.group_size = 128;
        for (Index row = 0; row < planted.weight.rows(); ++row)
            planted.weight(row, 10) = 1.0F;  // 20 times the others, in half of the groups
        const std::vector<ErrorFinding> findings = planted.findings();
        const ErrorFinding* finding = of(findings, ErrorCause::LoneWeights);
        QVERIFY(finding != nullptr);
        QCOMPARE(finding->channel, Index{10});
        QVERIFY(finding->row >= 0 && finding->share > 0.8);
        QVERIFY(finding->group_size == 128 && finding->peak_over_rms > 6.0);
        QCOMPARE(methodFor(*finding->trial, planted.name).grid.group_size, Index{64});
        QCOMPARE(finding->remedy, ErrorRemedy::SmallerGroups);
        QCOMPARE(finding->remedy_value, 64.0);
        QVERIFY(planted.gain(*finding) > 1.3);
    }

    void roundingOfInt8InputsIsToldFromThatOfWeights() {
        Case planted;
        MethodSpec base;
        base.activations = ActivationScale::PerTensor;
        planted.method = methodFromName("w8a8", base);
        planted.x.col(99) *= 100.0F;
        const std::vector<ErrorFinding> findings = planted.findings();
        const ErrorFinding* finding = of(findings, ErrorCause::InputRounding);
        QVERIFY(finding != nullptr);
        QCOMPARE(finding->channel, Index{99});
        QVERIFY(finding->share > 0.9);
        QVERIFY(finding->trial->activations == ActivationScale::PerToken);
        // Per token already: scales are what helps.
        planted.method.activations = ActivationScale::PerToken;
        const std::vector<ErrorFinding> per_token = planted.findings();
        const ErrorFinding* again = of(per_token, ErrorCause::InputRounding);
        QVERIFY(again != nullptr);
        QCOMPARE(methodFor(*again->trial, planted.name).scaling, Scaling::SmoothQuant);
        QVERIFY(planted.gain(*again) > 2.0);
    }

    void tooFewTokensAreTold() {
        Case planted;
        planted.method = methodFromName("gptq", planted.method);
        planted.x = Matrix(planted.x.topRows(64));
        const std::vector<ErrorFinding> findings = planted.findings();
        const ErrorFinding* finding = of(findings, ErrorCause::FewTokens);
        QVERIFY(finding != nullptr);
        QCOMPARE(finding->share, 0.75);
        QVERIFY(finding->n_tokens == 64 && finding->in_features == 256 && finding->damping_needed == 0.0);
        QCOMPARE(finding->remedy, ErrorRemedy::MoreDamping);
        QCOMPARE(finding->remedy_value, 0.1);
        QCOMPARE(finding->trial->gptq.damping, 0.1);
        planted.method = methodFromName("rtn", planted.method);
        QVERIFY(of(planted.findings(), ErrorCause::FewTokens) == nullptr);  // plain rounding asks no Hessian
    }

    void retriesOfDampingAreTold() {
        Case planted;
        planted.method = methodFromName("gptq", planted.method);
        QuantizedLinear linear = planted.quantized(planted.method);
        linear.report.damping_tries = {0.01, 0.1};
        const std::vector<ErrorFinding> findings = planted.findings(linear);
        const ErrorFinding* finding = of(findings, ErrorCause::FewTokens);
        QVERIFY(finding != nullptr);
        QCOMPARE(finding->damping_asked, 0.01);
        QCOMPARE(finding->damping_needed, 0.1);
    }

    void deadChannelsAreCounted() {
        Case planted;
        planted.x.col(3).setZero();
        planted.x.col(200).setZero();
        const std::vector<ErrorFinding> findings = planted.findings();
        const ErrorFinding* finding = of(findings, ErrorCause::DeadChannels);
        QVERIFY(finding != nullptr);
        QCOMPARE(finding->channel, Index{3});
        QCOMPARE(finding->share, 2.0 / 256.0);
    }

    void saturationIsTold() {
        Case planted;
        QuantizedLinear linear = planted.quantized(planted.method);
        linear.report.saturated_fraction = 0.7;
        const std::vector<ErrorFinding> findings = planted.findings(linear);
        const ErrorFinding* finding = of(findings, ErrorCause::Saturation);
        QVERIFY(finding != nullptr);
        QCOMPARE(methodFor(*finding->trial, planted.name).grid.bits, 8);
    }

    void squaresBeyondFloat32AreNamed_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"rtn", "gptq", "awq"}) QTest::newRow(method) << QString(method);
    }
    void squaresBeyondFloat32AreNamed() {
        QFETCH(QString, method);
        Case planted;
        planted.x(77, 5) = 1e20F;
        planted.x(1999, 9) = -3e20F;
        planted.method = methodFromName(method.toStdString(), planted.method);
        const InputStatistics input = planted.statistics();
        QVERIFY(!std::isfinite(input.hessian(5, 5)) && !std::isfinite(input.hessian(9, 9)));
        const std::vector<ErrorFinding> failed =
            diagnoseOverflow(*planted.model, planted.method, planted.name, planted.weight, planted.statistics());
        QCOMPARE(failed.size(), std::size_t{1});
        InputStatistics without = input;
        without.hessian.resize(0, 0);  // let go: the same is known of the channels
        std::vector<std::vector<ErrorFinding>> all{failed,
                                                   diagnoseOverflow(*planted.model, planted.method, planted.name, planted.weight, without)};
        if (method == "rtn") all.push_back(planted.findings());  // which is done, with an error that is no number
        for (const std::vector<ErrorFinding>& findings : all) {
            QCOMPARE(findings.size(), std::size_t{1});
            const ErrorFinding& finding = findings.front();
            QCOMPARE(finding.cause, ErrorCause::HessianOverflow);
            QVERIFY(finding.n_channels == 2 && finding.channel == 9 && finding.token == 1999);
            QCOMPARE(finding.peak, static_cast<double>(3e20F));
            QCOMPARE(finding.remedy, ErrorRemedy::KeepIn16Bits);
            QCOMPARE(finding.remedy_value, 3.0);  // q, k and v read it
            QCOMPARE(keptOf(planted, *finding.trial), QStringList({"k_proj", "q_proj", "v_proj"}));
        }
    }

    void whatARunFailedOverIsNamed() {
        Case planted;
        planted.x(77, 5) = 1e20F;
        planted.method = methodFromName("gptq", planted.method);
        try {
            (void)planted.quantized(planted.method);
            QFAIL("expected an error");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::NonFinite);
            QCOMPARE(error.layer(), planted.name);
        }
    }

    void scalesBeyondTheirTypeAreNamed() {
        Case planted;
        planted.method.grid.scale_type = DType::F16;
        planted.weight(3, 70) = 2e6F;  // over 15 steps: 133333, and float16 ends at 65504
        planted.weight(8, 4) = -9e6F;
        try {
            (void)planted.quantized(planted.method);
            QFAIL("expected an error");
        } catch (const Error& error) {
            QCOMPARE(error.layer(), planted.name);
        }
        const std::vector<ErrorFinding> findings =
            diagnoseOverflow(*planted.model, planted.method, planted.name, planted.weight, planted.statistics());
        QCOMPARE(findings.size(), std::size_t{1});
        const ErrorFinding& finding = findings.front();
        QCOMPARE(finding.cause, ErrorCause::ScaleOverflow);
        QVERIFY(finding.n_values == 2 && finding.row == 8 && finding.channel == 4 && finding.group_size == 64);
        QCOMPARE(finding.share, 2.0 / (256.0 * 4.0));
        QCOMPARE(finding.peak, static_cast<double>(9e6F));
        QCOMPARE(keptOf(planted, *finding.trial), QStringList({"q_proj"}));
        // Layers that share scales can only be kept together.
        planted.method = methodFromName("awq", planted.method);
        const std::vector<ErrorFinding> shared =
            diagnoseOverflow(*planted.model, planted.method, planted.name, planted.weight, planted.statistics());
        QCOMPARE(keptOf(planted, *shared.front().trial), QStringList({"k_proj", "q_proj", "v_proj"}));
    }

    void whateverElseOverflowsIsCounted() {
        Case planted;
        const InputStatistics input = planted.statistics();
        QuantizedLinear linear = planted.quantized(planted.method);
        ErrorMap map = errorMap(planted.weight, linear.effectiveWeight(), input.hessian);
        map.output_error(4, 6) = std::numeric_limits<float>::infinity();
        map.output_error(9, 6) = std::numeric_limits<float>::quiet_NaN();
        map.by_channel[6] = std::numeric_limits<double>::quiet_NaN();
        const std::vector<ErrorFinding> findings = diagnoseLayer(*planted.model, planted.method, linear, planted.weight, map, input);
        QCOMPARE(findings.size(), std::size_t{1});
        QCOMPARE(findings.front().cause, ErrorCause::ResultOverflow);
        QVERIFY(findings.front().n_values == 2 && findings.front().row == 4 && findings.front().channel == 6);
        QVERIFY(findings.front().trial.has_value());
        // A job that failed where nothing of that is to be seen.
        const std::vector<ErrorFinding> failed = diagnoseOverflow(*planted.model, planted.method, planted.name, planted.weight, input);
        QCOMPARE(failed.size(), std::size_t{1});
        QVERIFY(failed.front().cause == ErrorCause::ResultOverflow && failed.front().n_values == 0 && failed.front().channel >= 0);
        // The last layers cannot be kept as well.
        planted.method.keep = {R"(layers\.[023]\.)", "o_proj", "mlp"};
        QVERIFY(!diagnoseOverflow(*planted.model, planted.method, planted.name, planted.weight, input).front().trial);
    }

    void theHeaviestReasonIsFirst() {
        Case planted;
        planted.x.col(3).setZero();
        planted.x.col(37) *= 60.0F;
        const std::vector<ErrorFinding> findings = planted.findings();
        QVERIFY(findings.size() >= 2);
        QVERIFY(findings.front().cause == ErrorCause::OutlierChannels);
        QVERIFY(std::ranges::is_sorted(findings, std::ranges::greater(), &ErrorFinding::share));
    }

    void wrongShapesAreRefused() {
        Case planted;
        const QuantizedLinear linear = planted.quantized(planted.method);
        const InputStatistics input = planted.statistics();
        const ErrorMap map = errorMap(planted.weight, linear.effectiveWeight(), input.hessian);
        const Matrix half = planted.weight.topRows(10);
        QVERIFY_EXCEPTION_THROWN((void)diagnoseLayer(*planted.model, planted.method, linear, half, map, input), Error);
    }
};

QTEST_APPLESS_MAIN(TestDiagnosis)
#include "tst_diagnosis.moc"
