#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/job.h"
#include "widgets/job_record.h"

namespace salient {

/// Runs core functions one after another on one thread of its own and reports on the thread it lives in (the window's).
/// A job ends in exactly one of three ways, delivered there: its result, Cancelled, or a failure with the core's sentence; a result that
/// its receiver throws at is a failure, too. Nothing is delivered to a context object that is gone by then, nor after the runner itself is
/// destroyed; its destructor cancels and waits.
class JobRunner : public QObject {
    Q_OBJECT
public:
    /// Ids are step, 2·step, …: two runners whose jobs are shown in one place take 1 and −1.
    explicit JobRunner(QObject* parent = nullptr, int id_step = 1);
    ~JobRunner() override;

    /// Queues work(JobContext&) and, once it is done, calls done(result) on this thread, unless `context` is gone. Returns the job's id.
    /// Cancelled and failed jobs are told by finished() and by `otherwise`.
    template <typename Work, typename Done>
    int start(const QString& title, QObject* context, Work work, Done done, std::function<void(const JobRecord&)> otherwise = {}) {
        using Result = std::invoke_result_t<Work, JobContext&>;
        return enqueue(
            title, context,
            [work = std::move(work), done = std::move(done)](JobContext& job) mutable -> Delivery {
                if constexpr (std::is_void_v<Result>) {
                    work(job);
                    return [done = std::move(done)]() mutable { done(); };
                } else {
                    auto result = std::make_shared<Result>(work(job));
                    return [done = std::move(done), result]() mutable { done(std::move(*result)); };
                }
            },
            std::move(otherwise));
    }

    /// Asks a queued or running job to stop; no effect on one that is over.
    void cancel(int id);
    void cancelAll();
    /// A paused job waits at its next checkpoint, keeping what it has; changed() tells when it waits, and when it goes on.
    void setPaused(bool paused);
    /// Pauses at the first checkpoint of which that is true, once. Asked on the worker's thread; must not call the runner.
    void pauseWhen(std::function<bool(const Progress&)> is_there);
    /// The most bytes that this program may hold while a job that begins from now on runs; one that holds more at a checkpoint fails.
    /// 0: no limit.
    void setMemoryLimit(std::int64_t bytes) noexcept { memory_limit_ = bytes; }
    /// For a receiver, while a result is delivered to it: what is to be known about that result. Tells nothing at other times.
    void warn(const QStringList& warnings);
    [[nodiscard]] bool isPaused() const;
    /// Whether anything is queued, running, or about to be delivered.
    [[nodiscard]] bool isIdle() const noexcept { return n_open_ == 0; }

signals:
    void changed(const salient::JobRecord& record);   ///< queued, started or progressed (at most 20 times a second)
    void finished(const salient::JobRecord& record);  ///< after the result was delivered
    void idle();
    /// Jobs are to wait from now on, or to go on, whoever wanted it.
    void pausedChanged(bool paused);

private:
    using Delivery = std::function<void()>;
    struct Job;
    struct Queue;

    int enqueue(const QString& title, QObject* context, std::function<Delivery(JobContext&)> work,
                std::function<void(const JobRecord&)> otherwise);
    void workLoop(const std::stop_token& stop);
    void runOne(const std::shared_ptr<Job>& job);
    void waitWhilePaused(const std::shared_ptr<Job>& job, const Progress& now);
    /// From the worker's thread: lets the runner's thread tell how far the job is, unless it is about to.
    void postProgress(const std::shared_ptr<Job>& job);
    void deliverProgress(const std::shared_ptr<Job>& job);
    void deliverEnd(const std::shared_ptr<Job>& job, const Delivery& delivery);

    std::unique_ptr<Queue> queue_;
    std::atomic<std::int64_t> memory_limit_ = 0;
    int id_step_;
    int last_id_ = 0;
    int n_open_ = 0;
    Job* delivering_ = nullptr;  ///< whose result is being delivered
};

}  // namespace salient

Q_DECLARE_METATYPE(salient::JobRecord)
