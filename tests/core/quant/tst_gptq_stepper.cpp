#include <Eigen/LU>
#include <QTest>
#include <numeric>

#include "core/quant/gptq_stepper.h"
#include "core/quant/layer_error.h"
#include "tests/core/quant/cases.h"
#include "tests/support/places.h"

using namespace salient;
using namespace salient::test;

namespace {

constexpr Index kRows = 10;
constexpr Index kColumns = 45;

Matrix weightOfCase() { return randomMatrix(kRows, kColumns, 60); }
Matrix hessianOfCase() { return hessianOf(randomActivations(200, kColumns, 61)); }

GptqStepper makeStepper(GptqOptions options = {}) {
    GridSpec grid;
    grid.bits = 3;
    grid.is_symmetric = false;
    grid.group_size = 12;
    options.block_size = 8;  // several blocks, so that jumps pick up at kept states
    JobContext job;
    return {weightOfCase(), hessianOfCase(), grid, options, job};
}

}  // namespace

class TestGptqStepper : public QObject {
    Q_OBJECT
private slots:
    void roundingTheCurrentColumnGivesTheShippedCodes_data();
    void roundingTheCurrentColumnGivesTheShippedCodes();
    void everyWayToAPositionGivesTheSameState();
    void startIsTheWeightAndEndIsTheResult();
    void pendingIsWhatTheNextStepSubtracts();
    void inverseRowIsThatOfThePaper();
    void runningLossEndsAtTheTotal();
    void nearestLossIsThatOfPlainRounding();
    void positionOutsideIsRefused();
    void keptColumnsHaveNoError();
    void workedExampleFollowsTheReference();
};

void TestGptqStepper::roundingTheCurrentColumnGivesTheShippedCodes_data() {
    QTest::addColumn<bool>("act_order");
    QTest::addColumn<bool>("static_groups");
    for (const bool act_order : {false, true}) {
        for (const bool static_groups : {false, true})
            QTest::addRow("act order %d, static %d", act_order, static_groups) << act_order << static_groups;
    }
}

void TestGptqStepper::roundingTheCurrentColumnGivesTheShippedCodes() {
    QFETCH(bool, act_order);
    QFETCH(bool, static_groups);
    GptqOptions options;
    options.act_order = act_order;
    options.static_groups = static_groups;
    GptqStepper stepper = makeStepper(options);
    const QuantizedTensor& tensor = stepper.result().tensor;
    for (; !stepper.done(); stepper.step()) {
        const Matrix updated = stepper.state(false).updated;
        const Index column = stepper.result().order[static_cast<std::size_t>(stepper.position())];
        const Index group = tensor.group_index[static_cast<std::size_t>(column)];
        for (Index row = 0; row < kRows; ++row) {
            const GridPoint grid{tensor.scale(row, group), tensor.zero(row, group)};
            const float value = updated(row, stepper.position());
            const float steps = value / grid.scale;
            const bool is_toss_up = std::abs(std::abs(steps - std::floor(steps)) - 0.5F) <= static_cast<float>(kTossUp);
            QVERIFY(is_toss_up || roundToGrid(value, grid, 7) == tensor.codes(row, column));
        }
    }
}

void TestGptqStepper::everyWayToAPositionGivesTheSameState() {
    GptqStepper forwards = makeStepper();
    std::vector<Matrix> states;
    for (; !forwards.done(); forwards.step()) states.push_back(forwards.state(false).updated);
    states.push_back(forwards.state(false).updated);
    for (Index p = kColumns; p > 0; forwards.back(), --p) QVERIFY(forwards.state(false).updated == states[static_cast<std::size_t>(p)]);
    GptqStepper jumping = makeStepper();
    for (const Index p : {30, 7, 8, 45, 0, 17, 16, 44, 43, 1}) {
        jumping.goTo(p);
        QCOMPARE(jumping.position(), p);
        QVERIFY(jumping.state(false).updated == states[static_cast<std::size_t>(p)]);
    }
}

void TestGptqStepper::startIsTheWeightAndEndIsTheResult() {
    GptqStepper stepper = makeStepper();
    QVERIFY(stepper.state(false).updated == weightOfCase());
    stepper.goTo(kColumns);
    QVERIFY(stepper.done());
    const GptqStepper::State end = stepper.state();
    QVERIFY(end.updated == stepper.result().tensor.dequantize());
    QVERIFY(end.error.empty());
    QVERIFY(std::abs(end.nearest_loss - end.loss) <= 1e-9 * end.loss);
}

