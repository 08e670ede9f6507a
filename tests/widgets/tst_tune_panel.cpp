#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QtTest>
#include <cmath>

#include "core/quant/layer_error.h"
#include "tests/widgets/sample_layers.h"
#include "widgets/tune_panel.h"

using namespace salient;
using namespace salient::testing;

namespace {

TuneModel sampleModel(Index out = 24, Index in = 64) {
    const Matrix x = sampleActivations(200, in);
    const auto statistics = sampleStatistics(x);
    TuneModel model;
    model.layer = "layer";
    model.weights = {std::make_shared<const Matrix>(sampleWeight(out, in, 3)),
                     std::make_shared<const Matrix>(sampleWeight(out / 2, in, 4))};
    model.hessian = std::make_shared<const Matrix>(sampleHessian(x));
    model.mean_abs = statistics->meanAbs();
    model.max_abs = statistics->max_abs;
    model.awq_grid.bits = 3;
    model.awq_grid.group_size = 16;
    return completed(std::move(model));
}

/// Expensive enough for the panel to preview it: one weight row more than fits.
TuneModel largeModel() {
    TuneModel model = sampleModel(8, 512);
    model.weights = {std::make_shared<const Matrix>(sampleWeight(1200, 512))};
    return completed(std::move(model));
}

void finishCurve(const TunePanel& panel) { QTRY_VERIFY(panel.optimum().has_value()); }

}  // namespace

class TestTunePanel : public QObject {
    Q_OBJECT

private slots:
    void lossIsTheRelativeErrorOfTheScaledWeights() {
        const TuneModel model = sampleModel();
        // No scaling: plain rounding of each weight.
        const TuneChoice plain{TuneMethod::AwqRatio, 0.0, {}};
        double error = 0.0;
        double energy = 0.0;
        for (const auto& weight : model.weights) {
            error += outputError(*weight - quantizeNearest(*weight, model.awq_grid).dequantize(), *model.hessian);
            energy += outputError(*weight, *model.hessian);
        }
        const double loss = tuneLoss(model, plain.method, tuneScales(model, plain));
        QVERIFY(std::abs(loss - error / energy) < 1e-5 * loss);
    }

    void factorsMultiplyTheScaleOfTheirChannel() {
        const TuneModel model = sampleModel();
        const auto before = tuneScales(model, {TuneMethod::SmoothAlpha, 0.5, {}});
        const auto after = tuneScales(model, {TuneMethod::SmoothAlpha, 0.5, {{37, 2.0}, {999, 3.0}}});
        QCOMPARE(after[37], 2.0F * before[37]);
        QCOMPARE(after[36], before[36]);
    }

    void sampledRowsAreSpreadOverAllWeights() {
        const TuneModel model = sampleModel();  // 24 + 12 rows
        const TuneModel sample = sampledRows(model, 3);
        QCOMPARE(sample.rowCount(), Index{3});
        QVERIFY(sample.weights[0]->row(0) == model.weights[0]->row(6));
        QVERIFY(sample.weights[0]->row(1) == model.weights[0]->row(18));
        QVERIFY(sample.weights[0]->row(2) == model.weights[1]->row(6));
        QVERIFY(sample.weight_max == model.weight_max);
        QCOMPARE(sampledRows(model, 100).rowCount(), Index{36});
    }

    void smallLayersAreExactAtOnceAndAskNobody() {
        TunePanel panel;
        QSignalSpy asked(&panel, &TunePanel::lossWanted);
        QSignalSpy curve(&panel, &TunePanel::curveWanted);
        const TuneModel model = sampleModel();
        panel.setModel(model);
        panel.setChoice({TuneMethod::AwqRatio, 0.25, {}});
        QVERIFY(panel.isExact());
        QCOMPARE(panel.shownLoss(), tuneLoss(model, TuneMethod::AwqRatio, tuneScales(model, panel.choice())));
        finishCurve(panel);
        QTest::qWait(80);
        QCOMPARE(asked.count(), 0);
        QCOMPARE(curve.count(), 0);
    }

