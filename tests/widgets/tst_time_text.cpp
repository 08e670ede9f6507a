#include <QTest>

#include "widgets/time_text.h"

using namespace salient;

class TestTimeText : public QObject {
    Q_OBJECT

private slots:
    void saysWhatTheEngineSays() {
        using enum RoundedTime::Unit;
        for (const RoundedTime time :
             {RoundedTime{Seconds, 0, 5}, RoundedTime{Seconds, 0, 10}, RoundedTime{Minutes, 10, 20}, RoundedTime{Minutes, 2, 2},
              RoundedTime{Hours, 1, 3}, RoundedTime{Days, 0, 3}, RoundedTime{Days, 2, 7}, RoundedTime{Days, 500, RoundedTime::kMostDays}})
            QCOMPARE(timeText(time), QString::fromStdString(inWords(time)));
    }

    void sentencesHoldBothTimes() {
        const RoundedTime few{RoundedTime::Unit::Seconds, 0, 3};
        const RoundedTime long_time{RoundedTime::Unit::Minutes, 10, 20};
        QCOMPARE(recipeTimeText(few, long_time),
                 QStringLiteral("Forecast for this machine: calibrating a few seconds, the recipe's runs about 10 to 20 min."));
        QCOMPARE(evaluationTimeText(long_time, few),
                 QStringLiteral("Forecast for this machine: perplexity about 10 to 20 min, layer by layer a few seconds."));
    }
};

QTEST_GUILESS_MAIN(TestTimeText)
#include "tst_time_text.moc"
