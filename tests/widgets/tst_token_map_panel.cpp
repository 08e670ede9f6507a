#include <QAbstractItemModelTester>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <algorithm>

#include "tests/widgets/find_widgets.h"
#include "tests/widgets/sample_layers.h"
#include "widgets/channels_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/token_map_panel.h"
#include "widgets/token_ruler.h"

using namespace salient;
using namespace salient::testing;

namespace {

/// Tokens t0, t1, … with three channels; the value at (row, channel) is 10 · row + channel.
TokenMap map(Index window, Index rows) {
    Matrix values(rows, 3);
    TokenMap result;
    result.window = window;
    for (Index row = 0; row < rows; ++row) {
        for (Index channel = 0; channel < 3; ++channel) values(row, channel) = static_cast<float>(10 * row + channel);
        result.positions.push_back(row);
        result.tokens << QStringLiteral("t%1").arg(row);
    }
    result.values = std::make_shared<const Matrix>(std::move(values));
    return result;
}

struct Shown {
    TokenMapPanel panel;
    HeatmapView* heatmap = panel.findChild<HeatmapView*>();
    TokenRuler* ruler = panel.findChild<TokenRuler*>();
    QSpinBox* window = panel.findChild<QSpinBox*>();
    QTableView* table = named<QTableView>(panel, QStringLiteral("Largest tokens"));
    QLabel* read_out = named<QLabel>(panel, QStringLiteral("Token under the cursor"));
    QAbstractButton* find = button(panel, QStringLiteral("Find largest tokens"));

    explicit Shown(bool is_shown = true) {
        panel.resize(900, 500);
        if (is_shown) {
            panel.show();
            static_cast<void>(QTest::qWaitForWindowExposed(&panel));
        }
    }
};

}  // namespace

