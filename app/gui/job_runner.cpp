#include "app/gui/job_runner.h"

#include <QElapsedTimer>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>

#include "core/io/held_memory.h"

namespace salient {

namespace {
constexpr qint64 kReportInterval_ms = 50;
constexpr double kEarliestEstimate_s = 0.5;
}  // namespace

struct JobRunner::Job {
    JobRecord record;  // the runner's thread only
    QPointer<QObject> context;
    bool has_context = false;
    std::function<Delivery(JobContext&)> work;
    std::function<void(const JobRecord&)> otherwise;
    std::stop_source stop;

    std::mutex mutex;  // guards what follows: written by the worker, read by the runner's thread
    QString stage;
    QString detail;
    qint64 done = 0;
    qint64 total = 0;
    bool report_posted = false;
    bool is_waiting = false;
    QElapsedTimer since_report;
    QElapsedTimer since_start;
    qint64 paused_ms = 0;

    // Time left is judged within one stage: stages differ in what a unit costs. Runner's thread only.
    QString timed_stage;
    double stage_started_s = 0.0;
    qint64 stage_first_done = 0;
};

struct JobRunner::Queue {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::deque<std::shared_ptr<Job>> waiting;
    std::shared_ptr<Job> running;
    bool paused = false;
    std::function<bool(const Progress&)> pause_when;
    std::jthread worker;  // last: joins before the rest is gone
};

JobRunner::JobRunner(QObject* parent, int id_step) : QObject(parent), queue_(std::make_unique<Queue>()), id_step_(id_step) {
    qRegisterMetaType<JobRecord>();
    queue_->worker = std::jthread([this](const std::stop_token& stop) { workLoop(stop); });
}

JobRunner::~JobRunner() {
    {
        const std::scoped_lock lock(queue_->mutex);
        queue_->waiting.clear();
        if (queue_->running) queue_->running->stop.request_stop();
    }
    queue_->worker.request_stop();
    queue_->wake.notify_all();
    queue_->worker.join();
}

int JobRunner::enqueue(const QString& title, QObject* context, std::function<Delivery(JobContext&)> work,
                       std::function<void(const JobRecord&)> otherwise) {
    auto job = std::make_shared<Job>();
    job->record.id = last_id_ += id_step_;
    job->record.title = title;
    job->context = context;
    job->has_context = context != nullptr;
    job->work = std::move(work);
    job->otherwise = std::move(otherwise);
    ++n_open_;
    emit changed(job->record);
    {
        const std::scoped_lock lock(queue_->mutex);
        queue_->waiting.push_back(job);
    }
    queue_->wake.notify_all();
    return job->record.id;
}

void JobRunner::cancel(int id) {
    {
        const std::scoped_lock lock(queue_->mutex);
        // A queued job is still taken off the queue by the worker, which sees the wish and delivers Cancelled: one path for all ends.
        for (const auto& job : queue_->waiting) {
            if (job->record.id == id) job->stop.request_stop();
        }
        if (queue_->running && queue_->running->record.id == id) queue_->running->stop.request_stop();
    }
    queue_->wake.notify_all();
}

void JobRunner::cancelAll() {
    {
        const std::scoped_lock lock(queue_->mutex);
        for (const auto& job : queue_->waiting) job->stop.request_stop();
        if (queue_->running) queue_->running->stop.request_stop();
    }
    queue_->wake.notify_all();
}

void JobRunner::setPaused(bool paused) {
    {
        const std::scoped_lock lock(queue_->mutex);
        if (queue_->paused == paused) return;
        queue_->paused = paused;
    }
    queue_->wake.notify_all();
    emit pausedChanged(paused);
}

void JobRunner::warn(const QStringList& warnings) {
    if (delivering_ != nullptr) delivering_->record.warnings += warnings;
}

void JobRunner::pauseWhen(std::function<bool(const Progress&)> is_there) {
    const std::scoped_lock lock(queue_->mutex);
    queue_->pause_when = std::move(is_there);
}

bool JobRunner::isPaused() const {
    const std::scoped_lock lock(queue_->mutex);
    return queue_->paused;
}

void JobRunner::workLoop(const std::stop_token& stop) {
    while (true) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(queue_->mutex);
            if (!queue_->wake.wait(lock, stop, [this] { return !queue_->waiting.empty(); })) return;
            job = queue_->waiting.front();
            queue_->waiting.pop_front();
            queue_->running = job;
        }
        runOne(job);
        const std::scoped_lock lock(queue_->mutex);
        queue_->running.reset();
        if (stop.stop_requested()) return;
    }
}

