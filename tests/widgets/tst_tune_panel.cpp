#include <QApplication>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTabWidget>
#include <QTest>
#include <QVariantList>
#include <cmath>

#include "core/quant/layer_error.h"
#include "tests/widgets/find_widgets.h"
#include "tests/widgets/sample_tune_model.h"
#include "widgets/tune_difficulty_view.h"
#include "widgets/tune_panel.h"
#include "widgets/value_text.h"

using namespace salient;
using namespace salient::testing;

namespace {

TuneModel sampleModel(Index out = 24, Index in = 64) {
    TuneModel model = sampleTuneModel(out, in);
    return completed(std::move(model));
}

/// Expensive enough for the panel to preview it: one weight row more than fits.
TuneModel largeModel() {
    TuneModel model = sampleModel(8, 512);
    model.weights = {std::make_shared<const Matrix>(sampleWeight(1200, 512))};
    return completed(std::move(model));
}

void finishCurve(const TunePanel& panel) { QTRY_VERIFY(panel.optimum().has_value()); }

QString noteOf(const TunePanel& panel) {
    const auto* note = panel.findChild<QLabel*>(QStringLiteral("note"));
    return note->isHidden() ? QString() : note->text();
}

TuneModel foldingInto(const ScaleTarget& target) {
    TuneModel model = sampleModel();
    model.folds_into = target;
    return model;
}

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

    void theOptimumIsTakenByItsButton() {
        TunePanel panel;
        panel.setModel(sampleModel());
        finishCurve(panel);
        QSignalSpy settled(&panel, &TunePanel::choiceSettled);
        button(panel, QStringLiteral("Use &optimum"))->click();
        QCOMPARE(panel.choice().value, *panel.optimum());
        QCOMPARE(settled.count(), 1);
    }

    void aPinnedStateIsWhatLaterOnesAreComparedWith() {
        TunePanel panel;
        const TuneModel model = sampleModel();
        panel.setModel(model);
        const double pinned = tuneLoss(model, TuneMethod::AwqRatio, tuneScales(model, {TuneMethod::AwqRatio, 0.5, {}}));
        const double now = tuneLoss(model, TuneMethod::AwqRatio, tuneScales(model, {TuneMethod::AwqRatio, 0.05, {}}));
        const auto comparison = [&panel] {
            for (const QLabel* label : panel.findChildren<QLabel*>()) {
                if (label->text().contains(QStringLiteral("against the pinned state"))) return label->text();
            }
            return QString();
        };
        QVERIFY(comparison().isEmpty());
        button(panel, QStringLiteral("P&in"))->click();
        panel.setChoice({TuneMethod::AwqRatio, 0.05, {}});
        QVERIFY2(comparison().contains(numberText(100.0 * (now / pinned - 1.0), 3) + QStringLiteral(" % against")),
                 qPrintable(comparison()));
    }

    void aDraggedScaleIsAFactorOnItsChannelAndHasItsLoss() {
        TunePanel panel;
        const TuneModel model = sampleModel();
        panel.setModel(model);
        QSignalSpy settled(&panel, &TunePanel::choiceSettled);
        const auto scale = static_cast<double>(tuneScales(model, {TuneMethod::AwqRatio, 0.5, {}})[9]);
        auto* difficulty = panel.findChild<TuneDifficultyView*>();
        emit difficulty->scaleDragged(9, 1.5 * scale);
        emit difficulty->scaleDragged(9, 3.0 * scale);  // the height under the pointer, not one factor on another
        QCOMPARE(panel.choice().channel_factors.size(), std::size_t{1});
        QVERIFY(std::abs(panel.choice().channel_factors.at(9) - 3.0) < 1e-5);
        const double expected = tuneLoss(model, TuneMethod::AwqRatio, tuneScales(model, {TuneMethod::AwqRatio, 0.5, {{9, 3.0}}}));
        QVERIFY(std::abs(panel.shownLoss() - expected) < 1e-4 * expected);
        QVERIFY(settled.wait(5000));  // a drag in a chart ends by standing still
        QCOMPARE(settled.count(), 1);
    }

