#include <Eigen/Dense>
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>
#include <cmath>
#include <vector>

#include "core/job.h"
#include "tests/widgets/find_widgets.h"
#include "tests/widgets/sample_layers.h"
#include "widgets/chart.h"
#include "widgets/heatmap_view.h"
#include "widgets/stepper_panel.h"
#include "widgets/stepper_text.h"

using namespace salient;
using namespace salient::testing;

namespace {

StepperInput sampleInput(Index in = 16, Index group_size = 4, Index block_size = 8, bool act_order = false) {
    GridSpec grid;
    grid.group_size = group_size;
    GptqOptions options;
    options.block_size = block_size;
    options.act_order = act_order;
    JobContext job;
    Matrix hessian = sampleHessian(sampleActivations(4 * in, in));
    auto stepper = std::make_shared<GptqStepper>(sampleWeight(6, in), std::move(hessian), grid, options, job);
    auto layer = stepperLayer("layer", *stepper, block_size, {});
    return {std::move(stepper), std::move(layer), {}};
}

Matrix sampleInputHessian(Index in = 16) { return sampleHessian(sampleActivations(4 * in, in)); }

/// U of H⁻¹ = UᵀU, H damped by a hundredth of its mean diagonal: as the paper defines it, in double precision.
Eigen::MatrixXd inverseFactorByDefinition(const Matrix& hessian) {
    Eigen::MatrixXd damped = hessian.cast<double>();
    damped.diagonal().array() += 0.01 * damped.diagonal().mean();
    const Eigen::MatrixXd inverse = damped.inverse();
    return inverse.llt().matrixU();
}

/// The chart of that title, or null.
const Chart* chartTitled(const StepperPanel& panel, const QString& title) {
    for (const Chart* chart : panel.findChildren<Chart*>()) {
        if (chart->title() == title) return chart;
    }
    return nullptr;
}

/// One whose pictures take longer than a frame.
StepperInput largeInput() {
    constexpr Index kColumns = 512;
    GridSpec grid;
    JobContext job;
    auto stepper = std::make_shared<GptqStepper>(sampleWeight(2100, kColumns), sampleHessian(sampleActivations(64, kColumns)), grid,
                                                 GptqOptions{}, job);
    auto layer = stepperLayer("large", *stepper, 128, {});
    return {std::move(stepper), std::move(layer), {}};
}

/// The same layer solved again, as after a what-if.
StepperInput renamed(StepperInput input, const QString& name) {
    auto layer = std::make_shared<StepperLayer>(*input.layer);
    layer->name = name;
    input.layer = std::move(layer);
    return input;
}

}  // namespace

class TestStepperPanel : public QObject {
    Q_OBJECT

private slots:
    void keysStepThroughColumnsGroupsAndBlocksBothWays() {
        StepperPanel panel;
        panel.setStepper(sampleInput());
        panel.show();
        panel.setFocus();
        QVERIFY(QTest::qWaitForWindowActive(&panel));
        const auto press = [&panel](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
            QTest::keyClick(&panel, key, modifiers);
            return panel.position();
        };
        QCOMPARE(press(Qt::Key_Right), Index{1});
        QCOMPARE(press(Qt::Key_Right), Index{2});
        QCOMPARE(press(Qt::Key_Left), Index{1});
        QCOMPARE(press(Qt::Key_Right, Qt::ShiftModifier), Index{4});
        QCOMPARE(press(Qt::Key_PageDown), Index{8});
        QCOMPARE(press(Qt::Key_Right), Index{9});
        QCOMPARE(press(Qt::Key_PageUp), Index{8});
        QCOMPARE(press(Qt::Key_PageUp), Index{0});
        QCOMPARE(press(Qt::Key_End), Index{16});
        QCOMPARE(press(Qt::Key_Right), Index{16});
        QCOMPARE(press(Qt::Key_Left, Qt::ShiftModifier), Index{12});
        QCOMPARE(press(Qt::Key_Home), Index{0});
        QCOMPARE(press(Qt::Key_Left), Index{0});
    }

