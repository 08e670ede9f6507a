#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <cmath>

#include "tests/widgets/find_widgets.h"
#include "widgets/diagnosis_panel.h"
#include "widgets/finding_text.h"

using namespace salient;

namespace {

bool says(QWidget& where, const QString& text) {
    const auto labels = where.findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) { return label->text().contains(text); });
}

LayerDiagnosis someDiagnosis() {
    LayerDiagnosis diagnosis{"GPTQ 4-bit", "model.layers.0.mlp.up_proj", 0.0412, {}, 64};
    ErrorFinding finding;
    finding.channel = 37;
    finding.row = 5;
    finding.token = 130;
    finding.share = 0.75;
    finding.n_channels = 1;
    finding.in_features = 128;
    finding.peak = 52.0;
    finding.median_peak = 1.3;
    finding.trial = methodFromName("awq");
    finding.remedy = ErrorRemedy::SmallerGroups;
    finding.remedy_value = 32.0;
    diagnosis.findings = {finding};
    ErrorFinding dead;
    dead.cause = ErrorCause::DeadChannels;
    diagnosis.findings.push_back(dead);
    return diagnosis;
}

}  // namespace

class TestDiagnosisPanel : public QObject {
    Q_OBJECT

private slots:
    void showsEachReasonWithItsTokenAndItsTrial() {
        DiagnosisPanel panel;
        panel.setRuns({"RTN 4-bit", "GPTQ 4-bit"});
        panel.setDiagnosis(someDiagnosis());
        QVERIFY(says(panel, "GPTQ 4-bit — model.layers.0.mlp.up_proj: output error 4.12 %"));
        QVERIFY(says(panel, "Outlier channels") && says(panel, "Dead channels"));
        QVERIFY(says(panel, "window 3, token 3"));  // token 130 of windows of 64, both counted from 1
        QVERIFY(says(panel,
                     "75.0 % of the output error comes from input channel 37, whose largest |x| of 52 is 40 times the median channel's."));
        QSignalSpy cell(&panel, &DiagnosisPanel::cellChosen);
        button(panel, "Show channel 37")->click();
        QCOMPARE(cell.first().at(0).value<Index>(), Index{5});
        QCOMPARE(cell.first().at(1).value<Index>(), Index{37});
        QSignalSpy trial(&panel, &DiagnosisPanel::trialWanted);
        button(panel, "Try it: groups of 32")->click();
        QCOMPARE(trial.first().at(0).toString(), QString("GPTQ 4-bit + groups of 32"));
        QCOMPARE(trial.first().at(1).value<MethodSpec>().scaling, Scaling::Awq);
        panel.setBusy(true);
        QVERIFY(!button(panel, "Try it: groups of 32")->isEnabled());
    }

    void runsThatFailedStandAfterTheResults() {
        DiagnosisPanel panel;
        const auto* runs = panel.findChild<QComboBox*>();
        panel.setRuns({"A", "B"});
        panel.setFailedRuns({"C", "A"});  // A has an earlier result
        QCOMPARE(runs->count(), 3);
        QSignalSpy wanted(&panel, &DiagnosisPanel::diagnosisWanted);
        panel.chooseRun("C");
        QCOMPARE(panel.currentRun(), QString("C"));
        panel.chooseRun("nobody");
        QCOMPARE(panel.currentRun(), QString("C"));
        QCOMPARE(wanted.count(), 0);
        panel.setRuns({"B", "C"});  // it was repeated
        panel.setFailedRuns({});
        QCOMPARE(runs->count(), 2);
        QCOMPARE(panel.currentRun(), QString("C"));
    }

