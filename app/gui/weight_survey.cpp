#include "app/gui/weight_survey.h"

#include <limits>
#include <utility>

namespace salient {

namespace {
constexpr int kIdStep = -(1 << 20);  // beyond the −1, −2, … of as many quick jobs as any sitting has
}

WeightSurvey::WeightSurvey(QObject* parent) : QObject(parent), jobs_(nullptr, kIdStep) {}

void WeightSurvey::setModel(std::shared_ptr<const Model> model) {
    jobs_.cancel(job_);
    model_ = std::move(model);
    metrics_.clear();
    has_begun_ = false;
    is_cancelled_ = false;
}

void WeightSurvey::begin() {
    if (!model_ || has_begun_) return;
    has_begun_ = true;
    if (std::exchange(is_cancelled_, false)) emit cancelledChanged();
    const auto work = [model = model_](JobContext& job) { return weightMetrics(*model, job); };
    const auto done = [this, model = model_](std::vector<WeightMetrics> metrics) {
        if (model != model_) return;
        metrics_ = std::move(metrics);
        emit ready();
    };
    const auto otherwise = [this, model = model_](const JobRecord& record) {
        if (model != model_) return;
        if (record.state == JobRecord::State::Cancelled) {
            has_begun_ = false;
            is_cancelled_ = true;
            emit cancelledChanged();
            return;
        }
        constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
        metrics_.assign(model->linears.size(), {kUnknown, kUnknown});  // nothing more is to be waited for
        emit ready();
        emit failed(record.title, record.message);
    };
    job_ = jobs_.start(tr("Read the weights"), this, work, done, otherwise);
}

}  // namespace salient
