#include <QLabel>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

#include "widgets/what_if_bar.h"

using namespace salient;

namespace {

WhatIf tried() {
    WhatIf what_if;
    what_if.kept = {3, 17};
    what_if.moved = {{5, 0}};
    what_if.loss_before = 0.41;
    what_if.loss = 0.3731;
    return what_if;
}

}  // namespace

class TestWhatIfBar : public QObject {
    Q_OBJECT

private slots:
    void theChangeOfTheLossIsTold() {
        QCOMPARE(lossChangeText(0.41, 0.3731), QStringLiteral("Loss 0.41 → 0.373 (−9 %)"));
        QCOMPARE(lossChangeText(0.4, 0.5), QStringLiteral("Loss 0.4 → 0.5 (+25 %)"));
        QCOMPARE(lossChangeText(0.0, 0.5), QStringLiteral("Loss 0 → 0.5"));
        QCOMPARE(lossChangeText(std::nan(""), 0.5), QStringLiteral("Loss 0.5"));
        QCOMPARE(lossChangeText(0.5, std::nan("")), QString());
    }

    void whatIsTriedOutIsListedAndCanBeTakenBack() {
        WhatIfBar bar;
        auto* reset = bar.findChild<QToolButton*>(QStringLiteral("what_if_reset"));
        QVERIFY(reset->isHidden());
        bar.setWhatIf(tried());
        QVERIFY(!reset->isHidden());
        QCOMPARE(bar.findChild<QLabel*>(QStringLiteral("what_if_loss"))->text(), QStringLiteral("Loss 0.41 → 0.373 (−9 %)"));
        QCOMPARE(bar.findChild<QLabel*>(QStringLiteral("what_if_list"))->text(), QStringLiteral("in 16 bits: 3, 17 · moved: 5 → 0"));
        QSignalSpy wanted(&bar, &WhatIfBar::resetWanted);
        reset->click();
        QCOMPARE(wanted.count(), 1);
        bar.setWhatIf({});
        QVERIFY(reset->isHidden());
    }

    void aLongListIsCutAndToldWholeInTheTip() {
        WhatIfBar bar;
        WhatIf many;
        many.kept = {1, 2, 3, 4, 5, 6};
        bar.setWhatIf(many);
        const auto* list = bar.findChild<QLabel*>(QStringLiteral("what_if_list"));
        QCOMPARE(list->text(), QStringLiteral("in 16 bits: 1, 2, 3, 4, …"));
        QCOMPARE(list->toolTip(), QStringLiteral("in 16 bits: 1, 2, 3, 4, 5, 6"));
    }

    void theButtonIsPressedForAColumnThatIsKept() {
        WhatIfBar bar;
        bar.setWhatIf(tried());
        const auto* keep = bar.findChild<QToolButton*>(QStringLiteral("keep"));
        bar.setColumn(4, 20);
        QVERIFY(!keep->isChecked());
        bar.setColumn(17, 20);
        QVERIFY(keep->isChecked());
        bar.setColumn(-1, 20);
        QVERIFY(!keep->isEnabled());
    }

    void aClickAsksAndShowsNothingBeforeTheAnswer() {
        WhatIfBar bar;
        bar.setColumn(4, 20);
        QSignalSpy wanted(&bar, &WhatIfBar::keepWanted);
        auto* keep = bar.findChild<QToolButton*>(QStringLiteral("keep"));
        keep->click();
        QCOMPARE(wanted.count(), 1);
        QVERIFY(!keep->isChecked());
    }

    void aColumnCanGoToAnyPosition() {
        WhatIfBar bar;
        bar.setColumn(4, 20);
        auto* target = bar.findChild<QSpinBox*>(QStringLiteral("target"));
        QCOMPARE(target->minimum(), 0);
        QCOMPARE(target->maximum(), 19);
        QSignalSpy wanted(&bar, &WhatIfBar::moveWanted);
        target->setValue(19);
        bar.findChild<QToolButton*>(QStringLiteral("move"))->click();
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.first().first().value<Index>(), Index{19});
    }
};

QTEST_MAIN(TestWhatIfBar)
#include "tst_what_if_bar.moc"