    void theStampNamesValueFactorsAndClip() {
        TunePanel panel;
        QVERIFY(panel.stamp().isEmpty());
        panel.setModel(sampleModel());
        panel.setChoice({TuneMethod::SmoothAlpha, 0.35, {{9, 2.5}}});
        for (const char* part : {"SmoothQuant α 0.35", "9 × 2.5", "8 bits per row", "output error"})
            QVERIFY2(panel.stamp().contains(QString::fromUtf8(part)), qPrintable(panel.stamp()));
        panel.setChoice({TuneMethod::AwqRatio, 0.45, {}});
        panel.findChild<ClipPanel*>()->setShare(0.8);
        for (const char* part : {"AWQ ratio 0.45", "clip at 0.8"})
            QVERIFY2(panel.stamp().contains(QString::fromUtf8(part)), qPrintable(panel.stamp()));
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

    void lossInPiecesIsTheLoss_data() {
        QTest::addColumn<bool>("is_awq");
        QTest::addColumn<bool>("per_tensor");
        QTest::newRow("AWQ") << true << false;
        QTest::newRow("SmoothQuant") << false << false;
        QTest::newRow("SmoothQuant, one scale for a weight") << false << true;  // which cannot be cut
    }
    void lossInPiecesIsTheLoss() {
        QFETCH(bool, is_awq);
        QFETCH(bool, per_tensor);
        TuneModel model = sampleModel(8, 64);
        model.weights = {std::make_shared<const Matrix>(sampleWeight(1200, 64)), std::make_shared<const Matrix>(sampleWeight(700, 64, 5))};
        model.smooth_grid.per_tensor = per_tensor;
        model = completed(std::move(model));
        const TuneMethod method = is_awq ? TuneMethod::AwqRatio : TuneMethod::SmoothAlpha;
        const std::vector<float> scales = tuneScales(model, {method, 0.5, {}});
        int n_checkpoints = 0;
        JobContext job({}, [&](const Progress&) { ++n_checkpoints; });
        const double whole = tuneLoss(model, method, scales);
        QVERIFY(std::abs(tuneLoss(model, method, scales, job) - whole) <= 1e-5 * whole);  // float32 products of other shapes
        QVERIFY(per_tensor ? n_checkpoints == 2 : n_checkpoints > 3);
    }

    void theLossIsGivenUpAtAnyPiece() {
        TuneModel model = sampleModel(8, 64);
        model.weights = {std::make_shared<const Matrix>(sampleWeight(2000, 64))};
        model = completed(std::move(model));
        std::stop_source stop;
        int n_checkpoints = 0;
        JobContext job(stop.get_token(), [&](const Progress&) {
            if (++n_checkpoints == 2) stop.request_stop();
        });
        const std::vector<float> scales = tuneScales(model, {});
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(tuneLoss(model, TuneMethod::AwqRatio, scales, job)), Cancelled);
        QCOMPARE(n_checkpoints, 2);
    }

    void aPreviewedCurveLeavesTheCoresToTheExactAnswer() {
        TunePanel panel;
        QSignalSpy asked(&panel, &TunePanel::lossWanted);
        panel.setModel(largeModel());
        QVERIFY(asked.wait(2000));
        QVERIFY(!panel.optimum());
        QTest::qWait(100);
        QVERIFY(!panel.optimum());
        panel.setLoss(asked.first().first().value<TuneRequest>().serial, 0.01);
        finishCurve(panel);  // and goes on after it
    }

