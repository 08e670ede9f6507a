#include <QAccessible>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QThread>
#include <algorithm>
#include <cmath>

#include "app/gui/job_status.h"
#include "app/gui/time_forecaster.h"
#include "app/gui/weight_survey.h"
#include "tests/app/gui/desk.h"
#include "tests/widgets/find_widgets.h"
#include "widgets/evaluate_panel.h"
#include "widgets/jobs_panel.h"
#include "widgets/model_map_view.h"
#include "widgets/quantize_panel.h"

using namespace salient;
using namespace salient::demo;

namespace {

bool says(const QWidget& where, const QString& text) {
    const auto labels = where.findChildren<QLabel*>();
    return std::ranges::any_of(labels, [&](const QLabel* label) { return !label->isHidden() && label->text().contains(text); });
}

}  // namespace

/// What the window finds out by itself, beside the user's jobs.
class TestForecasts : public QObject {
    Q_OBJECT

private slots:
    void timesStandBesideMemory() {
        Desk desk;
        QVERIFY(desk.openDemo());
        const QString recipe = QStringLiteral("Forecast for this machine: calibrating ");
        for (QWidget* panel : {static_cast<QWidget*>(desk.view<CalibrationPanel>()), static_cast<QWidget*>(desk.view<QuantizePanel>())})
            QTRY_VERIFY_WITH_TIMEOUT(says(*panel, recipe), kPatience_ms);
        auto& evaluate = *desk.view<EvaluatePanel>();
        QTRY_VERIFY_WITH_TIMEOUT(says(evaluate, QStringLiteral("Forecast for this machine: perplexity ")), kPatience_ms);
        QAccessibleInterface* read = QAccessible::queryAccessibleInterface(named<QLabel>(evaluate, QStringLiteral("Time")));
        QVERIFY(read->text(QAccessible::Name).startsWith(QStringLiteral("Time: Forecast for this machine: perplexity ")));
        Recipe edited = desk.window.session().recipe();
        edited.evaluation_text.clear();
        desk.window.session().editRecipe(edited, QStringLiteral("test"));
        QVERIFY(!says(evaluate, QStringLiteral("Forecast for this machine")));
    }

    void timesOfWhatIsNoLongerPlannedAreNotShown() {
        Desk desk;
        QVERIFY(desk.openDemo());
        auto& quantize = *desk.view<QuantizePanel>();
        auto& evaluate = *desk.view<EvaluatePanel>();
        const QString awaited = QStringLiteral("Forecast for this machine: being computed …");
        const QString runs = QStringLiteral("Forecast for this machine: calibrating ");
        const QString perplexity = QStringLiteral("Forecast for this machine: perplexity ");
        QTRY_VERIFY_WITH_TIMEOUT(says(quantize, runs) && says(evaluate, perplexity), kPatience_ms);
        QVERIFY(!says(quantize, awaited) && !says(evaluate, awaited));
        Recipe edited = desk.window.session().recipe();
        edited.samples.n_samples *= 2;
        desk.window.session().editRecipe(edited, QStringLiteral("windows"));
        QVERIFY(!says(quantize, runs) && !says(evaluate, perplexity));  // before the new ones are there
        QVERIFY(says(quantize, awaited) && says(evaluate, awaited));
        QTRY_VERIFY_WITH_TIMEOUT(says(quantize, runs) && says(evaluate, perplexity), kPatience_ms);
        QVERIFY(!says(quantize, awaited) && !says(evaluate, awaited));
        edited.runs.front().method.keep = {"("};  // no regular expression: there is nothing to wait for
        desk.window.session().editRecipe(edited, QStringLiteral("keep"));
        QTRY_VERIFY_WITH_TIMEOUT(!says(quantize, awaited) && !says(evaluate, awaited), kPatience_ms);
        QVERIFY(!says(quantize, runs) && !says(evaluate, perplexity));
    }