    void everyCauseIsToldWithItsNumbers_data() {
        QTest::addColumn<int>("cause");
        QTest::addColumn<QString>("expected");
        const auto add = [](const char* name, ErrorCause cause, const char* expected) {
            QTest::newRow(name) << static_cast<int>(cause) << QString::fromUtf8(expected);
        };
        add("outliers", ErrorCause::OutlierChannels,
            "40.0 % of the output error comes from 3 of 256 input channels, most from channel 7, whose largest |x| of 8.5 is 17 times the "
            "median channel's.");
        add("lone weights", ErrorCause::LoneWeights,
            "40.0 % of the output error is in groups of 64 weights whose range one large weight sets; the heaviest is in row 5, channel 7, "
            "6.5 times the root mean square of its group.");
        add("saturation", ErrorCause::Saturation, "40.0 % of the codes lie at an end of the grid: its range is too small for the weights.");
        add("dead", ErrorCause::DeadChannels, "3 of 256 input channels");
        add("tokens", ErrorCause::FewTokens, "100 calibration token");
        add("damping", ErrorCause::FewTokens, "It needed damping 10 % instead of 1 %. More calibration windows");
        add("inputs", ErrorCause::InputRounding,
            "40.0 % of the output error comes from rounding the inputs to int8; channel 7 reaches 8.5 and sets the scale of tokens whose "
            "median channel stays below 0.5.");
        add("hessian", ErrorCause::HessianOverflow, "channel 7 with |x| up to 8.5 first: no error of this layer can be measured");
        add("scales", ErrorCause::ScaleOverflow, "the largest weight, 8.5, is in row 5, channel 7.");
        add("result", ErrorCause::ResultOverflow, "the first in row 5. Inputs and weights are finite; channel 7 holds |x| up to 8.5.");
    }
    void everyCauseIsToldWithItsNumbers() {
        QFETCH(int, cause);
        QFETCH(QString, expected);
        ErrorFinding finding;
        finding.cause = static_cast<ErrorCause>(cause);
        finding.share = 0.4;
        finding.in_features = 256;
        finding.n_channels = 3;
        finding.n_values = 3;
        finding.channel = 7;
        finding.row = 5;
        finding.peak = 8.5;
        finding.median_peak = 0.5;
        finding.group_size = 64;
        finding.peak_over_rms = 6.5;
        finding.n_tokens = 100;
        finding.damping_asked = 0.01;
        finding.damping_needed = 0.1;
        QVERIFY2(evidenceText(finding).contains(expected), qPrintable(evidenceText(finding)));
    }

    void aModelsOwnTroubleIsToldWithItsPlace() {
        NumberTrouble trouble;
        trouble.is_in_weights = true;
        trouble.subject = "model.layers.1.mlp.up_proj.weight";
        trouble.n_values = 3;
        trouble.row = 5;
        trouble.channel = 7;
        QVERIFY(numberTroubleText(trouble, 16)
                    .contains("of model.layers.1.mlp.up_proj.weight in the file are no numbers, the first in row 5, "
                              "column 7. No setting helps"));
        trouble = {};
        trouble.subject = "model.layers.0.mlp.gate_proj";
        trouble.n_values = 9;
        trouble.n_windows = 2;
        trouble.channel = 5;
        trouble.token = 33;
        QVERIFY(numberTroubleText(trouble, 16).contains("in 2 windows; the first in channel 5, window 3, token 2."));
    }

    void saysWhenThereIsNoNumber() {
        DiagnosisPanel panel;
        LayerDiagnosis diagnosis = someDiagnosis();
        diagnosis.relative_output_error = std::nan("");
        panel.setDiagnosis(diagnosis);
        QVERIFY(says(panel, "GPTQ 4-bit — model.layers.0.mlp.up_proj: the output error is no number"));
        diagnosis.has_result = false;
        diagnosis.findings.front().cause = ErrorCause::HessianOverflow;
        diagnosis.findings.front().remedy = ErrorRemedy::KeepIn16Bits;
        diagnosis.findings.front().remedy_value = 3.0;
        panel.setDiagnosis(diagnosis);
        QVERIFY(says(panel, "GPTQ 4-bit — model.layers.0.mlp.up_proj: the run ended here"));
        QVERIFY(says(panel, "Inputs beyond what squares can hold") && says(panel, "window 3, token 3"));
        QSignalSpy trial(&panel, &DiagnosisPanel::trialWanted);
        button(panel, "Try it: 3 layer(s) in 16 bits")->click();
        QCOMPARE(trial.first().at(0).toString(), QString("GPTQ 4-bit + 3 layer(s) in 16 bits"));
    }

    void saysWhenNothingStandsOut() {
        DiagnosisPanel panel;
        panel.setDiagnosis({"RTN", "layer", 0.01, {}, 64});
        QVERIFY(says(panel, "Nothing stands out"));
        panel.clear();
        QVERIFY(!says(panel, "Nothing stands out"));
    }

    void asksForAnotherRun() {
        DiagnosisPanel panel;
        QSignalSpy wanted(&panel, &DiagnosisPanel::diagnosisWanted);
        panel.setRuns({"a", "b"});
        QCOMPARE(wanted.count(), 0);  // a setter never emits
        panel.findChild<QComboBox*>()->setCurrentIndex(1);
        QCOMPARE(wanted.first().first().toString(), QString("b"));
        panel.setRuns({"a", "b", "c"});
        QCOMPARE(panel.currentRun(), QString("b"));
        QSignalSpy worst(&panel, &DiagnosisPanel::worstLayerWanted);
        button(panel, "Worst layer")->click();
        QCOMPARE(worst.first().first().toString(), QString("b"));
    }
};

QTEST_MAIN(TestDiagnosisPanel)
#include "tst_diagnosis_panel.moc"
