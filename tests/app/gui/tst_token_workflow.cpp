#include <QLabel>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <cmath>

#include "tests/app/gui/desk.h"
#include "tests/app/gui/on_their_way.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/calibration_panel.h"
#include "widgets/channels_panel.h"
#include "widgets/chart.h"
#include "widgets/convergence_panel.h"
#include "widgets/heatmap_view.h"
#include "widgets/spectrum_panel.h"
#include "widgets/token_map_panel.h"

using namespace salient;
using namespace salient::demo;

class TestTokenWorkflow : public QObject {
    Q_OBJECT

private slots:
    void tokensOfTheChosenLayerAreShownAndFollowIt() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Channels);
        auto* channels = desk.view<ChannelsPanel>();
        auto* heatmap = channels->tokens().findChild<HeatmapView*>();
        QVERIFY(desk.waitForJobs());
        QVERIFY(!heatmap->matrix());  // nobody looks
        bringToFront(*channels, channels->tokens());
        QVERIFY(desk.waitForJobs());
        QVERIFY(heatmap->matrix());
        QCOMPARE(heatmap->matrix()->rows(), Index{64});
        QCOMPARE(heatmap->matrix()->cols(), Index{256});

        Session& session = desk.window.session();
        for (const LinearInfo& layer : session.model()->linears) {
            if (layer.in_features != 256) session.selection().selectLayer(layer.block, QString::fromStdString(layer.name));
        }
        QVERIFY(desk.waitForJobs());
        QCOMPARE(heatmap->matrix()->cols(), session.selectedLayer()->in_features);
        QVERIFY(heatmap->matrix()->cols() != 256);
    }

    void theLargestTokensStartWithTheOneOfTheStatistics() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Channels);
        auto* channels = desk.view<ChannelsPanel>();
        bringToFront(*channels, channels->tokens());
        QVERIFY(desk.waitForJobs());
        Session& session = desk.window.session();
        session.selection().selectChannel(37);
        salient::button(channels->tokens(), QStringLiteral("Find largest tokens"))->click();
        QVERIFY(desk.waitForJobs());
        auto* table = named<QTableView>(channels->tokens(), QStringLiteral("Largest tokens"));
        QCOMPARE(table->model()->rowCount(), 10);
        const ChannelStatistics& statistics = session.calibration()->of(*session.selectedLayer()).channels;
        const Index first = statistics.max_abs_token[37];
        QCOMPARE(table->model()->index(0, 1).data().toString(), QString::number(first / 64 + 1));
        QCOMPARE(table->model()->index(0, 2).data().toString(), QString::number(first % 64 + 1));
        QVERIFY(table->model()->index(0, 3).data().toString().contains(QStringLiteral("▸")));
        // Choosing it shows its window, with its value in the read-out's cell.
        table->selectRow(0);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(channels->tokens().window(), first / 64);
        const auto shown = channels->tokens().findChild<HeatmapView*>()->matrix();
        const float value = (*shown)(first % 64, 37);
        QVERIFY(std::abs(std::abs(value) - statistics.max_abs[37]) <= 1e-4F * statistics.max_abs[37]);
    }

    void cancellingTheSearchLetsItBeAskedForAgain() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Channels);
        auto* channels = desk.view<ChannelsPanel>();
        QVERIFY(desk.waitForJobs());
        desk.window.session().selection().selectChannel(3);
        auto* find = salient::button(channels->tokens(), QStringLiteral("Find largest tokens"));
        desk.window.jobs().setPaused(true);
        find->click();
        QVERIFY(!find->isEnabled());
        desk.window.jobs().cancelAll();
        desk.window.jobs().setPaused(false);
        QVERIFY(desk.waitForJobs());
        QVERIFY(find->isEnabled());
        QCOMPARE(named<QTableView>(channels->tokens(), QStringLiteral("Largest tokens"))->model()->rowCount(), 0);
    }

    void whatWasCancelledDoesNotComeAndIsAskedForAgain_data() {
        QTest::addColumn<bool>("is_map");
        QTest::newRow("the tokens of a window") << true;
        QTest::newRow("the spectrum") << false;
    }
    void whatWasCancelledDoesNotComeAndIsAskedForAgain() {
        QFETCH(bool, is_map);
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        auto* channels = desk.view<ChannelsPanel>();
        const auto is_shown = [&] {
            return is_map ? channels->tokens().findChild<HeatmapView*>()->matrix() != nullptr
                          : !channels->spectrum().findChild<Chart*>()->series().empty();
        };
        JobRunner& quick = desk.window.quickJobs();
        desk.window.goTo(Page::Channels);
        QVERIFY(desk.waitForJobs());
        quick.setPaused(true);
        bringToFront(*channels, is_map ? static_cast<QWidget&>(channels->tokens()) : channels->spectrum());
        QVERIFY(!quick.isIdle());
        quick.cancelAll();
        QVERIFY(desk.waitForJobs());
        quick.setPaused(false);
        QVERIFY(desk.waitForJobs());
        QVERIFY(!is_shown());
        QVERIFY(desk.window.messages().text().isEmpty());
        desk.window.goTo(Page::Map);  // … and looks again
        desk.window.goTo(Page::Channels);
        QVERIFY(desk.waitForJobs());
        QVERIFY(is_shown());
    }

    void theTokensShownAreThoseOfTheWindowThatIsChosen() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Channels);
        auto& tokens = desk.view<ChannelsPanel>()->tokens();
        bringToFront(*desk.view<ChannelsPanel>(), tokens);
        QVERIFY(desk.waitForJobs());
        auto* heatmap = tokens.findChild<HeatmapView*>();
        QStringList titles;
        const auto note = [&] {
            if (heatmap->title() != titles.value(titles.size() - 1)) titles << heatmap->title();
        };
        connect(&desk.window.quickJobs(), &JobRunner::finished, heatmap, note);  // after each answer was delivered
        note();
        tokens.findChild<QSpinBox*>()->setValue(2);
        QVERIFY(putAnswersOnTheirWay(desk.window.quickJobs()));
        tokens.findChild<QSpinBox*>()->setValue(3);
        QVERIFY(desk.waitForJobs());
        QCOMPARE(titles, (QStringList{QStringLiteral("Tokens × channels, window 1"), QStringLiteral("Tokens × channels, window 3")}));
    }

    void aSpectrumIsShownWithTheDampingOfTheRecipe() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Channels);
        auto* channels = desk.view<ChannelsPanel>();
        bringToFront(*channels, channels->spectrum());
        QVERIFY(putAnswersOnTheirWay(desk.window.quickJobs()));
        desk.window.goTo(Page::Map);  // nobody asks again
        Session& session = desk.window.session();
        Recipe recipe = session.recipe();
        for (RecipeRun& run : recipe.runs) run.method.gptq.damping = 0.1;
        session.editRecipe(recipe, QStringLiteral("damping"));
        QVERIFY(desk.waitForJobs());
        const auto* chart = channels->spectrum().findChild<Chart*>();
        QVERIFY(chart->series().empty());
        desk.window.goTo(Page::Channels);
        QVERIFY(desk.waitForJobs());
        const double trace = session.calibration()->of(*session.selectedLayer()).hessian.diagonal().cast<double>().sum();
        QVERIFY(std::abs(chart->series()[1].y.front() - 0.1 * trace / 256.0) <= 1e-9 * trace);
    }

    void theSpectrumSumsToTheTraceOfH() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        desk.window.goTo(Page::Channels);
        auto* channels = desk.view<ChannelsPanel>();
        bringToFront(*channels, channels->spectrum());
        QVERIFY(desk.waitForJobs());
        const auto* chart = channels->spectrum().findChild<Chart*>();
        QCOMPARE(chart->series().size(), std::size_t{2});
        Session& session = desk.window.session();
        const double trace = session.calibration()->of(*session.selectedLayer()).hessian.diagonal().cast<double>().sum();
        double sum = 0.0;
        for (const double value : chart->series()[0].y) sum += value;
        QVERIFY(std::abs(sum - trace) <= 1e-9 * trace);
        QVERIFY(std::abs(chart->series()[1].y.front() - 0.01 * trace / 256.0) <= 1e-9 * trace);

        Recipe recipe = session.recipe();
        for (RecipeRun& run : recipe.runs) run.method.gptq.damping = 0.1;
        session.editRecipe(recipe, QStringLiteral("damping"));
        QVERIFY(desk.waitForJobs());
        QVERIFY(std::abs(chart->series()[1].y.front() - 0.1 * trace / 256.0) <= 1e-9 * trace);
    }

    void convergenceIsMeasuredForTheChosenLayer() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        auto* calibration = desk.view<CalibrationPanel>();
        bringToFront(*calibration, calibration->convergence());
        auto* measure = salient::button(calibration->convergence(), QStringLiteral("Measure convergence"));
        QVERIFY(measure->isEnabled());
        measure->click();
        QVERIFY(desk.waitForJobs());
        const auto* table = named<QTableView>(calibration->convergence(), QStringLiteral("Parts of the calibration set"));
        QCOMPARE(table->model()->rowCount(), 3);  // 1, 2 and 4 windows
        QCOMPARE(table->model()->index(0, 0).data().toString(), QStringLiteral("1"));
        QCOMPARE(table->model()->index(2, 0).data().toString(), QStringLiteral("4"));
        QVERIFY(desk.window.messages().text().isEmpty());
        Session& session = desk.window.session();
        const auto& linears = session.model()->linears;
        session.selection().selectLayer(linears.back().block, QString::fromStdString(linears.back().name));
        QCOMPARE(table->model()->rowCount(), 0);  // of another layer
    }

    void convergenceOfWhatIsNoMoreIsNotShown_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<bool>("is_late");
        for (const char* change : {"calibration", "damping", "layer"}) {
            QTest::addRow("%s after the measurement", change) << QString(change) << false;
            QTest::addRow("%s while it is on its way", change) << QString(change) << true;
        }
    }
    void convergenceOfWhatIsNoMoreIsNotShown() {
        QFETCH(QString, change);
        QFETCH(bool, is_late);
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        auto* calibration = desk.view<CalibrationPanel>();
        bringToFront(*calibration, calibration->convergence());
        auto* measure = salient::button(calibration->convergence(), QStringLiteral("Measure convergence"));
        const auto* table = named<QTableView>(calibration->convergence(), QStringLiteral("Parts of the calibration set"));
        measure->click();
        if (is_late) {
            QVERIFY(putAnswersOnTheirWay(desk.window.jobs()));
        } else {
            QVERIFY(desk.waitForJobs());
            QCOMPARE(table->model()->rowCount(), 3);
        }
        Session& session = desk.window.session();
        if (change == "calibration") session.setCalibration(std::make_shared<const Calibration>(*session.calibration()));
        if (change == "damping") {
            Recipe recipe = session.recipe();
            for (RecipeRun& run : recipe.runs) run.method.gptq.damping = 0.1;
            session.editRecipe(recipe, QStringLiteral("damping"));
        }
        if (change == "layer") session.selection().selectLayer(1, QStringLiteral("model.layers.1.mlp.up_proj"));
        QVERIFY(desk.waitForJobs());
        QCOMPARE(table->model()->rowCount(), 0);
        QVERIFY(measure->isEnabled());
        QCOMPARE(named<QLabel>(calibration->convergence(), QStringLiteral("Convergence"))->text(),
                 QString::fromStdString(session.selectedLayer()->name));
    }

    void aCancelledMeasurementCanBeAskedForAgain() {
        Desk desk;
        QVERIFY(desk.openDemo() && desk.calibrate());
        auto* calibration = desk.view<CalibrationPanel>();
        auto* measure = salient::button(calibration->convergence(), QStringLiteral("Measure convergence"));
        JobRunner& jobs = desk.window.jobs();
        jobs.setPaused(true);
        measure->click();
        QVERIFY(!measure->isEnabled());
        jobs.cancelAll();
        QVERIFY(desk.waitForJobs());
        QVERIFY(measure->isEnabled());

        // An earlier one that ends does not speak for the one that was asked for since.
        measure->click();
        Session& session = desk.window.session();
        Recipe other = session.recipe();
        for (RecipeRun& run : other.runs) run.method.gptq.damping = 0.1;
        session.editRecipe(other, QStringLiteral("damping"));
        QVERIFY(measure->isEnabled());
        int n_cancelled = 0;
        connect(&jobs, &JobRunner::finished, measure,
                [&](const JobRecord& record) { n_cancelled += record.state == JobRecord::State::Cancelled ? 1 : 0; });
        measure->click();
        QVERIFY(QTest::qWaitFor([&] { return n_cancelled == 1; }, kPatience_ms));
        QVERIFY(!measure->isEnabled());
        jobs.setPaused(false);
        QVERIFY(desk.waitForJobs());
        QVERIFY(measure->isEnabled());
    }
};

QTEST_MAIN(TestTokenWorkflow)
#include "tst_token_workflow.moc"