    void whatCannotBeRunHasNoTime() {
        const auto model = Model::open(modelFolder());
        Recipe recipe = quickRecipe(*model);
        TimeForecaster forecaster;
        QSignalSpy ready(&forecaster, &TimeForecaster::ready);
        forecaster.ask({model, recipe});
        recipe.runs.front().method.keep = {"("};  // no regular expression
        forecaster.ask({model, recipe});          // replaces the first question
        QTRY_VERIFY_WITH_TIMEOUT(!ready.isEmpty(), kPatience_ms);
        QVERIFY(!ready.last().first().value<std::optional<JobTimes>>());
        QCOMPARE(ready.count(), 1);
    }

    void weightsAreReadWhenTheyAreLookedAt() {
        Desk desk;
        QVERIFY(desk.openDemo());
        auto& map = *desk.view<ModelMapView>();
        desk.window.goTo(Page::Map);
        auto* metric = named<QComboBox>(map, QStringLiteral("Metric"));
        metric->setCurrentIndex(metric->findText(QStringLiteral("Kurtosis of the weights")));
        QTRY_VERIFY_WITH_TIMEOUT(!map.model().metric().is_awaited, kPatience_ms);
        JobContext job;
        const std::vector<WeightMetrics> expected = weightMetrics(*desk.window.session().model(), job);
        QCOMPARE(map.model().metric().values.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) QCOMPARE(map.model().metric().values[i], expected[i].kurtosis);
        QVERIFY(metric->toolTip().contains(QStringLiteral("3 for normally distributed weights")));
        metric->setCurrentIndex(metric->findText(QStringLiteral("Largest |w|")));
        QCOMPARE(map.model().metric().values.front(), expected.front().max_abs);
    }