class TestTokenMapPanel : public QObject {
    Q_OBJECT

private slots:
    void asksForTheWindowWhenItIsLookedAt() {
        Shown shown(false);
        QSignalSpy wanted(&shown.panel, &TokenMapPanel::mapWanted);
        shown.panel.setSubject(5, {});
        QCOMPARE(wanted.count(), 0);
        shown.panel.show();
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.first().first().value<Index>(), Index{0});
        shown.panel.hide();
        shown.panel.show();
        QCOMPARE(wanted.count(), 1);  // it is on its way, or there
        shown.window->setValue(4);
        QCOMPARE(wanted.count(), 2);
        QCOMPARE(wanted.last().first().value<Index>(), Index{3});
        shown.panel.setSubject(2, {});  // another layer; the window is kept inside
        QCOMPARE(wanted.count(), 3);
        QCOMPARE(wanted.last().first().value<Index>(), Index{1});
    }

    void whatDoesNotComeIsAskedForWhenLookedAtAgain() {
        Shown shown;
        QSignalSpy wanted(&shown.panel, &TokenMapPanel::mapWanted);
        shown.panel.setSubject(5, {});
        shown.panel.forget();
        QCOMPARE(wanted.count(), 1);
        const auto lookAgain = [&shown] {
            shown.panel.hide();
            shown.panel.show();
        };
        lookAgain();
        QCOMPARE(wanted.count(), 2);
        shown.panel.setSubject(5, QStringLiteral("no tokens"));
        shown.panel.forget();
        lookAgain();
        QCOMPARE(wanted.count(), 2);  // there is nothing to ask for
    }

    void anObstacleAsksForNothing() {
        Shown shown;
        QSignalSpy wanted(&shown.panel, &TokenMapPanel::mapWanted);
        shown.panel.setSubject(5, QStringLiteral("no tokens"));
        shown.panel.setSelectedChannel(1);
        QCOMPARE(wanted.count(), 0);
        QVERIFY(!shown.window->isEnabled());
        QVERIFY(!shown.find->isEnabled());
    }

    void theHeatmapIsTheWindowOnASymmetricScale() {
        Shown shown;
        shown.panel.setSubject(5, {});
        TokenMap of_window = map(0, 4);
        Matrix values = *of_window.values;
        values(2, 1) = -70.0F;
        of_window.values = std::make_shared<const Matrix>(values);
        shown.panel.setMap(of_window);
        QVERIFY(*shown.heatmap->matrix() == values);
        QVERIFY(shown.heatmap->colourScale() == divergingScale(70.0F));
    }

    void choosingACellTellsItsChannelAndItsToken() {
        Shown shown;
        shown.panel.setSubject(5, {});
        shown.panel.setMap(map(0, 4));
        QSignalSpy selected(&shown.panel, &TokenMapPanel::channelSelected);
        emit shown.heatmap->cellChosen(2, 1);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.first().first().value<Index>(), Index{1});
        QCOMPARE(shown.read_out->text(), QStringLiteral("Token 3 “t2”, channel 1: 21"));
        QCOMPARE(shown.ruler->currentRow(), Index{2});
        emit shown.heatmap->cellChosen(3, 1);  // the same channel: nothing new to tell
        QCOMPARE(selected.count(), 1);
        QCOMPARE(shown.read_out->text(), QStringLiteral("Token 4 “t3”, channel 1: 31"));
        shown.panel.setSelectedChannel(2);  // from outside
        QCOMPARE(selected.count(), 1);
        QCOMPARE(shown.read_out->text(), QStringLiteral("Token 4 “t3”, channel 2: 32"));
        emit shown.heatmap->crosshairMoved(0, 1, 1.0F);
        QCOMPARE(shown.read_out->text(), QStringLiteral("Token 1 “t0”, channel 1: 1"));
        emit shown.heatmap->crosshairMoved(-1, -1, 0.0F);
        QCOMPARE(shown.read_out->text(), QStringLiteral("Token 4 “t3”, channel 2: 32"));
    }

    void aTokenThatLooksLikeAPlaceholderIsShownAsItIs() {
        Shown shown;
        shown.panel.setSubject(1, {});
        TokenMap of_window = map(0, 2);
        of_window.tokens[0] = QStringLiteral("%4<b>");
        shown.panel.setMap(of_window);
        emit shown.heatmap->crosshairMoved(0, 2, 2.0F);
        QCOMPARE(shown.read_out->text(), QStringLiteral("Token 1 “%4<b>”, channel 2: 2"));
    }

    void theRulerWritesWhatThereIsRoomFor() {
        Shown shown;
        shown.panel.setSubject(1, {});
        shown.panel.setMap(map(0, 4));
        QCOMPARE(shown.ruler->labelledRows(), (std::vector<Index>{0, 1, 2, 3}));
        shown.panel.setMap(map(0, 1000));
        const std::vector<Index> rows = shown.ruler->labelledRows();
        const double row_height = shown.heatmap->plotRect().height() / 1000.0;
        QVERIFY(rows.size() > 3);
        for (std::size_t i = 1; i < rows.size(); ++i)
            QVERIFY(static_cast<double>(rows[i] - rows[i - 1]) * row_height >= shown.ruler->fontMetrics().height());
        shown.ruler->setCurrentRow(rows[1] + 1);
        const std::vector<Index> with_current = shown.ruler->labelledRows();
        QVERIFY(std::ranges::find(with_current, rows[1] + 1) != with_current.end());
        QVERIFY(std::ranges::find(with_current, rows[1]) == with_current.end());  // would be covered
        shown.heatmap->setViewport({500.0, 0.0, 4.0, 3.0});
        QCOMPARE(shown.ruler->labelledRows(), (std::vector<Index>{500, 501, 502, 503}));
        QVERIFY(!shown.panel.grab().isNull());
    }

    void theLargestTokensAreAskedForAndListed() {
        Shown shown;
        QAbstractItemModelTester tester(shown.table->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        shown.panel.setSubject(5, {});
        QVERIFY(!shown.find->isEnabled());
        shown.panel.setSelectedChannel(2);
        QSignalSpy wanted(&shown.panel, &TokenMapPanel::largestTokensWanted);
        shown.find->click();
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.first().first().value<Index>(), Index{2});
        shown.panel.setSearching(true);
        QVERIFY(!shown.find->isEnabled());
        shown.panel.setLargest(2, {{3, 1, -52.5F, "a ▸b◂ c"}, {0, 0, 12.0F, "x"}});
        QVERIFY(shown.find->isEnabled());
        QCOMPARE(shown.table->model()->rowCount(), 2);
        const auto cell = [&](int row, int column) { return shown.table->model()->index(row, column).data().toString(); };
        QCOMPARE(cell(0, 0), QStringLiteral("−52.5"));
        QCOMPARE(cell(0, 1), QStringLiteral("4"));  // counted from 1, as everywhere in the window
        QCOMPARE(cell(0, 2), QStringLiteral("2"));
        QCOMPARE(cell(0, 3), QStringLiteral("a ▸b◂ c"));
        shown.panel.setSubject(5, {});
        QCOMPARE(shown.table->model()->rowCount(), 0);
    }

    void choosingALargeTokenGoesThere() {
        Shown shown;
        shown.panel.setSubject(5, {});
        shown.panel.setMap(map(0, 4));
        shown.panel.setSelectedChannel(1);
        shown.panel.setLargest(1, {{3, 2, 21.0F, "far"}, {0, 1, 11.0F, "near"}});
        QSignalSpy wanted(&shown.panel, &TokenMapPanel::mapWanted);
        shown.table->selectRow(0);
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.first().first().value<Index>(), Index{3});
        QCOMPARE(shown.panel.window(), Index{3});
        shown.panel.setMap(map(3, 4));
        QCOMPARE(shown.ruler->currentRow(), Index{2});
        QCOMPARE(shown.read_out->text(), QStringLiteral("Token 3 “t2”, channel 1: 21"));
    }

    void theChannelsPanelSharesItsChannel() {
        ChannelsPanel panel;
        panel.setChannels({"layer", sampleStatistics(sampleActivations(8, 3)), {}});
        panel.tokens().setSubject(1, {});
        panel.tokens().setMap(map(0, 4));
        QSignalSpy selected(&panel, &ChannelsPanel::channelSelected);
        auto* heatmap = panel.tokens().findChild<HeatmapView*>();
        emit heatmap->cellChosen(3, 2);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.first().first().value<Index>(), Index{2});
        QCOMPARE(panel.selectedChannel(), Index{2});
        panel.setSelectedChannel(0);
        auto* read_out = named<QLabel>(panel.tokens(), QStringLiteral("Token under the cursor"));
        QCOMPARE(read_out->text(), QStringLiteral("Token 4 “t3”, channel 0: 30"));
    }
};

QTEST_MAIN(TestTokenMapPanel)
#include "tst_token_map_panel.moc"
