#include <QCoreApplication>
#include <QSignalSpy>
#include <QTest>

#include "widgets/chart.h"
#include "widgets/tune_difficulty_view.h"

using namespace salient;

namespace {

/// Four channels, the third of which was silent.
struct Shown {
    TuneDifficultyView view;
    Chart* activation = qobject_cast<Chart*>(view.widget(0));
    Chart* weight = qobject_cast<Chart*>(view.widget(1));

    Shown() {
        view.setLargest({8.0F, 4.0F, 0.0F, 1.0F}, {0.5F, 0.25F, 1.0F, 2.0F});
        view.setScales({2.0F, 4.0F, 1.0F, 0.5F});
    }
};

}  // namespace

class TestTuneDifficultyView : public QObject {
    Q_OBJECT

private slots:
    void whatTheScalesMoveFromActivationsGoesToWeights() {
        Shown shown;
        QTRY_COMPARE(shown.activation->series().size(), std::size_t{2});
        QCOMPARE(shown.activation->series()[0].y, (std::vector<double>{4.0, 1.0, 0.0, 2.0}));
        QCOMPARE(shown.activation->series()[1].y, (std::vector<double>{8.0, 4.0, 0.0, 1.0}));
        QCOMPARE(shown.weight->series()[0].y, (std::vector<double>{1.0, 1.0, 1.0, 1.0}));
        QCOMPARE(shown.weight->series()[1].y, (std::vector<double>{0.5, 0.25, 1.0, 2.0}));
        shown.view.setScales({1.0F, 1.0F, 1.0F, 1.0F});
        shown.view.setLargest({}, {});  // before those scales are drawn
        QCoreApplication::processEvents();
        QVERIFY(shown.activation->series().empty() && shown.weight->series().empty());
    }

    void aDragAsksForTheScaleThatGivesItsHeight() {
        Shown shown;
        QSignalSpy dragged(&shown.view, &TuneDifficultyView::scaleDragged);
        emit shown.activation->valueDragged(1, 0.5);
        QCOMPARE(dragged.count(), 1);
        QCOMPARE(dragged.first().at(0).value<Index>(), Index{1});
        QCOMPARE(dragged.first().at(1).toDouble(), 8.0);
        emit shown.activation->valueDragged(1, 0.0);  // no scale is that large
        emit shown.activation->valueDragged(2, 0.5);  // nor makes silence loud
        emit shown.activation->valueDragged(4, 0.5);
        QCOMPARE(dragged.count(), 1);
    }

    void bothChartsShowTheSameChannels() {
        Shown shown;
        QTRY_COMPARE(shown.weight->series().size(), std::size_t{2});
        emit shown.activation->xRangeChanged(1.0, 2.0);
        QCOMPARE(shown.weight->xLow(), 1.0);
        emit shown.weight->xRangeChanged(0.5, 2.5);
        QCOMPARE(shown.activation->xLow(), 0.5);
        QSignalSpy chosen(&shown.view, &TuneDifficultyView::channelChosen);
        emit shown.weight->chosen(3);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().value<Index>(), Index{3});
    }
};

QTEST_MAIN(TestTuneDifficultyView)
#include "tst_tune_difficulty_view.moc"