    void picturesShowTheStateOfTheSolver() {
        StepperPanel panel;
        const StepperInput input = sampleInput();
        panel.setStepper(input);
        panel.goTo(5);
        const auto map = [&panel](const QString& name) { return panel.findChild<HeatmapView*>(name)->matrix(); };
        const GptqStepper::State state = input.stepper->state();
        QVERIFY(*map("weights") == state.updated);
        QVERIFY(*map("pending") == state.pending);
        const Matrix difference = sampleWeight(6, 16) - input.stepper->result().effectiveWeight();
        QVERIFY((map("error")->leftCols(5) - difference.leftCols(5)).cwiseAbs().maxCoeff() < 1e-6F);
        QVERIFY((map("error")->rightCols(11).array() == 0.0F).all());
    }

    void aCellOfTheErrorShowsWhatFlowedIntoIt() {
        StepperPanel panel;
        const StepperInput input = sampleInput();
        panel.setStepper(input);
        constexpr Index kRow = 2;
        constexpr Index kColumn = 11;
        input.stepper->goTo(kColumn);
        const float before = input.stepper->state().updated(kRow, kColumn);  // what that column is rounded from
        panel.goTo(16);
        emit panel.findChild<HeatmapView*>(QStringLiteral("error"))->cellChosen(kRow, kColumn);
        const Chart* chart = nullptr;
        for (const Chart* candidate : panel.findChildren<Chart*>()) {
            if (candidate->series().size() == 1 && candidate->series().front().y.size() == kColumn) chart = candidate;
        }
        QVERIFY(chart != nullptr);
        double sum = 0.0;
        for (const double flow : chart->series().front().y) sum += flow;
        QVERIFY(std::abs(sum - static_cast<double>(before - sampleWeight(6, 16)(kRow, kColumn))) < 1e-5);
        QVERIFY(std::abs(sum) > 1e-3);
    }

    void eachFlowIsTheErrorOfItsColumnTimesUInThatPlace() {
        StepperPanel panel;
        const StepperInput input = sampleInput();
        panel.setStepper(input);
        constexpr Index kRow = 2;
        constexpr Index kColumn = 11;
        const Eigen::MatrixXd u = inverseFactorByDefinition(sampleInputHessian());
        const StepperInput second = sampleInput();
        const Matrix rounded = second.stepper->result().effectiveWeight();
        panel.goTo(16);
        emit panel.findChild<HeatmapView*>(QStringLiteral("error"))->cellChosen(kRow, kColumn);
        const Chart* chart = chartTitled(panel, QStringLiteral("Into row 2, channel 11"));
        QVERIFY(chart != nullptr);
        const std::vector<double>& flows = chart->series().front().y;
        QCOMPARE(flows.size(), static_cast<std::size_t>(kColumn));
        for (Index i = 0; i < kColumn; ++i) {
            second.stepper->goTo(i);
            const auto before = static_cast<double>(second.stepper->state().updated(kRow, i));
            const double error = (before - static_cast<double>(rounded(kRow, i))) / u(i, i);
            QVERIFY(std::abs(flows[static_cast<std::size_t>(i)] + error * u(i, kColumn)) < 1e-5);
        }
    }

    void theRowOfUAndTheEquationAreThoseOfTheColumnInHand() {
        StepperPanel panel;
        panel.setStepper(sampleInput());
        const Eigen::MatrixXd u = inverseFactorByDefinition(sampleInputHessian());
        const StepperInput second = sampleInput();
        const Matrix rounded = second.stepper->result().effectiveWeight();
        for (const Index q : {5, 9}) {
            panel.goTo(q);
            panel.setSelectedCell(3, -1);
            const Chart* chart = chartTitled(panel, QStringLiteral("U[q, q:]"));
            QVERIFY(chart != nullptr);
            const ChartSeries& row = chart->series().front();
            QCOMPARE(row.y.size(), static_cast<std::size_t>(16 - q));
            for (Index j = q; j < 16; ++j) {
                QCOMPARE(row.x[static_cast<std::size_t>(j - q)], static_cast<double>(j));
                QVERIFY(std::abs(row.y[static_cast<std::size_t>(j - q)] - u(q, j)) < 1e-4 * u(q, q));
            }
            second.stepper->goTo(q);
            StepNumbers numbers;
            numbers.position = q;
            numbers.channel = q;
            numbers.row = 3;
            numbers.weight = static_cast<double>(second.stepper->state().updated(3, q));
            numbers.rounded = static_cast<double>(rounded(3, q));
            for (Index j = q; j < 16; ++j) numbers.inverse_row.push_back(second.stepper->inverseFactor()(q, j));
            QCOMPARE(named<QLabel>(panel, QStringLiteral("The update in numbers"))->text(), stepEquation(numbers));
        }
    }

