#pragma once

#include <QObject>
#include <memory>
#include <vector>

#include "app/gui/job_runner.h"
#include "core/eval/weight_metrics.h"

namespace salient {

/// What the weights of a model are like, read once when somebody wants to see it, on a thread of its own: that takes as long as reading
/// the file. Another model ends it.
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

signals:
    void ready();
    void failed(const QString& title, const QString& message);

private:
    std::shared_ptr<const Model> model_;
    std::vector<WeightMetrics> metrics_;
    bool has_begun_ = false;
    int job_ = 0;
    JobRunner runner_;
};

}  // namespace salient