void JobRunner::runOne(const std::shared_ptr<Job>& job) {
    {
        const std::scoped_lock lock(job->mutex);
        job->since_start.start();
        job->since_report.start();
    }
    const auto report = [this, job](const Progress& now) {
        bool is_due = false;
        {
            const std::scoped_lock lock(job->mutex);
            const bool is_new_stage = job->stage != QLatin1StringView(now.stage.data(), static_cast<qsizetype>(now.stage.size()));
            if (is_new_stage) job->stage = QString::fromUtf8(now.stage.data(), static_cast<qsizetype>(now.stage.size()));
            job->detail = QString::fromStdString(now.detail);
            job->done = now.done;
            job->total = now.total;
            is_due = is_new_stage || job->since_report.elapsed() >= kReportInterval_ms;
        }
        if (is_due) postProgress(job);
        waitWhilePaused(job, now);
    };

    JobRecord::State state = JobRecord::State::Failed;
    QString message;
    QString layer;
    bool is_not_finite = false;
    Delivery delivery;
    try {
        JobContext unlimited(job->stop.get_token(), report);
        JobContext held = heldToMemory(unlimited, memory_limit_, "fewer or shorter samples, or fewer runs kept,");
        held.checkpoint({.stage = "starting"});
        delivery = job->work(held);
        state = JobRecord::State::Done;
    } catch (const Cancelled&) {
        state = JobRecord::State::Cancelled;
    } catch (const std::bad_alloc&) {
        message = tr("There is not enough memory for this job.");
    } catch (const Error& error) {
        message = QString::fromUtf8(error.what());
        layer = QString::fromStdString(error.layer());
        is_not_finite = error.code() == ErrorCode::NonFinite;
    } catch (const std::exception& error) {
        message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        this,
        [this, job, state, message, layer, is_not_finite, delivery] {
            job->record.state = state;
            job->record.message = message;
            job->record.layer = layer;
            job->record.is_not_finite = is_not_finite;
            deliverEnd(job, delivery);
        },
        Qt::QueuedConnection);
}

void JobRunner::postProgress(const std::shared_ptr<Job>& job) {
    {
        const std::scoped_lock lock(job->mutex);
        if (job->report_posted) return;  // what is delivered then is what is known then
        job->report_posted = true;
        job->since_report.restart();
    }
    QMetaObject::invokeMethod(
        this, [this, job] { deliverProgress(job); }, Qt::QueuedConnection);
}

void JobRunner::waitWhilePaused(const std::shared_ptr<Job>& job, const Progress& now) {
    const auto set_waiting = [&](bool is_waiting, qint64 paused_ms) {
        {
            const std::scoped_lock lock(job->mutex);
            job->is_waiting = is_waiting;
            job->paused_ms += paused_ms;
        }
        postProgress(job);  // no other checkpoint will until it goes on
    };
    bool is_place = false;
    {
        const std::scoped_lock lock(queue_->mutex);
        is_place = queue_->pause_when && queue_->pause_when(now);
        if (is_place) {
            queue_->pause_when = nullptr;
            queue_->paused = true;
        }
        if (!queue_->paused || job->stop.stop_requested()) return;
    }
    if (is_place)
        QMetaObject::invokeMethod(
            this, [this] { emit pausedChanged(isPaused()); }, Qt::QueuedConnection);
    set_waiting(true, 0);
    QElapsedTimer pause;
    pause.start();
    {
        std::unique_lock lock(queue_->mutex);
        queue_->wake.wait(lock, [this, &job] { return !queue_->paused || job->stop.stop_requested(); });
    }
    set_waiting(false, pause.elapsed());
}

void JobRunner::deliverProgress(const std::shared_ptr<Job>& job) {
    if (job->record.isOver()) return;
    bool is_waiting = false;
    {
        const std::scoped_lock lock(job->mutex);
        job->report_posted = false;
        is_waiting = job->is_waiting;
        job->record.stage = job->stage;
        job->record.detail = job->detail;
        job->record.done = job->done;
        job->record.total = job->total;
        job->record.elapsed_seconds = static_cast<double>(job->since_start.elapsed() - job->paused_ms) / 1000.0;
    }
    JobRecord& record = job->record;
    record.state = is_waiting ? JobRecord::State::Paused : JobRecord::State::Running;
    if (record.stage != job->timed_stage || record.done < job->stage_first_done) {
        job->timed_stage = record.stage;
        job->stage_started_s = record.elapsed_seconds;
        job->stage_first_done = record.done;
    }
    const double spent = record.elapsed_seconds - job->stage_started_s;
    const auto finished_units = static_cast<double>(record.done - job->stage_first_done);
    const bool is_known = record.total > 0 && finished_units > 0 && spent > kEarliestEstimate_s;
    record.per_second = is_known ? finished_units / spent : -1.0;
    record.seconds_left = is_known ? static_cast<double>(record.total - record.done) / record.per_second : -1.0;
    emit changed(record);
}

void JobRunner::deliverEnd(const std::shared_ptr<Job>& job, const Delivery& delivery) {
    {
        const std::scoped_lock lock(job->mutex);
        job->record.elapsed_seconds = static_cast<double>(job->since_start.elapsed() - job->paused_ms) / 1000.0;
        job->record.seconds_left = -1.0;
        job->record.per_second = -1.0;
        if (job->record.state == JobRecord::State::Done && job->total > 0) job->record.done = job->record.total = job->total;
    }
    if (!job->has_context || job->context) {
        try {
            delivering_ = job.get();
            if (job->record.state == JobRecord::State::Done) delivery();
        } catch (const std::exception& error) {
            job->record.state = JobRecord::State::Failed;
            job->record.message = QString::fromUtf8(error.what());
        }
        delivering_ = nullptr;
        if (job->record.state != JobRecord::State::Done && job->otherwise) job->otherwise(job->record);
    }
    emit finished(job->record);
    if (--n_open_ == 0) emit idle();
}

}  // namespace salient