    void spacePlaysAndHolds() {
        StepperPanel panel;
        panel.setStepper(sampleInput());
        panel.show();
        panel.setFocus();
        QVERIFY(QTest::qWaitForWindowActive(&panel));
        QTest::keyClick(&panel, Qt::Key_Space);
        QVERIFY(panel.isPlaying());
        QTRY_VERIFY(panel.position() > 0);
        QTest::keyClick(&panel, Qt::Key_Space);
        QVERIFY(!panel.isPlaying());
    }

    void aNumberOfColumnsIsJumpedTo() {
        StepperPanel panel;
        panel.setStepper(sampleInput());
        auto* spin = named<QSpinBox>(panel, QStringLiteral("Columns done"));
        auto* slider = named<QSlider>(panel, QStringLiteral("Columns done"));
        spin->setValue(9);
        QCOMPARE(panel.position(), Index{9});
        QCOMPARE(slider->value(), 9);
        slider->setValue(3);
        QCOMPARE(panel.position(), Index{3});
        QCOMPARE(spin->value(), 3);
    }

    void thePicturesAreZoomedTogether() {
        StepperPanel panel;
        panel.setStepper(sampleInput());
        panel.resize(1200, 800);
        panel.show();
        const auto map = [&panel](const QString& name) { return panel.findChild<HeatmapView*>(name); };
        const MatrixRegion whole = map("weights")->viewport();
        for (const char* moved : {"weights", "error", "pending"}) {
            map(QLatin1String(moved))->zoomIn();
            const MatrixRegion zoomed = map(QLatin1String(moved))->viewport();
            QVERIFY(!(zoomed == whole));
            for (const char* other : {"weights", "error", "pending"}) QVERIFY(map(QLatin1String(other))->viewport() == zoomed);
            map(QLatin1String(moved))->showAll();
            for (const char* other : {"weights", "error", "pending"}) QVERIFY(map(QLatin1String(other))->viewport() == whole);
        }
    }

    void theStampNamesColumnCellAndWhatIsTriedOut() {
        StepperPanel panel;
        QVERIFY(panel.stamp().isEmpty());
        StepperInput input = sampleInput();
        input.what_if.kept = {4, 5, 6, 7, 8, 9};
        input.what_if.moved = {{2, 12}};
        panel.setStepper(input);
        panel.goTo(7);
        panel.setSelectedCell(3, 11);
        for (const char* part : {"layer", "7 of 16 columns done", "row 3, channel 11", "in 16 bits: 4, 5, 6, 7, 8, 9", "moved: 2 → 12"})
            QVERIFY2(panel.stamp().contains(QString::fromUtf8(part)), qPrintable(panel.stamp()));
    }

    void signalsComeOncePerMove() {
        StepperPanel panel;
        panel.setStepper(sampleInput());
        QSignalSpy moved(&panel, &StepperPanel::positionChanged);
        panel.goTo(3);
        panel.goTo(3);
        panel.goTo(-7);
        panel.goTo(99);
        QCOMPARE(moved.count(), 3);
        QCOMPARE(moved.last().first().value<Index>(), Index{16});
    }

    void playRunsToTheEndAndSaysSo() {
        StepperPanel panel;
        panel.setStepper(sampleInput(4, 4, 4));
        panel.findChild<QSlider*>(QStringLiteral("speed"))->setValue(60);
        QSignalSpy stopped(&panel, &StepperPanel::stopped);
        panel.play();
        QVERIFY(panel.isPlaying());
        QVERIFY(stopped.wait(5000));
        QCOMPARE(panel.position(), Index{4});
        QVERIFY(!panel.isPlaying());
    }

