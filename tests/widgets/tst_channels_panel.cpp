#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QPersistentModelIndex>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <cmath>

#include "tests/widgets/find_widgets.h"
#include "tests/widgets/sample_layers.h"
#include "widgets/channels_panel.h"
#include "widgets/chart.h"

using namespace salient;
using namespace salient::testing;

namespace {

/// Three tokens, four channels; channel 2 is the loud one.
ChannelData small() {
    Matrix x(3, 4);
    x << 0.5F, -1.0F, 48.0F, 0.0F,   //
        -0.25F, 2.0F, -52.0F, 0.0F,  //
        0.75F, 0.0F, 50.0F, 0.0F;
    return {"layer", sampleStatistics(x), {0.1F, 0.4F, 0.2F, 0.3F}};
}

QString text(const ChannelTableModel& model, int row, int column) { return model.index(row, column).data().toString(); }

}  // namespace

class TestChannelsPanel : public QObject {
    Q_OBJECT

private slots:
    void modelPassesTheTesterThroughResetSortAndMarks() {
        ChannelTableModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setChannels(small());
        model.sort(ChannelTableModel::MeanAbs, Qt::DescendingOrder);
        model.setSalient({2});
        model.setPercentile(0.5);
        model.setChannels({"other", sampleStatistics(sampleActivations(10, 33)), {}});
        model.sort(ChannelTableModel::WeightMax, Qt::AscendingOrder);
        model.setChannels({});
        QCOMPARE(model.rowCount(), 0);
    }

    void modelShowsWhatTheStatisticsSay() {
        ChannelTableModel model;
        model.setChannels(small());
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(text(model, 2, ChannelTableModel::Channel), QString("2"));
        QCOMPARE(text(model, 2, ChannelTableModel::Lowest), QString("−52"));
        QCOMPARE(text(model, 2, ChannelTableModel::Highest), QString("50"));
        QCOMPARE(text(model, 2, ChannelTableModel::MaxAbs), QString("52"));
        QCOMPARE(text(model, 2, ChannelTableModel::MeanAbs), QString("50"));
        QCOMPARE(text(model, 1, ChannelTableModel::MeanAbs), QString("1"));
        QCOMPARE(text(model, 1, ChannelTableModel::WeightMax), QString("0.4"));
    }

    void sortingIsStableAndKeepsSelectionsOnTheirChannel() {
        ChannelTableModel model;
        model.setChannels(small());
        const QPersistentModelIndex loud = model.index(2, 0);
        model.sort(ChannelTableModel::MeanAbs, Qt::DescendingOrder);
        QCOMPARE(loud.row(), 0);
        QCOMPARE(model.channelAt(0), Index{2});
        QCOMPARE(model.channelAt(3), Index{3});
        QCOMPARE(model.rowOf(1), 1);
        model.sort(ChannelTableModel::Salient, Qt::AscendingOrder);  // all equal: by index again
        for (int row = 0; row < 4; ++row) QCOMPARE(model.channelAt(row), Index{row});
    }

    void unknownWeightsStandLastInEitherOrder() {
        ChannelTableModel model;
        ChannelData data = small();
        data.weight_max = {0.1F, std::nanf(""), 0.3F, 0.2F};
        model.setChannels(data);
        model.sort(ChannelTableModel::WeightMax, Qt::AscendingOrder);
        QCOMPARE(model.channelAt(3), Index{1});
        model.sort(ChannelTableModel::WeightMax, Qt::DescendingOrder);
        QCOMPARE(model.channelAt(3), Index{1});
        QCOMPARE(text(model, 3, ChannelTableModel::WeightMax), QString("–"));
    }

    void everyColumnSaysWhatItIs() {
        ChannelTableModel model;
        for (int column = 0; column < model.columnCount(); ++column) {
            QVERIFY(!model.headerData(column, Qt::Horizontal).toString().isEmpty());
            QVERIFY(!model.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
        }
    }

    void theSalientShareMarksTheLoudestByMean() {
        ChannelsPanel panel;
        panel.setChannels(small());
        QCOMPARE(panel.salientChannels(), (std::vector<Index>{2}));  // at least one
        panel.setSalientShare(0.5);
        QCOMPARE(panel.salientChannels(), (std::vector<Index>{2, 1}));
    }

    void choosingInTheTableTellsChannelAndAsksForTheToken() {
        ChannelsPanel panel;
        panel.setChannels(small());
        QSignalSpy selected(&panel, &ChannelsPanel::channelSelected);
        QSignalSpy wanted(&panel, &ChannelsPanel::originWanted);
        auto* table = named<QTableView>(panel, QStringLiteral("Channels"));
        QVERIFY(table != nullptr);
        table->selectRow(0);  // sorted by mean |x|, largest first
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.first().first().value<Index>(), Index{2});
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.first().at(1).value<Index>(), Index{1});  // −52 came with token 1
    }

    void selectionFromOutsideDoesNotComeBack() {
        ChannelsPanel panel;
        panel.setChannels(small());
        QSignalSpy selected(&panel, &ChannelsPanel::channelSelected);
        panel.setSelectedChannel(1);
        QCOMPARE(panel.selectedChannel(), Index{1});
        QCOMPARE(selected.count(), 0);
        auto* table = named<QTableView>(panel, QStringLiteral("Channels"));
        QCOMPARE(static_cast<const ChannelTableModel*>(table->model())->channelAt(table->currentIndex().row()), Index{1});
        panel.setSelectedChannel(99);
        QCOMPARE(panel.selectedChannel(), Index{-1});
    }

    void chartsInSortedOrderStillNameTheChannel() {
        ChannelsPanel panel;
        panel.setChannels(small());
        panel.findChild<QComboBox*>(QStringLiteral("order"))->setCurrentIndex(1);
        QSignalSpy selected(&panel, &ChannelsPanel::channelSelected);
        auto* activations = panel.findChild<Chart*>(QStringLiteral("activations"));
        emit activations->chosen(0);  // the first place now belongs to the loudest
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.first().first().value<Index>(), Index{2});
        QVERIFY(activations->readOut().startsWith("channel 2"));
    }

    void anEmptyPanelAcceptsEverything() {
        ChannelsPanel panel;
        panel.setSelectedChannel(3);
        panel.setSalientShare(0.2);
        panel.setOrigin(3, "text");
        panel.setChannels({});
        QVERIFY(!panel.grab().isNull());
    }

    void drawsAFewPointsPerPixelForManyChannels() {
        ChannelsPanel panel;
        panel.resize(1000, 700);
        panel.setChannels({"wide", sampleStatistics(sampleActivations(4, 16384)), std::vector<float>(16384, 0.1F)});
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        for (const Chart* chart : panel.findChildren<Chart*>()) QVERIFY(chart->drawnPoints() < 4 * 4 * 1000 + 1000);
    }
};

QTEST_MAIN(TestChannelsPanel)
#include "tst_channels_panel.moc"