    void largeLayersPreviewFirstAndTakeTheExactAnswer() {
        TunePanel panel;
        QSignalSpy asked(&panel, &TunePanel::lossWanted);
        QSignalSpy curve(&panel, &TunePanel::curveWanted);
        panel.setModel(largeModel());
        QVERIFY(!panel.isExact());
        QVERIFY(panel.shownLoss() > 0.0);
        QCOMPARE(curve.count(), 1);
        QVERIFY(asked.wait(2000));
        const auto request = asked.first().first().value<TuneRequest>();
        QCOMPARE(request.scales.size(), std::size_t{512});
        panel.setLoss(request.serial - 1, 0.5);  // an answer to an older question
        QVERIFY(!panel.isExact());
        panel.setLoss(request.serial, 0.0125);
        QVERIFY(panel.isExact());
        QCOMPARE(panel.shownLoss(), 0.0125);
    }

    void aDragAsksOnce() {
        TunePanel panel;
        panel.setModel(largeModel());
        QSignalSpy asked(&panel, &TunePanel::lossWanted);
        QVERIFY(asked.wait(2000));
        for (int i = 0; i < 5; ++i) panel.setChoice({TuneMethod::AwqRatio, 0.1 * i, {}});
        QVERIFY(asked.wait(2000));
        QCOMPARE(asked.count(), 2);
    }

    void optimumIsTheLowestPointOfTheCurve() {
        TunePanel panel;
        const TuneModel model = sampleModel();
        panel.setModel(model);
        finishCurve(panel);
        double least = 1e30;
        double best = -1.0;
        for (const double value : tuneValues(TuneMethod::AwqRatio)) {
            const double loss = tuneLoss(model, TuneMethod::AwqRatio, tuneScales(model, {TuneMethod::AwqRatio, value, {}}));
            if (loss < least) {
                least = loss;
                best = value;
            }
        }
        QCOMPARE(*panel.optimum(), best);
        QVERIFY(best > 0.0);  // loud channels: scaling must help
        panel.useOptimum();
        QCOMPARE(panel.choice().value, best);
        QCOMPARE(panel.shownLoss(), least);
    }

    void exactCurveReplacesThePreview() {
        TunePanel panel;
        panel.setModel(largeModel());
        std::vector<double> losses(20, 1.0);
        losses[13] = 0.5;
        panel.setCurve(TuneMethod::SmoothAlpha, losses);  // of the other method: ignored
        panel.setCurve(TuneMethod::AwqRatio, losses);
        QCOMPARE(panel.optimum().value(), 0.65);
    }

    void moveOfTheSliderEmitsAndSettles() {
        TunePanel panel;
        panel.setModel(sampleModel());
        QSignalSpy changed(&panel, &TunePanel::choiceChanged);
        QSignalSpy settled(&panel, &TunePanel::choiceSettled);
        auto* slider = panel.findChild<QSlider*>(QStringLiteral("value"));
        QTest::keyClick(slider, Qt::Key_PageUp);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(settled.count(), 1);
        QCOMPARE(panel.choice().value, 0.55);
        panel.setChoice({TuneMethod::AwqRatio, 0.2, {}});  // from outside: silent
        QCOMPARE(changed.count(), 1);
        QCOMPARE(slider->value(), 40);
    }

    void resetTakesEverythingBack() {
        TunePanel panel;
        panel.setModel(sampleModel());
        panel.setChoice({TuneMethod::SmoothAlpha, 0.9, {{3, 4.0}}});
        panel.reset();
        QCOMPARE(panel.choice(), (TuneChoice{TuneMethod::SmoothAlpha, 0.5, {}}));
    }

    void applyTellsChoiceAndReach() {
        TunePanel panel;
        panel.setModel(sampleModel());
        QSignalSpy applied(&panel, &TunePanel::applyWanted);
        panel.findChild<QPushButton*>(QStringLiteral("apply"))->click();
        panel.findChild<QPushButton*>(QStringLiteral("apply_all"))->click();
        QCOMPARE(applied.count(), 2);
        QCOMPARE(applied.at(0).at(1).toBool(), false);
        QCOMPARE(applied.at(1).at(1).toBool(), true);
    }

    void withoutALayerNothingCanBeChanged() {
        TunePanel panel;
        QVERIFY(!panel.findChild<QSlider*>(QStringLiteral("value"))->isEnabled());
        panel.useOptimum();
        panel.setSelectedChannel(3);
        QVERIFY(!panel.grab().isNull());
        panel.setModel(sampleModel());
        QVERIFY(panel.findChild<QSlider*>(QStringLiteral("value"))->isEnabled());
        panel.setModel({});
        QVERIFY(!panel.findChild<QSlider*>(QStringLiteral("value"))->isEnabled());
    }
};

QTEST_MAIN(TestTunePanel)
#include "tst_tune_panel.moc"
