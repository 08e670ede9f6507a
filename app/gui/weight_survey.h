#pragma once

#include <QObject>
#include <memory>
#include <vector>

#include "app/gui/job_runner.h"
#include "core/eval/weight_metrics.h"

namespace salient {

/// What the weights of a model are like, read once when somebody wants to see it: a job, as that takes as long as reading the file. It has
/// a thread of its own: neither waits for the user's jobs, which may take hours, nor do they, or a button, wait for it. Another model ends
/// it; cancelled, it is begun again when that is wanted.
class WeightSurvey : public QObject {
    Q_OBJECT
public:
    explicit WeightSurvey(QObject* parent = nullptr);

    /// Forgets what is known, and stops what is underway.
    void setModel(std::shared_ptr<const Model> model);
    /// Reads the weights, unless they are known, being read, or cannot be read.
    void begin();
    /// One entry per layer of the model, NaN where they could not be read; empty until ready().
    [[nodiscard]] const std::vector<WeightMetrics>& metrics() const noexcept { return metrics_; }
    /// Whether the user stopped the reading.
    [[nodiscard]] bool isCancelled() const noexcept { return is_cancelled_; }
    /// What reads: to be shown, held and ended beside the user's jobs. Its ids are neither theirs nor those of quick ones.
    [[nodiscard]] JobRunner& jobs() noexcept { return jobs_; }

signals:
    void ready();
    void cancelledChanged();
    void failed(const QString& title, const QString& message);

private:
    std::shared_ptr<const Model> model_;
    std::vector<WeightMetrics> metrics_;
    bool has_begun_ = false;
    bool is_cancelled_ = false;
    int job_ = 0;
    JobRunner jobs_;  // last: it ends before what its job delivers to
};

}  // namespace salient
