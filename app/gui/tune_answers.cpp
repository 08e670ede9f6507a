#include "app/gui/tune_answers.h"

#include <utility>

namespace salient {

namespace {

/// A job's context for the points of a curve: they report how many are done, and stop where the job would.
JobContext pointOf(JobContext& job, std::size_t done, std::size_t total) {
    return JobContext(job.stopToken(), [&job, done, total](const Progress&) {
        job.checkpoint(
            {.stage = "loss curve", .done = static_cast<std::int64_t>(done), .total = static_cast<std::int64_t>(total), .detail = {}});
    });
}

}  // namespace

TuneAnswers::TuneAnswers(JobRunner& slow, JobRunner& urgent, QObject* parent) : QObject(parent), slow_(slow), urgent_(urgent) {
    connect(&urgent_, &JobRunner::idle, this, [this] { slow_.setPaused(false); });
}

std::function<void(const JobRecord&)> TuneAnswers::reportFailure() {
    return [this](const JobRecord& record) {
        if (record.state == JobRecord::State::Failed) emit failed(record.title, record.message);
    };
}

void TuneAnswers::setModel(std::shared_ptr<const TuneModel> model) {
    urgent_.cancel(loss_job_);
    for (const int job : {curve_job_, clip_job_}) slow_.cancel(job);
    model_ = std::move(model);
}

void TuneAnswers::answerLoss(const TuneRequest& request) {
    urgent_.cancel(loss_job_);
    if (!model_) return;
    slow_.setPaused(true);
    const auto work = [model = model_, request](JobContext& job) { return tuneLoss(*model, request.method, request.scales, job); };
    const auto done = [this, model = model_, serial = request.serial](double loss) {
        if (model_ == model) emit lossReady(serial, loss);
    };
    loss_job_ = urgent_.start(tr("Exact error"), this, work, done, reportFailure());
}

void TuneAnswers::answerCurve(TuneMethod method) {
    slow_.cancel(curve_job_);
    if (!model_) return;
    const auto work = [model = model_, method](JobContext& job) {
        std::vector<double> losses;
        const std::vector<double> values = tuneValues(method);
        for (const double value : values) {
            JobContext point = pointOf(job, losses.size(), values.size());
            TuneChoice choice;
            choice.method = method;
            choice.value = value;
            losses.push_back(tuneLoss(*model, method, tuneScales(*model, choice), point));
        }
        return losses;
    };
    const auto done = [this, method, model = model_](const std::vector<double>& losses) {
        if (model_ == model) emit curveReady(method, losses);
    };
    curve_job_ = slow_.start(tr("Exact loss curve"), this, work, done, reportFailure());
}

void TuneAnswers::answerClip(const ClipRequest& request) {
    slow_.cancel(clip_job_);
    if (!model_) return;
    const auto work = [model = model_, request](JobContext& job) {
        ClipLosses losses;
        losses.clipped = clippedLoss(*model, request.scales, request.share, job);
        if (request.wants_references) {
            losses.none = clippedLoss(*model, request.scales, 1.0, job);
            losses.searched = searchedClipLoss(*model, request.scales, job);
        }
        return losses;
    };
    const auto done = [this, model = model_, serial = request.serial](const ClipLosses& losses) {
        if (model_ == model) emit clipReady(serial, losses);
    };
    clip_job_ = slow_.start(tr("Exact error of the clip"), this, work, done, reportFailure());
}

}  // namespace salient
