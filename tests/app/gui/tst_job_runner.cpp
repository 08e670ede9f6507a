#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <atomic>
#include <cmath>
#include <memory>
#include <semaphore>

#include "app/gui/job_runner.h"
#include "tests/app/gui/patience.h"

using namespace salient;
using namespace salient::demo;

namespace {

/// Lets a test hold a job at a known place.
struct Gate {
    std::binary_semaphore reached{0};
    std::binary_semaphore open{0};
};

}  // namespace

class TestJobRunner : public QObject {
    Q_OBJECT

private slots:
    void deliversTheResultOnTheCallersThread() {
        JobRunner runner;
        QThread* worked_on = nullptr;
        QThread* delivered_on = nullptr;
        int value = 0;
        runner.start(
            QStringLiteral("job"), this,
            [&](JobContext&) {
                worked_on = QThread::currentThread();
                return 42;
            },
            [&](int result) {
                delivered_on = QThread::currentThread();
                value = result;
            });
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        QCOMPARE(value, 42);
        QCOMPARE(delivered_on, thread());
        QVERIFY(worked_on != thread());
    }

    void movesAResultThatCannotBeCopied() {
        JobRunner runner;
        std::unique_ptr<int> value;
        runner.start(
            QStringLiteral("job"), this, [](JobContext&) { return std::make_unique<int>(7); },
            [&](std::unique_ptr<int> result) { value = std::move(result); });
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        QVERIFY(value);
        QCOMPARE(*value, 7);
    }

