#include <QLabel>
#include <QSignalSpy>
#include <QTest>

#include "tests/widgets/find_widgets.h"
#include "widgets/chart.h"
#include "widgets/spectrum_panel.h"

using namespace salient;

class TestSpectrumPanel : public QObject {
    Q_OBJECT

private slots:
    void asksWhenItIsLookedAtAndNotTwice() {
        SpectrumPanel panel;
        QSignalSpy wanted(&panel, &SpectrumPanel::spectrumWanted);
        panel.setSubject(true, {});
        QCOMPARE(wanted.count(), 0);
        panel.show();
        QCOMPARE(wanted.count(), 1);
        panel.hide();
        panel.show();
        QCOMPARE(wanted.count(), 1);
        panel.setSubject(true, {});
        QCOMPARE(wanted.count(), 2);
        panel.setSubject(true, QStringLiteral("too wide"));
        panel.setSubject(false, {});
        QCOMPARE(wanted.count(), 2);
    }

    void whatDoesNotComeIsAskedForWhenLookedAtAgain() {
        SpectrumPanel panel;
        QSignalSpy wanted(&panel, &SpectrumPanel::spectrumWanted);
        panel.setSubject(true, {});
        panel.show();
        panel.forget();
        QCOMPARE(wanted.count(), 1);
        panel.hide();
        panel.show();
        QCOMPARE(wanted.count(), 2);
    }

    void showsTheEigenvaluesBesideTheDamping() {
        SpectrumPanel panel;
        panel.resize(700, 500);
        panel.show();
        HessianSpectrum spectrum;
        spectrum.eigenvalues = {100.0, 10.0, 0.5, 0.0};
        spectrum.damping = 1.0;
        spectrum.n_dead = 3;
        spectrum.n_below_damping = 2;
        spectrum.n_singular = 1;
        panel.setSpectrum(spectrum);
        const auto* chart = panel.findChild<Chart*>();
        QCOMPARE(chart->series().size(), std::size_t{2});
        QCOMPARE(chart->series()[0].y, spectrum.eigenvalues);
        QCOMPARE(chart->series()[1].y, (std::vector<double>{1.0, 1.0, 1.0, 1.0}));
        QVERIFY(chart->series()[1].is_dashed);
        const QString summary = named<QLabel>(panel, QStringLiteral("Summary of the spectrum"))->text();
        QCOMPARE(summary, QStringLiteral("Below the damping of 1: 2 of 4 directions. Never seen: 1. Dead channels: 3. "
                                         "Condition number after damping: 101."));
        QVERIFY(!panel.grab().isNull());
        panel.setSubject(true, {});
        QVERIFY(chart->series().empty());
    }

    void saysWhatIsTrueWithoutDampingToo() {
        SpectrumPanel panel;
        auto* summary = named<QLabel>(panel, QStringLiteral("Summary of the spectrum"));
        const auto* chart = panel.findChild<Chart*>();
        HessianSpectrum spectrum;
        spectrum.eigenvalues = {8.0, 4.0, 1e-8, -1e-9};  // two are 0 but for rounding, which left one of them below 0
        spectrum.n_below_damping = 1;
        spectrum.n_singular = 2;
        panel.setSpectrum(spectrum);
        QCOMPARE(summary->text(), QStringLiteral("4 directions, without damping. Never seen: 2. Dead channels: 0. Condition number: ∞."));
        QCOMPARE(chart->series().size(), std::size_t{1});
        spectrum.damping = 5e-9;  // less than what counts as 0
        panel.setSpectrum(spectrum);
        QVERIFY2(summary->text().startsWith(QStringLiteral("Below the damping of 5e−09: 1 of 4 directions. Never seen: 2.")),
                 qPrintable(summary->text()));
        QCOMPARE(chart->series().size(), std::size_t{2});
    }

    void aLayerThatNothingReachedHasNoDirections() {
        SpectrumPanel panel;
        HessianSpectrum spectrum;
        spectrum.damping = 0.01;
        spectrum.n_dead = 3;
        panel.setSpectrum(spectrum);
        QCOMPARE(named<QLabel>(panel, QStringLiteral("Summary of the spectrum"))->text(),
                 QStringLiteral("No direction was seen: all channels are dead (3)."));
    }
};

QTEST_MAIN(TestSpectrumPanel)
#include "tst_spectrum_panel.moc"