void TestGptqStepper::pendingIsWhatTheNextStepSubtracts() {
    GptqStepper stepper = makeStepper();
    stepper.goTo(13);
    const GptqStepper::State before = stepper.state(false);
    QVERIFY((before.pending.leftCols(13).array() == 0.0F).all());
    stepper.step();
    const Matrix after = stepper.state(false).updated;
    const float tolerance = 8.0F * 1.2e-7F * before.updated.cwiseAbs().maxCoeff();
    QVERIFY((before.updated - before.pending - after).cwiseAbs().maxCoeff() <= 4.0F * tolerance);
    // Column 13 itself lands on the grid.
    QVERIFY(after.col(13) == stepper.result().tensor.dequantize().col(13));
}

void TestGptqStepper::inverseRowIsThatOfThePaper() {
    GptqStepper stepper = makeStepper();
    Eigen::MatrixXd damped = hessianOfCase().cast<double>();
    damped.diagonal().array() += 0.01 * damped.diagonal().mean();
    const Eigen::MatrixXd u = Eigen::LLT<Eigen::MatrixXd>(damped.inverse()).matrixU();
    QVERIFY((stepper.inverseFactor().cast<double>() - u).cwiseAbs().maxCoeff() <= 1e-4 * u.cwiseAbs().maxCoeff());
    stepper.goTo(20);
    const GptqStepper::State state = stepper.state(false);
    for (Index j = 0; j < kColumns; ++j) QCOMPARE(state.inverse_row[static_cast<std::size_t>(j)], stepper.inverseFactor()(20, j));
}

void TestGptqStepper::runningLossEndsAtTheTotal() {
    const GptqStepper stepper = makeStepper();
    const std::vector<float>& losses = stepper.result().column_loss;
    const double total = std::accumulate(losses.begin(), losses.end(), 0.0);
    const std::vector<double> running = stepper.runningLoss();
    QCOMPARE(running.size(), std::size_t(kColumns));
    QVERIFY(std::is_sorted(running.begin(), running.end()));
    QVERIFY(std::abs(running.back() - total) <= 1e-5 * total);
}

void TestGptqStepper::nearestLossIsThatOfPlainRounding() {
    GptqStepper stepper = makeStepper();
    const QuantizedTensor& tensor = stepper.result().tensor;
    Matrix difference = weightOfCase();
    for (Index col = 0; col < kColumns; ++col) {
        const Index group = tensor.group_index[static_cast<std::size_t>(col)];
        for (Index row = 0; row < kRows; ++row) {
            const GridPoint grid{tensor.scale(row, group), tensor.zero(row, group)};
            difference(row, col) -= grid.scale * (static_cast<float>(roundToGrid(difference(row, col), grid, 7)) - grid.zero);
        }
    }
    Matrix damped = hessianOfCase();
    damped.diagonal().array() += 0.01F * damped.diagonal().mean();
    const double expected = 0.5 * outputError(difference, damped);
    QVERIFY(std::abs(stepper.nearestLoss() - expected) <= 1e-5 * expected);
    QVERIFY(std::abs(stepper.state().nearest_loss - expected) <= 1e-5 * expected);
    QVERIFY(stepper.runningLoss().back() < stepper.nearestLoss());
}

void TestGptqStepper::positionOutsideIsRefused() {
    GptqStepper stepper = makeStepper();
    QCOMPARE(errorCodeOf([&] { stepper.back(); }), int(ErrorCode::InvalidOption));
    QCOMPARE(errorCodeOf([&] { stepper.goTo(kColumns + 1); }), int(ErrorCode::InvalidOption));
    QCOMPARE(stepper.position(), Index{0});
}

void TestGptqStepper::keptColumnsHaveNoError() {
    GptqOptions options;
    options.keep_columns = {9};
    GptqStepper stepper = makeStepper(options);
    stepper.goTo(9);
    const GptqStepper::State state = stepper.state(false);
    const float largest = state.updated.cwiseAbs().maxCoeff();
    for (const float error : state.error) QVERIFY(std::abs(error) * stepper.inverseFactor()(9, 9) <= 1e-5F * largest);
}

void TestGptqStepper::workedExampleFollowsTheReference() {
    const SafetensorsFile file = SafetensorsFile::open(salient::test::testDataFolder() / "quant/reference.safetensors");
    GridSpec grid;
    grid.group_size = -1;
    JobContext job;
    GptqStepper stepper(toMatrix(file.tensor("worked.W")), toMatrix(file.tensor("worked.H")), grid, {}, job);
    QVERIFY(stepper.result().tensor.codes == codeMatrix<CodeMatrix>(file.tensor("worked.gptq.codes")));
    const std::vector<double> losses = elements<double>(file.tensor("worked.gptq.column_loss"));
    double loss = 0.0;
    for (std::size_t q = 0; q < losses.size(); ++q) {
        loss += losses[q];
        stepper.step();
        QVERIFY(std::abs(stepper.state(false).loss - loss) <= 1e-5 * loss);
    }
}

QTEST_APPLESS_MAIN(TestGptqStepper)
#include "tst_gptq_stepper.moc"