    void tellsAnErrorInTheCoresWords() {
        JobRunner runner;
        bool delivered = false;
        QString told;
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.start(
            QStringLiteral("job"), this,
            [](JobContext&) -> int { throw Error(ErrorCode::Io, "open: /nowhere: expected a folder, found nothing"); },
            [&](int) { delivered = true; }, [&](const JobRecord& record) { told = record.message; });
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience_ms);
        QVERIFY(!delivered);
        QCOMPARE(told, QStringLiteral("open: /nowhere: expected a folder, found nothing"));
        QCOMPARE(finished.first().first().value<JobRecord>().state, JobRecord::State::Failed);
    }

    /// At its next checkpoint, whatever it was told when it began; a job without a limit is none of that.
    void aJobThatHoldsMoreThanTheLimitFails() {
        JobRunner runner;
        QStringList ends;
        const auto start = [&] {
            runner.start(
                QStringLiteral("job"), this, [](JobContext& job) { job.checkpoint({.stage = "quantizing"}); },
                [&] { ends << QStringLiteral("done"); }, [&](const JobRecord& record) { ends << record.message; });
            QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        };
        runner.setMemoryLimit(1000);
        start();
        QVERIFY2(ends.back().contains(QStringLiteral("max-memory: expected at most 1.0")) &&
                     ends.back().contains(QStringLiteral(" held, found ")),
                 qPrintable(ends.back()));
        runner.setMemoryLimit(std::int64_t{1} << 50);
        start();
        QCOMPARE(ends.back(), QStringLiteral("done"));
        runner.setMemoryLimit(0);
        start();
        QCOMPARE(ends.back(), QStringLiteral("done"));
    }

    void aReceiverThatThrowsIsAFailureAndTheNextJobRuns() {
        JobRunner runner;
        QString told;
        bool next_delivered = false;
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.start(
            QStringLiteral("job"), this, [](JobContext&) { return 1; },
            [](int) { throw Error(ErrorCode::Format, "show: layer: expected a name, found none"); },
            [&](const JobRecord& record) { told = record.message; });
        runner.start(
            QStringLiteral("next"), this, [](JobContext&) {}, [&] { next_delivered = true; });
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        QCOMPARE(told, QStringLiteral("show: layer: expected a name, found none"));
        QCOMPARE(finished.first().first().value<JobRecord>().state, JobRecord::State::Failed);
        QVERIFY(next_delivered);
    }

    void cancelsARunningJobAtItsNextCheckpoint() {
        JobRunner runner;
        Gate gate;
        bool delivered = false;
        QSignalSpy finished(&runner, &JobRunner::finished);
        const int id = runner.start(
            QStringLiteral("job"), this,
            [&](JobContext& job) {
                gate.reached.release();
                gate.open.acquire();
                job.checkpoint({"working"});
                return 1;
            },
            [&](int) { delivered = true; });
        gate.reached.acquire();
        runner.cancel(id);
        gate.open.release();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience_ms);
        QCOMPARE(finished.first().first().value<JobRecord>().state, JobRecord::State::Cancelled);
        QVERIFY(!delivered);
    }

    void cancelsAQueuedJobWithoutStartingIt() {
        JobRunner runner;
        Gate gate;
        bool second_ran = false;
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.start(
            QStringLiteral("first"), this,
            [&](JobContext&) {
                gate.reached.release();
                gate.open.acquire();
            },
            [] {});
        gate.reached.acquire();
        const int second = runner.start(
            QStringLiteral("second"), this, [&](JobContext&) { second_ran = true; }, [] {});
        runner.cancel(second);
        gate.open.release();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 2, kPatience_ms);
        QCOMPARE(finished.at(0).first().value<JobRecord>().state, JobRecord::State::Done);
        QCOMPARE(finished.at(1).first().value<JobRecord>().state, JobRecord::State::Cancelled);
        QVERIFY(!second_ran);
    }

    void runsJobsInTheOrderTheyWereStarted() {
        JobRunner runner;
        QList<int> order;
        for (int i = 0; i < 5; ++i) {
            runner.start(
                QString::number(i), this, [i](JobContext&) { return i; }, [&](int value) { order << value; });
        }
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        QCOMPARE(order, (QList<int>{0, 1, 2, 3, 4}));
    }

    void deliversNothingToAContextThatIsGone() {
        JobRunner runner;
        Gate gate;
        bool delivered = false;
        auto context = std::make_unique<QObject>();
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.start(
            QStringLiteral("job"), context.get(),
            [&](JobContext&) {
                gate.reached.release();
                gate.open.acquire();
                return 1;
            },
            [&](int) { delivered = true; });
        gate.reached.acquire();
        context.reset();
        gate.open.release();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience_ms);
        QVERIFY(!delivered);
    }

    void cancelsAndWaitsWhenDestroyed() {
        std::atomic<bool> was_stopped = false;
        Gate gate;
        bool delivered = false;
        {
            JobRunner runner;
            runner.start(
                QStringLiteral("endless"), this,
                [&](JobContext& job) {
                    gate.reached.release();
                    try {
                        while (true) job.checkpoint({"working"});
                    } catch (const Cancelled&) {
                        was_stopped = true;
                        throw;
                    }
                },
                [&] { delivered = true; });
            gate.reached.acquire();
        }
        QVERIFY(was_stopped);
        QCoreApplication::processEvents();
        QVERIFY(!delivered);
    }

    void pausesAtACheckpointAndGoesOn() {
        JobRunner runner;
        std::atomic<int> steps = 0;
        Gate gate;
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.setPaused(true);
        runner.start(
            QStringLiteral("job"), this,
            [&](JobContext& job) {
                job.checkpoint({"working"});
                ++steps;
            },
            [] {});
        QTRY_VERIFY_WITH_TIMEOUT(!runner.isIdle(), kPatience_ms);
        QTest::qWait(50);
        QCOMPARE(steps.load(), 0);
        runner.setPaused(false);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience_ms);
        QCOMPARE(steps.load(), 1);
    }

    void pausesAtThePlaceItWasToldOnce() {
        JobRunner runner;
        std::atomic<int> steps = 0;
        runner.pauseWhen([](const Progress& now) { return now.done == 3; });
        for (int job = 0; job < 2; ++job) {
            runner.start(
                QString::number(job), this,
                [&](JobContext& context) {
                    for (int i = 1; i <= 5; ++i) {
                        context.checkpoint({"counting", i, 5, {}});
                        ++steps;
                    }
                },
                [] {});
        }
        QTRY_VERIFY_WITH_TIMEOUT(runner.isPaused(), kPatience_ms);
        QCOMPARE(steps.load(), 2);
        runner.setPaused(false);
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        QCOMPARE(steps.load(), 10);
    }

    void saysThatItWaitsAndThatItGoesOn() {
        JobRunner runner;
        Gate gate;
        QSignalSpy changed(&runner, &JobRunner::changed);
        QSignalSpy paused(&runner, &JobRunner::pausedChanged);
        const auto last = [&changed] { return changed.last().first().value<JobRecord>(); };
        runner.start(
            QStringLiteral("job"), this,
            [&](JobContext& job) {
                job.checkpoint({"working", 1, 3, {}});  // told: a new stage
                gate.reached.release();
                gate.open.acquire();
                job.checkpoint({"working", 2, 3, {}});  // so soon after that it would not be told
            },
            [] {});
        gate.reached.acquire();
        runner.setPaused(true);
        QCOMPARE(paused.count(), 1);
        QVERIFY(paused.first().first().toBool());
        gate.open.release();
        QTRY_VERIFY_WITH_TIMEOUT(last().state == JobRecord::State::Paused, kPatience_ms);
        QCOMPARE(last().done, qint64{2});
        const qsizetype n_before = changed.count();
        runner.setPaused(false);
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        QCOMPARE(paused.count(), 2);
        QVERIFY(changed.count() > n_before);
        QVERIFY(changed.at(n_before).first().value<JobRecord>().state == JobRecord::State::Running);
    }

    void tellsWhenItPausesByItself() {
        JobRunner runner;
        QSignalSpy paused(&runner, &JobRunner::pausedChanged);
        runner.pauseWhen([](const Progress& now) { return now.done == 2; });
        runner.start(
            QStringLiteral("job"), this,
            [](JobContext& job) {
                for (int i = 1; i <= 3; ++i) job.checkpoint({"counting", i, 3, {}});
            },
            [] {});
        QTRY_COMPARE_WITH_TIMEOUT(paused.count(), 1, kPatience_ms);
        QVERIFY(paused.first().first().toBool());
        runner.setPaused(false);
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
    }

    void tellsHowFastItGoesAndHowLongItTakes() {
        JobRunner runner;
        QSignalSpy changed(&runner, &JobRunner::changed);
        runner.start(
            QStringLiteral("job"), this,
            [](JobContext& job) {
                QElapsedTimer clock;
                clock.start();
                for (int i = 0; clock.elapsed() < 900; ++i) {  // no estimate is made of the first half second
                    job.checkpoint({"counting", i, 1000000, {}});
                    QThread::msleep(1);
                }
            },
            [] {});
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        bool is_told = false;
        for (const auto& arguments : changed) {
            const auto record = arguments.first().value<JobRecord>();
            if (record.stage != QLatin1String("counting") || record.per_second < 0.0) continue;
            is_told = true;
            QVERIFY(record.elapsed_seconds > 0.5);
            QVERIFY(record.per_second < 1100.0);  // a millisecond is slept after each
            const auto left = static_cast<double>(record.total - record.done);
            QVERIFY(std::abs(record.seconds_left * record.per_second - left) < 1e-6 * left);
        }
        QVERIFY(is_told);
    }

    void aReceiverWarnsAboutTheResultItTakes() {
        JobRunner runner;
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.warn({QStringLiteral("about nothing")});
        for (const QString& name : {QStringLiteral("plain"), QStringLiteral("warned")}) {
            runner.start(
                name, this, [](JobContext&) { return 1; },
                [&runner, name](int) {
                    if (name == QLatin1String("warned")) runner.warn({QStringLiteral("the Hessian needed damping")});
                });
        }
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 2, kPatience_ms);
        QCOMPARE(finished.at(0).first().value<JobRecord>().warnings, QStringList());
        QCOMPARE(finished.at(1).first().value<JobRecord>().warnings, QStringList{QStringLiteral("the Hessian needed damping")});
    }

    void cancelsAPausedJob() {
        JobRunner runner;
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.setPaused(true);
        const int id = runner.start(
            QStringLiteral("job"), this, [](JobContext& job) { job.checkpoint({"working"}); }, [] {});
        runner.cancel(id);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience_ms);
        QCOMPARE(finished.first().first().value<JobRecord>().state, JobRecord::State::Cancelled);
    }

    void throttlesReportsButTellsStageAndTotal() {
        JobRunner runner;
        constexpr int kCheckpoints = 20000;
        QSignalSpy changed(&runner, &JobRunner::changed);
        runner.start(
            QStringLiteral("job"), this,
            [](JobContext& job) {
                for (int i = 1; i <= kCheckpoints; ++i) job.checkpoint({"counting", i, kCheckpoints, "something"});
            },
            [] {});
        QTRY_VERIFY_WITH_TIMEOUT(runner.isIdle(), kPatience_ms);
        QVERIFY(changed.count() < kCheckpoints / 10);
        bool saw_stage = false;
        for (const auto& arguments : changed) {
            const auto record = arguments.first().value<JobRecord>();
            saw_stage = saw_stage || (record.stage == QLatin1String("counting") && record.total == kCheckpoints);
        }
        QVERIFY(saw_stage);
    }
};

QTEST_GUILESS_MAIN(TestJobRunner)
#include "tst_job_runner.moc"
