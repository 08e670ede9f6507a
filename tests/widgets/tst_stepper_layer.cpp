#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/job.h"
#include "tests/widgets/sample_layers.h"
#include "widgets/stepper_layer.h"

using namespace salient;
using namespace salient::testing;

namespace {

constexpr Index kRows = 7;
constexpr Index kColumns = 300;  // more than one block of the running sum

struct Case {
    Matrix weight;
    Matrix hessian;
    GptqOptions options;
    std::shared_ptr<GptqStepper> stepper;
};

Case makeCase(bool act_order, Matrix weight = sampleWeight(kRows, kColumns), Index dead = -1) {
    Case one{std::move(weight), sampleHessian(sampleActivations(500, kColumns)), {}, nullptr};
    if (dead >= 0) {
        one.hessian.row(dead).setZero();
        one.hessian.col(dead).setZero();
    }
    GridSpec grid;
    grid.bits = 3;
    grid.is_symmetric = false;
    grid.group_size = 32;
    one.options.act_order = act_order;
    JobContext job;
    one.stepper = std::make_shared<GptqStepper>(one.weight, one.hessian, grid, one.options, job);
    return one;
}

RoundingLoss lossOf(const Case& one, Index most_rows = kRows) {
    JobContext job;
    return roundingLoss(one.weight, one.hessian, one.stepper->result(), most_rows, job);
}

/// ½ tr(D H Dᵀ) after each column, from the definition in double precision.
std::vector<double> definitionOf(const Case& one) {
    const GptqResult& result = one.stepper->result();
    const QuantizedTensor& tensor = result.tensor;
    Eigen::MatrixXd hessian = one.hessian.cast<double>();
    for (const Index column : result.dead_columns) hessian(column, column) = 1.0;
    hessian.diagonal().array() += one.options.damping * hessian.diagonal().mean();
    Eigen::MatrixXd error = Eigen::MatrixXd::Zero(one.weight.rows(), one.weight.cols());
    std::vector<double> losses{0.0};
    for (const Index column : result.order) {
        const bool is_dead = std::ranges::find(result.dead_columns, column) != result.dead_columns.end();
        const Index group = tensor.group_index[static_cast<std::size_t>(column)];
        for (Index row = 0; row < error.rows(); ++row) {
            const float w = is_dead ? 0.0F : one.weight(row, column);
            const GridPoint grid{tensor.scale(row, group), tensor.zero(row, group)};
            const float code = static_cast<float>(roundToGrid(w, grid, 7));
            error(row, column) = static_cast<double>(w) - static_cast<double>(grid.scale) * static_cast<double>(code - grid.zero);
        }
        losses.push_back(0.5 * (error * hessian * error.transpose()).trace());
    }
    return losses;
}

}  // namespace

class TestStepperLayer : public QObject {
    Q_OBJECT

private slots:
    void theLossOfPlainRoundingIsItsDefinition_data() {
        QTest::addColumn<bool>("act_order");
        QTest::addColumn<int>("dead");
        QTest::newRow("own order") << false << -1;
        QTest::newRow("act order") << true << -1;
        QTest::newRow("a dead channel") << false << 40;
    }
    void theLossOfPlainRoundingIsItsDefinition() {
        QFETCH(bool, act_order);
        QFETCH(int, dead);
        const Case one = makeCase(act_order, sampleWeight(kRows, kColumns), dead);
        const RoundingLoss loss = lossOf(one);
        const std::vector<double> expected = definitionOf(one);
        QCOMPARE(loss.n_rows, kRows);
        QCOMPARE(loss.running.size(), expected.size());
        for (std::size_t k = 0; k < expected.size(); ++k) QVERIFY(std::abs(loss.running[k] - expected[k]) <= 1e-5 * expected.back());
        // … and at the end that of the stepper.
        QVERIFY(std::abs(loss.running.back() - one.stepper->nearestLoss()) <= 1e-5 * one.stepper->nearestLoss());
    }

    void fewerRowsStandForAll() {
        Matrix weight(kRows, kColumns);
        for (Index row = 0; row < kRows; ++row) weight.row(row) = sampleWeight(1, kColumns).row(0);
        const Case one = makeCase(false, weight);
        const RoundingLoss all = lossOf(one);
        const RoundingLoss some = lossOf(one, 3);
        QCOMPARE(some.n_rows, Index{3});
        for (std::size_t k = 0; k < all.running.size(); ++k)
            QVERIFY(std::abs(some.running[k] - all.running[k]) <= 1e-5 * all.running.back());
    }

    void aHessianOfAnotherShapeIsRefused() {
        const Case one = makeCase(false);
        JobContext job;
        const Matrix small = Matrix::Identity(4, 4);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(roundingLoss(one.weight, small, one.stepper->result(), kRows, job)), Error);
    }

    void theLayerIsTheSolversInItsOrder() {
        const Case one = makeCase(true);
        const auto layer = stepperLayer("layer", *one.stepper, 128, lossOf(one));
        const GptqResult& result = one.stepper->result();
        const Matrix effective = result.effectiveWeight();
        QCOMPARE(layer->order, result.order);
        QCOMPARE(layer->columnCount(), kColumns);
        for (Index p = 0; p < kColumns; ++p) {
            const Index channel = result.order[static_cast<std::size_t>(p)];
            QCOMPARE(layer->position_of[static_cast<std::size_t>(channel)], p);
            QCOMPARE(layer->group_of[static_cast<std::size_t>(p)], Index{result.tensor.group_index[static_cast<std::size_t>(channel)]});
            QVERIFY(layer->original->col(p) == one.weight.col(channel));
            QVERIFY(layer->rounded.col(p) == effective.col(channel));
        }
        QCOMPARE(layer->losses.size(), std::size_t(kColumns + 1));
        QCOMPARE(layer->losses.front(), 0.0);
        QCOMPARE(layer->losses.back(), one.stepper->runningLoss().back());
        QCOMPARE(layer->nearest.running.size(), layer->losses.size());
        QVERIFY(layer->error_limit == (*layer->original - layer->rounded).cwiseAbs().maxCoeff());
    }
};

QTEST_APPLESS_MAIN(TestStepperLayer)
#include "tst_stepper_layer.moc"