    void undoAndRedoGoThroughTheChoices() {
        TunePanel panel;
        panel.setModel(sampleModel());
        auto* slider = panel.findChild<QSlider*>(QStringLiteral("value"));
        auto* undo = panel.findChild<QPushButton*>(QStringLiteral("undo"));
        auto* redo = panel.findChild<QPushButton*>(QStringLiteral("redo"));
        QVERIFY(!undo->isEnabled() && !redo->isEnabled());
        QTest::keyClick(slider, Qt::Key_PageUp);
        QTest::keyClick(slider, Qt::Key_PageUp);
        QCOMPARE(panel.choice().value, 0.6);
        QSignalSpy changed(&panel, &TunePanel::choiceChanged);
        QSignalSpy settled(&panel, &TunePanel::choiceSettled);
        QTest::keyClick(slider, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(panel.choice().value, 0.55);
        QCOMPARE(slider->value(), 110);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(settled.count(), 1);
        QTest::keyClick(slider, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(panel.choice().value, 0.5);
        QVERIFY(!undo->isEnabled());
        QTest::keyClick(slider, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(panel.choice().value, 0.5);
        QTest::keyClick(slider, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(panel.choice().value, 0.55);
        redo->click();
        QCOMPARE(panel.choice().value, 0.6);
        undo->click();
        panel.reset();  // a new change: what was undone is gone
        QVERIFY(!redo->isEnabled());
        undo->click();
        QCOMPARE(panel.choice().value, 0.55);
    }

    void undoIsTheViewsInItsSpinBoxesToo() {
        TunePanel panel;
        panel.setModel(sampleModel());
        auto* factor = named<QDoubleSpinBox>(panel, "Scale");
        QVERIFY(factor != nullptr);
        factor->setValue(2.0);
        QCOMPARE(panel.choice().channel_factors.size(), std::size_t{1});
        QTest::keyClick(factor, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(panel.choice().channel_factors.empty());
        QCOMPARE(factor->value(), 1.0);
    }

    void undoIsTheWindowsWhereNothingWasChangedHere_data() {
        QTest::addColumn<QString>("last");
        QTest::addColumn<bool>("is_windows");
        QTest::newRow("nothing") << QString() << true;
        QTest::newRow("a change here") << QStringLiteral("change") << false;
        QTest::newRow("an edit elsewhere after it") << QStringLiteral("edit") << true;
        QTest::newRow("an edit elsewhere that was taken back") << QStringLiteral("back") << false;
        QTest::newRow("the edit before it went on after it") << QStringLiteral("on") << true;
        QTest::newRow("another layer") << QStringLiteral("layer") << true;
    }
    void undoIsTheWindowsWhereNothingWasChangedHere() {
        QFETCH(QString, last);
        QFETCH(bool, is_windows);
        TunePanel panel;
        panel.setModel(sampleModel());
        auto* slider = panel.findChild<QSlider*>(QStringLiteral("value"));
        panel.setEditsElsewhere(1);
        if (!last.isEmpty()) QTest::keyClick(slider, Qt::Key_PageUp);
        if (last == "edit" || last == "back") panel.setEditsElsewhere(2);
        if (last == "back" || last == "on") panel.setEditsElsewhere(1);
        if (last == "layer") {
            TuneModel other = sampleModel();
            other.layer = "other";
            panel.setModel(other);
        }
        QKeyEvent offered(QEvent::ShortcutOverride, Qt::Key_Z, Qt::ControlModifier);
        offered.ignore();
        QApplication::sendEvent(slider, &offered);
        QCOMPARE(offered.isAccepted(), !is_windows);
    }

    void manyStepsCanBeTakenBackInTheirTurn() {
        TunePanel panel;
        panel.setModel(sampleModel());
        auto* slider = panel.findChild<QSlider*>(QStringLiteral("value"));
        constexpr int kSteps = 250;  // more than are kept
        for (int i = 0; i < kSteps; ++i) {
            if (i == kSteps - 1) panel.setEditsElsewhere(1);
            QTest::keyClick(slider, i % 2 == 0 ? Qt::Key_PageUp : Qt::Key_PageDown);
        }
        const double before = panel.choice().value;
        const auto undo = [slider] { QTest::keyClick(slider, Qt::Key_Z, Qt::ControlModifier); };
        undo();
        const double after = panel.choice().value;
        QVERIFY(after != before);
        undo();  // the edit elsewhere has its turn
        QCOMPARE(panel.choice().value, after);
        panel.setEditsElsewhere(0);
        undo();
        QCOMPARE(panel.choice().value, before);
    }

    void theSameLayersOnAnotherGridKeepChoiceAndHistory() {
        TunePanel panel;
        panel.setModel(sampleModel());
        named<QDoubleSpinBox>(panel, "Scale")->setValue(2.0);
        panel.pin();
        const TuneChoice choice = panel.choice();
        TuneModel finer = sampleModel();
        finer.awq_grid.bits = 4;
        panel.setModel(finer);
        QCOMPARE(panel.choice(), choice);
        QCOMPARE(panel.shownLoss(), tuneLoss(finer, choice.method, tuneScales(finer, choice)));
        QVERIFY(panel.findChild<QPushButton*>(QStringLiteral("undo"))->isEnabled());
        QCOMPARE(named<QDoubleSpinBox>(panel, "Scale")->value(), 2.0);
        finishCurve(panel);
        bool is_pin_at_the_new_loss = false;  // measured anew: 0 % from what is on display
        for (const QLabel* label : panel.findChildren<QLabel*>())
            is_pin_at_the_new_loss = is_pin_at_the_new_loss || label->text().contains(QStringLiteral(" · 0 % against the pinned state"));
        QVERIFY(is_pin_at_the_new_loss);

        finer.layer = "other";
        panel.setModel(finer);
        QVERIFY(panel.choice().channel_factors.empty());
        QVERIFY(!panel.findChild<QPushButton*>(QStringLiteral("undo"))->isEnabled());
    }

    void whatIsNoPartOfARecipeIsSaidBeforeItIsApplied() {
        TunePanel panel;
        panel.setModel(sampleModel());
        QCOMPARE(noteOf(panel), QString());
        panel.setChoice({TuneMethod::AwqRatio, 0.5, {{7, 2.0}, {12, 0.5}}});
        QVERIFY2(noteOf(panel).contains(QStringLiteral("Scales set by hand (channels 7, 12) are not part of a recipe")),
                 qPrintable(noteOf(panel)));
        panel.reset();
        QCOMPARE(noteOf(panel), QString());
    }

    void theViewSaysWhereTheScalesGo_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("takes_awq");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("can_apply");
        using Kind = Absorber::Kind;
        QTest::newRow("norm") << int(Kind::Norm) << true << QStringLiteral("goes into the gain of the norm before") << true;
        QTest::newRow("linear") << int(Kind::Linear) << true << QStringLiteral("goes into the rows of before") << true;
        QTest::newRow("not this run") << int(Kind::Linear) << false << QStringLiteral("folds them into norms alone") << false;
        QTest::newRow("nothing") << int(Kind::None) << true << QStringLiteral("Nothing before these layers can take") << false;
    }
    void theViewSaysWhereTheScalesGo() {
        QFETCH(int, kind);
        QFETCH(bool, takes_awq);
        QFETCH(QString, text);
        QFETCH(bool, can_apply);
        TunePanel panel;
        panel.setModel(foldingInto({static_cast<Absorber::Kind>(kind), "before", takes_awq, true}));
        QVERIFY2(noteOf(panel).contains(text), qPrintable(noteOf(panel)));
        for (const char* name : {"apply", "apply_all"}) {
            const auto* apply = panel.findChild<QPushButton*>(QLatin1String(name));
            QCOMPARE(apply->isEnabled(), can_apply);
            QVERIFY(!apply->toolTip().isEmpty());
        }
    }

    void theClipIsAskedAboutOnlyWhileItIsSeen() {
        TunePanel panel;
        panel.resize(900, 600);
        panel.show();
        QSignalSpy asked(&panel, &TunePanel::clipWanted);
        panel.setModel(largeModel());
        QTest::qWait(400);
        QCOMPARE(asked.count(), 0);
        panel.findChild<QTabWidget*>()->setCurrentIndex(1);
        QVERIFY(asked.wait(5000));
        const auto request = asked.first().first().value<ClipRequest>();
        QCOMPARE(request.share, 1.0);
        QVERIFY(request.wants_references);
        panel.setClipLosses(request.serial, {0.02, 0.02, 0.01});
        QVERIFY(panel.clip().isExact());
        QCOMPARE(panel.clip().losses().searched, 0.01);

        QSignalSpy applied(&panel, &TunePanel::applyClipWanted);
        panel.findChild<QSlider*>(QStringLiteral("clip"))->setValue(70);
        panel.findChild<QPushButton*>(QStringLiteral("apply_clip_all"))->click();
        QCOMPARE(applied.count(), 1);
        QCOMPARE(applied.first(), (QVariantList{0.7, true}));
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
