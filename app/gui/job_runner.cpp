#include "app/gui/job_runner.h"

#include <QElapsedTimer>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>

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
        queue_->paused = paused;
    }
    queue_->wake.notify_all();
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
        bool post = false;
        {
            const std::scoped_lock lock(job->mutex);
            const bool is_new_stage = job->stage != QLatin1StringView(now.stage.data(), static_cast<qsizetype>(now.stage.size()));
            if (is_new_stage) job->stage = QString::fromUtf8(now.stage.data(), static_cast<qsizetype>(now.stage.size()));
            job->detail = QString::fromStdString(now.detail);
            job->done = now.done;
            job->total = now.total;
            if (!job->report_posted && (is_new_stage || job->since_report.elapsed() >= kReportInterval_ms)) {
                job->report_posted = post = true;
                job->since_report.restart();
            }
        }
        if (post)
            QMetaObject::invokeMethod(
                this, [this, job] { deliverProgress(job); }, Qt::QueuedConnection);

        std::unique_lock lock(queue_->mutex);
        if (queue_->pause_when && queue_->pause_when(now)) {
            queue_->pause_when = nullptr;
            queue_->paused = true;
        }
        if (queue_->paused && !job->stop.stop_requested()) {
            QElapsedTimer pause;
            pause.start();
            queue_->wake.wait(lock, [this, &job] { return !queue_->paused || job->stop.stop_requested(); });
            const std::scoped_lock job_lock(job->mutex);
            job->paused_ms += pause.elapsed();
        }
    };

    JobRecord::State state = JobRecord::State::Failed;
    QString message;
    Delivery delivery;
    try {
        JobContext context(job->stop.get_token(), report);
        context.checkpoint({.stage = "starting"});
        delivery = job->work(context);
        state = JobRecord::State::Done;
    } catch (const Cancelled&) {
        state = JobRecord::State::Cancelled;
    } catch (const std::bad_alloc&) {
        message = tr("There is not enough memory for this job.");
    } catch (const std::exception& error) {
        message = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(
        this,
        [this, job, state, message, delivery] {
            job->record.state = state;
            job->record.message = message;
            deliverEnd(job, delivery);
        },
        Qt::QueuedConnection);
}

void JobRunner::deliverProgress(const std::shared_ptr<Job>& job) {
    if (job->record.isOver()) return;
    {
        const std::scoped_lock lock(job->mutex);
        job->report_posted = false;
        job->record.stage = job->stage;
        job->record.detail = job->detail;
        job->record.done = job->done;
        job->record.total = job->total;
        job->record.elapsed_seconds = static_cast<double>(job->since_start.elapsed() - job->paused_ms) / 1000.0;
    }
    JobRecord& record = job->record;
    record.state = isPaused() ? JobRecord::State::Paused : JobRecord::State::Running;
    if (record.stage != job->timed_stage || record.done < job->stage_first_done) {
        job->timed_stage = record.stage;
        job->stage_started_s = record.elapsed_seconds;
        job->stage_first_done = record.done;
    }
    const double spent = record.elapsed_seconds - job->stage_started_s;
    const auto finished_units = static_cast<double>(record.done - job->stage_first_done);
    record.seconds_left = record.total > 0 && finished_units > 0 && spent > kEarliestEstimate_s
                              ? spent / finished_units * static_cast<double>(record.total - record.done)
                              : -1.0;
    emit changed(record);
}

void JobRunner::deliverEnd(const std::shared_ptr<Job>& job, const Delivery& delivery) {
    {
        const std::scoped_lock lock(job->mutex);
        job->record.elapsed_seconds = static_cast<double>(job->since_start.elapsed() - job->paused_ms) / 1000.0;
        job->record.seconds_left = -1.0;
        if (job->record.state == JobRecord::State::Done && job->total > 0) job->record.done = job->record.total = job->total;
    }
    if (!job->has_context || job->context) {
        try {
            if (job->record.state == JobRecord::State::Done) delivery();
        } catch (const std::exception& error) {
            job->record.state = JobRecord::State::Failed;
            job->record.message = QString::fromUtf8(error.what());
        }
        if (job->record.state != JobRecord::State::Done && job->otherwise) job->otherwise(job->record);
    }
    emit finished(job->record);
    if (--n_open_ == 0) emit idle();
}

}  // namespace salient