    void readingTheWeightsIsAJobThatCanBeCancelledAndAskedForAgain() {
        Desk desk;
        QVERIFY(desk.openDemo());
        JobRunner& survey = desk.window.surveyJobs();
        const Model& model = *desk.window.session().model();
        auto& map = *desk.view<ModelMapView>();
        desk.window.goTo(Page::Map);
        QSignalSpy finished(&survey, &JobRunner::finished);
        desk.window.jobs().setPaused(true);  // holds it, too
        auto* metric = named<QComboBox>(map, QStringLiteral("Metric"));
        metric->setCurrentIndex(metric->findText(QStringLiteral("Largest |w|")));
        QVERIFY(!survey.isIdle());
        button(*desk.view<JobsPanel>(), QStringLiteral("Cancel all"))->click();
        desk.window.jobs().setPaused(false);
        QTRY_VERIFY_WITH_TIMEOUT(survey.isIdle(), kPatience_ms);
        QCOMPARE(finished.last().first().value<JobRecord>().title, QStringLiteral("Read the weights"));
        QCOMPARE(finished.last().first().value<JobRecord>().state, JobRecord::State::Cancelled);
        QVERIFY(map.model().metric().is_awaited && map.model().metric().is_cancelled);
        desk.window.session().setSensitivities("RTN 4-bit", {});  // draws the map anew
        desk.window.goTo(Page::Quantize);
        desk.window.goTo(Page::Map);
        QVERIFY(survey.isIdle());  // what the user stopped stays so

        emit metric->activated(metric->currentIndex());
        QVERIFY(!survey.isIdle());
        QVERIFY(!map.model().metric().is_cancelled);
        QTRY_VERIFY_WITH_TIMEOUT(survey.isIdle(), kPatience_ms);
        const auto record = finished.last().first().value<JobRecord>();
        QCOMPARE(record.state, JobRecord::State::Done);
        QCOMPARE(record.stage, QStringLiteral("reading weights"));
        QCOMPARE(record.total, static_cast<qint64>(model.linears.size()));
        double largest = 0.0;
        const Matrix weight = loadLinear(model, model.linears.front());
        for (Index i = 0; i < weight.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(weight.data()[i])));
        QCOMPARE(map.model().metric().values.front(), largest);
    }

    void theWeightsDoNotWaitForALongJob() {
        Desk desk;
        QVERIFY(desk.openDemo());
        desk.window.goTo(Page::Map);
        JobRunner& jobs = desk.window.jobs();
        const auto long_job = [](JobContext& job) {
            while (true) {
                job.checkpoint({.stage = "waiting"});
                QThread::msleep(1);
            }
        };
        jobs.start(QStringLiteral("Long job"), nullptr, long_job, [] {});
        auto& map = *desk.view<ModelMapView>();
        auto* metric = named<QComboBox>(map, QStringLiteral("Metric"));
        metric->setCurrentIndex(metric->findText(QStringLiteral("Largest |w|")));
        QVERIFY(map.model().metric().is_awaited);
        QTRY_VERIFY_WITH_TIMEOUT(!map.model().metric().is_awaited, kPatience_ms);
        QVERIFY(!jobs.isIdle());
        jobs.cancelAll();
        QVERIFY(desk.waitForJobs());
    }

    void nothingWaitsForTheWeights() {
        Desk desk;
        QVERIFY(desk.openDemo());
        desk.window.goTo(Page::Map);
        JobRunner& survey = desk.window.surveyJobs();
        survey.setPaused(true);  // as long as a large file takes
        auto& map = *desk.view<ModelMapView>();
        auto* metric = named<QComboBox>(map, QStringLiteral("Metric"));
        metric->setCurrentIndex(metric->findText(QStringLiteral("Largest |w|")));
        QVERIFY(!survey.isIdle());

        // It is shown with its progress among the jobs, and the buttons can be pressed as if it were not there.
        auto* listed = named<QTableView>(*desk.view<JobsPanel>(), QStringLiteral("Jobs"));
        QCOMPARE(listed->model()->index(0, 0).data().toString(), QStringLiteral("Read the weights"));
        QTRY_VERIFY_WITH_TIMEOUT(desk.view<JobStatus>()->isVisible(), kPatience_ms);
        QVERIFY(button(desk.view<CalibrationPanel>(), QStringLiteral("Calibrate"))->isEnabled());
        QVERIFY(desk.calibrate());  // from the first to the last
        QVERIFY(button(desk.view<QuantizePanel>(), QStringLiteral("Quantize all"))->isEnabled());
        QVERIFY(!survey.isIdle() && map.model().metric().is_awaited);
        survey.setPaused(false);
        QTRY_VERIFY_WITH_TIMEOUT(!map.model().metric().is_awaited, kPatience_ms);
        QTRY_VERIFY(!desk.view<JobStatus>()->isVisible());
    }

    void theRunMenuReachesTheReadingOfTheWeights() {
        Desk desk;
        QVERIFY(desk.openDemo());
        desk.window.goTo(Page::Map);
        JobRunner& survey = desk.window.surveyJobs();
        survey.setPaused(true);
        auto& map = *desk.view<ModelMapView>();
        auto* metric = named<QComboBox>(map, QStringLiteral("Metric"));
        metric->setCurrentIndex(metric->findText(QStringLiteral("Largest |w|")));
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        QTest::keyClick(&desk.window, Qt::Key_Period, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(survey.isIdle(), kPatience_ms);
        QVERIFY(map.model().metric().is_cancelled);
    }

    void anotherModelEndsTheReading() {
        const auto model = Model::open(modelFolder());
        WeightSurvey survey;
        QSignalSpy ready(&survey, &WeightSurvey::ready);
        survey.setModel(model);
        survey.begin();
        survey.begin();  // once is enough
        survey.setModel(nullptr);
        survey.begin();  // nothing to read
        const auto other = Model::open(modelFolder());
        survey.setModel(other);
        survey.begin();
        QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, kPatience_ms);
        QCOMPARE(survey.metrics().size(), other->linears.size());
        survey.begin();
        QTest::qWait(0);
        QCOMPARE(ready.count(), 1);
        survey.setModel(model);
        QVERIFY(survey.metrics().empty());
    }
};

QTEST_MAIN(TestForecasts)
#include "tst_forecasts.moc"
