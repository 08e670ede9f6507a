#include <QTest>
#include <cmath>

#include "core/error.h"
#include "core/eval/worked_example.h"

using namespace salient;

namespace {

Matrix fourByFour() {
    Matrix weight(4, 4);
    weight << 0.0312F, -0.0187F, 0.0456F, -0.0089F,  //
        -0.0234F, 0.0401F, -0.0156F, 0.0278F,        //
        0.0178F, -0.0345F, 0.0289F, -0.0198F,        //
        -0.0401F, 0.0156F, -0.0367F, 0.0423F;
    return weight;
}

Matrix fourTokens() {
    Matrix input(4, 4);
    input << 0.5F, 0.3F, 48.2F, 0.8F,  //
        0.4F, 0.6F, 52.1F, 0.5F,       //
        0.7F, 0.2F, 45.7F, 0.9F,       //
        0.3F, 0.5F, 50.8F, 0.6F;
    return input;
}

GridSpec threeBits() {
    GridSpec grid;
    grid.bits = 3;
    grid.group_size = -1;
    return grid;
}

}  // namespace

class TestWorkedExample : public QObject {
    Q_OBJECT

private slots:
    void gptqStatesLeadFromTheWeightToWhatTheQuantizerMakes() {
        const Matrix hessian = exampleHessian(fourTokens() / 50.0F);
        const GptqExample example = workGptq(fourByFour(), hessian, threeBits(), 0.01);
        QCOMPARE(example.states.size(), std::size_t{5});
        QVERIFY(example.states.front().updated == fourByFour());
        JobContext job;
        GptqOptions options;
        const GptqResult quantized = quantizeGptq(fourByFour(), hessian, threeBits(), options, job);
        QVERIFY(example.rounded == quantized.effectiveWeight());
        QVERIFY(example.states.back().updated == example.rounded);
        for (Index q = 0; q < 4; ++q) {  // every update is the one that was pending
            const GptqStepper::State& state = example.states[static_cast<std::size_t>(q)];
            const Matrix next = state.updated - state.pending;
            const Matrix reached = example.states[static_cast<std::size_t>(q) + 1].updated;
            QVERIFY((next - reached).cwiseAbs().maxCoeff() <= 4e-8F);
        }
    }

    void gptqWithAnIdentityHessianIsRounding() {
        const GptqExample example = workGptq(fourByFour(), Matrix::Identity(4, 4), threeBits(), 0.01);
        QVERIFY(example.rounded == example.nearest);
        QCOMPARE(example.error.relative_output_error, example.nearest_error.relative_output_error);
    }

    void awqWithoutAScaleIsRounding() {
        const AwqExample example = workAwq(fourTokens(), fourByFour(), threeBits(), 0.0);
        QVERIFY(example.rounded == example.nearest);
        QCOMPARE(example.error_after, example.error_before);
        QVERIFY(example.curve.ratios.empty());
        const AwqExample searched = workAwq(fourTokens(), fourByFour(), threeBits());
        QVERIFY(searched.error.output_error <= example.error.output_error);
        QVERIFY(!searched.curve.ratios.empty());
    }

    void smoothingMovesTheDifficultyByTheFormula() {
        const SmoothExample plain = workSmooth(fourTokens(), fourByFour(), {}, ActivationScale::PerTensor, true);
        const SmoothExample half = workSmooth(fourTokens(), fourByFour(), 0.5, ActivationScale::PerTensor, true);
        QCOMPARE(plain.input_max, (std::vector<float>{0.7F, 0.6F, 52.1F, 0.9F}));
        QCOMPARE(plain.codes(2, 1), 0.0F);     // 0.2 / (52.1 / 127) rounds to nothing
        for (std::size_t j = 0; j < 4; ++j) {  // at ½ both sides have the same largest value
            QVERIFY(std::abs(half.input_max[j] - half.weight_max[j]) <= 1e-5F * half.input_max[j]);
            QVERIFY(std::abs(half.input_max[j] - std::sqrt(plain.input_max[j] * plain.weight_max[j])) <= 1e-5F * half.input_max[j]);
        }
        QVERIFY(half.output_error < plain.output_error);
    }

    void theOutputOfWholeNumbersIsThatOfItsCodes() {
        for (const ActivationScale activations : {ActivationScale::PerTensor, ActivationScale::PerToken}) {
            const SmoothExample example = workSmooth(fourTokens(), fourByFour(), 0.5, activations, false);
            // Codes times their step are what the layer heard; its output error is that of the heard input and the rounded weight.
            GridSpec grid{.bits = 8, .is_symmetric = true, .group_size = -1, .per_tensor = true, .rule = GridRule::Int8};
            Matrix scaled = fourByFour();
            Matrix heard = example.heard;
            for (Index j = 0; j < 4; ++j) {
                scaled.col(j) *= example.scales[static_cast<std::size_t>(j)];
                heard.col(j) /= example.scales[static_cast<std::size_t>(j)];
            }
            const Matrix rounded = quantizeNearest(scaled, grid).dequantize();
            const Matrix exact = fourTokens() * fourByFour().transpose();
            const double expected = static_cast<double>((exact - heard * rounded.transpose()).squaredNorm() / exact.squaredNorm());
            QVERIFY2(std::abs(example.output_error - expected) <= 1e-3 * expected, qPrintable(QString::number(expected)));
        }
    }

    void aSilentChannelLosesNothing() {
        Matrix input = fourTokens();
        input.col(1).setZero();
        const SmoothExample example = workSmooth(input, fourByFour(), 0.5, ActivationScale::PerTensor, true);
        QCOMPARE(example.input_error[1], 0.0);
        QCOMPARE(example.scales[1], 1.0F);
    }

    void shapesThatDoNotFitAreRefused() {
        const Matrix three = Matrix::Ones(4, 3);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(workGptq(three, Matrix::Identity(4, 4), threeBits(), 0.01)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(workAwq(fourTokens(), three, threeBits())), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(workSmooth(fourTokens(), three, 0.5, ActivationScale::PerTensor, true)), Error);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(exampleHessian(Matrix(0, 4))), Error);
        Matrix broken = fourTokens();
        broken(1, 1) = std::numeric_limits<float>::quiet_NaN();
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(workAwq(broken, fourByFour(), threeBits())), Error);
    }
};

QTEST_APPLESS_MAIN(TestWorkedExample)
#include "tst_worked_example.moc"
