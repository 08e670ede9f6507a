#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/gui/job_runner.h"
#include "app/gui/session.h"

namespace salient {

class CalibrationPanel;
class ChannelsPanel;

/// What the calibration text did to the chosen layer, token by token and direction by direction, made when a view asks for it: the tokens
/// of one window, the largest of one channel, the spectrum of H, and how H settles as windows are added. What runs all windows once more
/// is a job that can be paused and cancelled; the rest is quick.
class TokenWorkflow : public QObject {
    Q_OBJECT
public:
    TokenWorkflow(Session& session, JobRunner& jobs, JobRunner& quick, ChannelsPanel& channels, CalibrationPanel& calibration,
                  QObject* parent = nullptr);

signals:
    void failed(const QString& title, const QString& message);

private:
    /// What the views show something about.
    struct Subject {
        std::shared_ptr<const Calibration> calibration;  ///< null: nothing
        LinearInfo layer;
    };

    void follow();
    void followRecipe();
    void cancelAll();
    [[nodiscard]] bool isCurrent(const Subject& subject) const;
    [[nodiscard]] QString layerName() const;
    [[nodiscard]] std::optional<double> damping() const;
    [[nodiscard]] std::string solver() const;
    [[nodiscard]] QString tokensObstacle() const;
    [[nodiscard]] QString spectrumObstacle() const;
    /// Of a job that has no answer: `reset` lets it be asked for again, unless `latest` of its kind is another one.
    [[nodiscard]] std::function<void(const JobRecord&)> reportFailure(int TokenWorkflow::*latest, std::function<void()> reset);
    void loadMap(Index window);
    void findLargest(Index channel);
    void loadSpectrum();
    void measureConvergence();

    Session& session_;
    JobRunner& jobs_;
    JobRunner& quick_;
    ChannelsPanel& channels_;
    CalibrationPanel& calibration_;
    Subject subject_;
    std::optional<double> damping_;
    std::string solver_;  ///< what convergence is measured with
    int map_job_ = 0;
    int largest_job_ = 0;
    int spectrum_job_ = 0;
    int convergence_job_ = 0;
};

}  // namespace salient