    void playStopsAtAGroup() {
        StepperPanel panel;
        panel.setStepper(sampleInput());
        panel.findChild<QSlider*>(QStringLiteral("speed"))->setValue(60);
        panel.setBreakOnGroup(true);
        QSignalSpy stopped(&panel, &StepperPanel::stopped);
        panel.play();
        QVERIFY(stopped.wait(5000));
        QCOMPARE(panel.position(), Index{4});
    }

    void playStopsAfterTheFirstErrorAboveTheLimit() {
        StepperPanel panel;
        const StepperInput input = sampleInput();
        panel.setStepper(input);
        const Matrix difference = (sampleWeight(6, 16) - input.stepper->result().effectiveWeight()).cwiseAbs();
        Index worst_row = 0, worst = 0;
        const float most = difference.maxCoeff(&worst_row, &worst);
        panel.findChild<QSlider*>(QStringLiteral("speed"))->setValue(60);
        panel.setBreakOnError(true, 0.999 * static_cast<double>(most));
        QSignalSpy stopped(&panel, &StepperPanel::stopped);
        panel.play();
        QVERIFY(stopped.wait(5000));
        QCOMPARE(panel.position(), worst + 1);
        QVERIFY(stopped.first().first().toString().contains(QString::number(worst)));
    }

    void cellsAreToldByTheirOwnChannelInActOrder() {
        StepperPanel panel;
        const StepperInput input = sampleInput(16, -1, 8, true);
        panel.setStepper(input);
        const std::vector<Index>& order = input.stepper->result().order;
        QVERIFY(order[0] != 0);
        QSignalSpy chosen(&panel, &StepperPanel::cellChosen);
        emit panel.findChild<HeatmapView*>(QStringLiteral("weights"))->cellChosen(2, 0);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().at(0).value<Index>(), Index{2});
        QCOMPARE(chosen.first().at(1).value<Index>(), order[0]);
    }

    void whatIfNamesTheColumnInHand() {
        StepperPanel panel;
        const StepperInput input = sampleInput(16, -1, 8, true);
        panel.setStepper(input);
        panel.goTo(7);
        QSignalSpy kept(&panel, &StepperPanel::keepColumnWanted);
        QSignalSpy moved(&panel, &StepperPanel::moveColumnWanted);
        QSignalSpy reset(&panel, &StepperPanel::whatIfResetWanted);
        panel.findChild<QToolButton*>(QStringLiteral("keep"))->click();
        QCOMPARE(kept.count(), 1);
        QCOMPARE(kept.first().first().value<Index>(), input.layer->order[7]);
        panel.findChild<QSpinBox*>(QStringLiteral("target"))->setValue(11);
        panel.findChild<QToolButton*>(QStringLiteral("move"))->click();
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved.first().at(0).value<Index>(), input.layer->order[7]);
        QCOMPARE(moved.first().at(1).value<Index>(), Index{11});
        StepperInput touched = sampleInput();
        touched.what_if.kept = {3};
        panel.setStepper(touched);
        panel.findChild<QToolButton*>(QStringLiteral("what_if_reset"))->click();
        QCOMPARE(reset.count(), 1);
        panel.goTo(16);  // no column is in hand
        QVERIFY(!panel.findChild<QToolButton*>(QStringLiteral("keep"))->isEnabled());
        QVERIFY(!panel.findChild<QToolButton*>(QStringLiteral("move"))->isEnabled());
    }

    void aLayerSolvedAgainStaysAtItsColumnAndAnotherBeginsAnew() {
        StepperPanel panel;
        panel.setStepper(sampleInput());
        panel.setSelectedCell(4, 9);
        panel.goTo(6);
        QSignalSpy moved(&panel, &StepperPanel::positionChanged);
        const StepperInput again = sampleInput();
        panel.setStepper(again);
        QCOMPARE(panel.position(), Index{6});
        QVERIFY(*panel.findChild<HeatmapView*>(QStringLiteral("weights"))->matrix() == again.stepper->state().updated);
        QCOMPARE(again.stepper->position(), Index{6});
        QCOMPARE(moved.count(), 0);
        panel.setStepper(renamed(sampleInput(), "other"));
        QCOMPARE(panel.position(), Index{0});
        panel.goTo(6);
        panel.setStepper(sampleInput(24));  // another shape
        QCOMPARE(panel.position(), Index{0});
    }

    void picturesOfALargeLayerAreMadeElsewhere() {
        StepperPanel panel;
        QSignalSpy wanted(&panel, &StepperPanel::picturesWanted);
        const StepperInput input = largeInput();
        QVERIFY(input.layer->isLarge());
        panel.setStepper(input);
        QCOMPARE(wanted.count(), 1);
        auto* map = panel.findChild<HeatmapView*>(QStringLiteral("weights"));
        QVERIFY(map->matrix() == nullptr);
        panel.setPictures(stepperPictures(input.layer, *input.stepper, 0));
        QVERIFY(map->matrix() != nullptr);

        panel.goTo(200);
        panel.goTo(201);
        QCOMPARE(panel.position(), Index{201});  // at once
        QCOMPARE(named<QSlider>(panel, "Columns done")->value(), 201);
        QCOMPARE(wanted.count(), 3);
        QCOMPARE(wanted.last().first().value<Index>(), Index{201});
        const Matrix* before = map->matrix().get();
        panel.setPictures(stepperPictures(renamed(input, "other").layer, *input.stepper, 5));  // of another layer: not shown
        QVERIFY(map->matrix().get() == before);
        panel.setPictures(stepperPictures(input.layer, *input.stepper, 201));
        QVERIFY(*map->matrix() == input.stepper->state(false).updated);
    }

    void playWaitsForThePicturesOfALargeLayer() {
        StepperPanel panel;
        const StepperInput input = largeInput();
        panel.setStepper(input);
        panel.findChild<QSlider*>(QStringLiteral("speed"))->setValue(60);
        QSignalSpy wanted(&panel, &StepperPanel::picturesWanted);
        panel.play();
        QTest::qWait(100);
        QCOMPARE(panel.position(), Index{0});  // nothing is on display yet
        panel.setPictures(stepperPictures(input.layer, *input.stepper, 0));
        QVERIFY(wanted.wait(5000));
        QTest::qWait(100);
        QCOMPARE(panel.position(), Index{1});
        panel.pause();
    }

    void theLossOfPlainRoundingRunsBesideGptqs() {
        StepperPanel panel;
        StepperInput input = sampleInput();
        auto layer = std::make_shared<StepperLayer>(*input.layer);
        JobContext job;
        layer->nearest = roundingLoss(sampleWeight(6, 16), sampleHessian(sampleActivations(64, 16)), input.stepper->result(), 2, job);
        input.layer = layer;
        panel.setStepper(input);
        bool is_drawn = false;
        for (const Chart* chart : panel.findChildren<Chart*>()) {
            for (const ChartSeries& series : chart->series()) {
                if (series.name != QLatin1String("plain rounding, from 2 of 6 rows")) continue;
                is_drawn = true;
                QCOMPARE(series.y, layer->nearest.running);
            }
        }
        QVERIFY(is_drawn);
    }

    void equationHoldsTheNumbersWorkedByHand() {
        StepNumbers numbers;
        numbers.weight = 0.5;
        numbers.rounded = 0.25;
        numbers.inverse_row = {2.0F, -1.0F};
        // error 0.125; δ = −0.125 · (2, −1)
        const QString text = stepEquation(numbers);
        QVERIFY(text.contains("−(0.5 − 0.25) / 2"));
        QVERIFY(text.contains("(−0.25,&nbsp; 0.125)"));
    }

    void equationOfADeadColumnIsZero() {
        StepNumbers numbers;
        numbers.inverse_row = {0.0F, 0.0F};
        QVERIFY(stepEquation(numbers).contains("(0,&nbsp; 0)"));
    }

    void withoutALayerItSaysWhatToDo() {
        StepperPanel panel;
        panel.goTo(3);
        panel.play();
        QVERIFY(!panel.isPlaying());
        panel.setSelectedCell(1, 1);
        QVERIFY(!panel.grab().isNull());
        panel.setStepper(sampleInput());
        panel.setStepper({});
        QCOMPARE(panel.position(), Index{0});
    }
};

QTEST_MAIN(TestStepperPanel)
#include "tst_stepper_panel.moc"
