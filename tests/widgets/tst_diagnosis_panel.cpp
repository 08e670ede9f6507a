#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/widgets/find_widgets.h"
#include "widgets/diagnosis_panel.h"

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
    finding.evidence = "Most of it <b>comes</b> from channel 37.";
    finding.trial = methodFromName("awq");
    finding.trial_text = "groups of 32";
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
        QVERIFY(says(panel, "window 2, token 2"));
        QVERIFY(says(panel, "<b>comes</b>"));  // text is text
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
