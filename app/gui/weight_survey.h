#pragma once

#include <QObject>
#include <memory>
#include <vector>

#include "app/gui/job_runner.h"
#include "core/eval/weight_metrics.h"

namespace salient {

/// What the weights of a model are like, read once when somebody wants to see it: a job, as that takes as long as reading the file. Beside
/// jobs that are there already it has a thread of its own, for they may take hours. Another model ends it; cancelled, it is begun again
/// when that is wanted.
class WeightSurvey : public QObject {
    Q_OBJECT
public:
    explicit WeightSurvey(JobRunner& jobs, QObject* parent = nullptr);

    /// Forgets what is known, and stops what is underway.
    void setModel(std::shared_ptr<const Model> model);
    /// Reads the weights, unless they are known, being read, or cannot be read.
    void begin();
    /// One entry per layer of the model, NaN where they could not be read; empty until ready().
    [[nodiscard]] const std::vector<WeightMetrics>& metrics() const noexcept { return metrics_; }
    /// Whether the user stopped the reading.
    [[nodiscard]] bool isCancelled() const noexcept { return is_cancelled_; }

signals:
    void ready();
    void cancelledChanged();
    void failed(const QString& title, const QString& message);

private:
    JobRunner& jobs_;
    std::shared_ptr<const Model> model_;
    std::vector<WeightMetrics> metrics_;
    bool has_begun_ = false;
    bool is_cancelled_ = false;
    int job_ = 0;
    JobRunner beside_{nullptr, -1};  ///< whose ids are not those of jobs_
};

}  // namespace salient
