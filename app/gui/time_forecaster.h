#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "app/gui/job_runner.h"
#include "core/recipe/time_forecast.h"

namespace salient {

/// What the long jobs of the window are forecast to take on this machine.
struct JobTimes {
    RoundedTime calibrating;
    RoundedTime quantizing;  ///< the recipe's runs, from a calibration
    RoundedTime perplexity;  ///< of what has none yet, the original among it
    RoundedTime layers;      ///< of one run, one at a time
};

/// What is asked about.
struct PlannedJobs {
    std::shared_ptr<const Model> model;
    Recipe recipe;
    std::size_t n_unmeasured = 0;  ///< results without perplexity
    bool has_reference = false;    ///< the original need not be run for their perplexities
    MethodSpec method = {};        ///< of the run whose layers would be measured
};

/// Forecasts jobs on a thread of its own: the first answer measures the machine, and a large model has many layers to count. A newer
/// question replaces an older one.
class TimeForecaster : public QObject {
    Q_OBJECT
public:
    explicit TimeForecaster(QObject* parent = nullptr);
    void ask(PlannedJobs jobs);

signals:
    /// Nothing where the recipe's methods are none that can be run.
    void ready(const std::optional<salient::JobTimes>& times);

private:
    int job_ = 0;
    int question_ = 0;  ///< a job that is over before it is stopped has nothing to say any more
    JobRunner runner_;
};

}  // namespace salient
